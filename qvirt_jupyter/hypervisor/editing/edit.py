"""Edits of a definition as transactions: read, change, look again, write, verify, try live.

libvirt has no compare-and-swap: between the second look and the write a small moment is left in
which somebody else's change would be lost.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import libvirt

from qvirt_jupyter import documents
from qvirt_jupyter._translation import _
from qvirt_jupyter.documents.devices.displays import AUTOMATIC
from qvirt_jupyter.hypervisor.actions import perform
from qvirt_jupyter.hypervisor.definition_names import checked_name
from qvirt_jupyter.hypervisor.editing import live, live_strategies
from qvirt_jupyter.hypervisor.editing.definition_history import keep
from qvirt_jupyter.hypervisor.editing.edit_checks import known_instead, refuse_what_cannot_be
from qvirt_jupyter.hypervisor.editing.effects import EditResult, Effect, touched, without_definition
from qvirt_jupyter.hypervisor.errors import (
    EditConflict,
    InvalidDefinition,
    OperationFailed,
    Unsupported,
)

if TYPE_CHECKING:
    from types import TracebackType

    from qvirt_jupyter.hypervisor.domain_handle import DomainHandle

# With passwords, else writing it back would remove them.
_FLAGS = libvirt.VIR_DOMAIN_XML_INACTIVE | libvirt.VIR_DOMAIN_XML_SECURE
# What a device gets anew where it is cleared, and that may be what it was.
_FILLED_IN = frozenset({"address", "mac", "alias", "@index"})
_PORTS = ("/@port", "/@tlsPort")


class Edit:
    """One transaction: ``with vm.edit() as definition: definition.vcpus = 4``.

    It changes the definition that counts from the next start, then what of it may be changed in the
    running machine. Nothing is written when the block raises, or when it leaves the definition as
    it was.

    Parameters
    ----------
    domain
        The machine.
    base
        What the editing began with; None reads it when the block begins.
    live
        Whether a running machine is changed, too.
    force
        Whether media are changed although the guest has locked their tray.
    cause
        What the history says of it.

    Attributes
    ----------
    result
        What was done; None until the block has ended.
    """

    def __init__(
        self,
        domain: DomainHandle,
        base: documents.Domain | None = None,
        *,
        live: bool = True,
        force: bool = False,
        cause: str = "",
    ) -> None:
        self._domain = domain
        self._base = base
        self._live = live
        self._force = force
        self._cause = cause
        self._before: documents.Domain | None = None
        self._after: documents.Domain | None = None
        self.result: EditResult | None = None

    def __enter__(self) -> documents.Domain:
        self._before = self._base or self._read()
        self._after = self._before.copy()
        return self._after

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        if kind is None:
            self.result = self._commit()

    def replace(self, text: str) -> EditResult:
        """Write a whole definition.

        Parameters
        ----------
        text
            XML.

        Raises
        ------
        QvirtError
            As at the end of the block.
        """
        self._before = self._base or self._read()
        try:
            self._after = documents.Domain.parse(text)
        except documents.InvalidDocument as error:
            raise InvalidDefinition(
                _("The definition cannot be read. {reason}").format(reason=error),
                subject=self._domain.subject,
                next_step=_("Correct the XML."),
            ) from error
        if self._after.uuid is None:
            self._after.uuid = self._before.uuid
        self.result = self._commit()
        return self.result

    def _commit(self) -> EditResult:
        if self._before is None or self._after is None:
            raise RuntimeError("An edit is a with block: with vm.edit() as definition: ...")
        before, after = self._before, self._after
        changes = before.diff(after)
        if not changes:
            return EditResult()
        self._refuse_identity(before, after)
        return perform(
            self._domain.connection,
            self._domain.subject,
            _("Edit {name}").format(name=self._domain.subject.name),
            f"with {self._domain.code}.edit() as definition: ...  # {', '.join(changes.paths)}",
            lambda: self._write(before, after, changes),
        )

    def _refuse_identity(self, before: documents.Domain, after: documents.Domain) -> None:
        # Written under another name or UUID it would be another machine.
        if (before.name, before.uuid) == (after.name, after.uuid):
            return
        checked_name(after.name or "", self._domain.subject)
        raise InvalidDefinition(
            _("An edit keeps the name and the UUID."),
            subject=self._domain.subject,
            next_step=_("Use rename() for another name, and clone it for another UUID."),
        )

    def _write(
        self, before: documents.Domain, after: documents.Domain, changes: documents.Diff
    ) -> EditResult:
        subject = self._domain.subject
        found = self._read()
        theirs = before.diff(found)
        if theirs:
            raise EditConflict(
                _("Somebody else changed the definition since it was read; nothing was written."),
                subject=subject,
                next_step=_("Look at both changes and edit it again."),
                mine=changes,
                theirs=theirs,
                base=before,
                my_document=after,
                their_document=found,
            )
        refuse_what_cannot_be(self._domain, before, after)
        if not self._domain.persistent:
            tried = live_strategies.carry_out(self._domain, before, after, after, force=self._force)
            return EditResult(changes, without_definition(tried))
        previous = keep(subject, str(before), self._cause or _cause(changes))

        def define(connection: libvirt.virConnect) -> bool:
            written = connection.defineXML(str(after))
            return bool(written.isActive())

        try:
            is_active = self._domain.connection.call(define, subject=subject)
        except (InvalidDefinition, Unsupported, OperationFailed) as error:
            known = known_instead(changes)
            if not known:
                raise
            raise type(error)(
                error.reason,
                subject=error.subject,
                next_step=f"{known} {error.next_step}".strip(),
                code=error.code,
                details=error.details,
            ) from error
        written = self._verify(before, changes)
        return EditResult(changes, self._effects(before, after, written, is_active), previous)

    def _effects(
        self,
        before: documents.Domain,
        after: documents.Domain,
        written: documents.Domain,
        is_active: bool,  # noqa: FBT001 - of this file
    ) -> tuple[Effect, ...]:
        if not is_active:
            return live.all_now(before, after)
        if not self._live:
            return live.all_wait(before, after, _("Only the stored definition was changed."))
        return live_strategies.carry_out(self._domain, before, after, written, force=self._force)

    def _verify(self, before: documents.Domain, changes: documents.Diff) -> documents.Domain:
        """Make sure that what was written is there; libvirt may fill in more of its own."""
        written = self._read()
        happened = set(before.diff(written).paths)
        lost = [
            change.path
            for change in changes
            if not touched(change.path, happened) and not _goes_without_saying(change, written)
        ]
        if lost:
            raise OperationFailed(
                _("libvirt took the definition, but did not keep {paths}.").format(
                    paths=", ".join(lost)
                ),
                subject=self._domain.subject,
                next_step=_("The hypervisor may not know them: look at the definition."),
            )
        return written

    def _read(self) -> documents.Domain:
        uuid = self._domain.uuid

        def read(connection: libvirt.virConnect) -> str:
            text: str = connection.lookupByUUIDString(uuid).XMLDesc(_FLAGS)
            return text

        return documents.Domain.parse(
            self._domain.connection.call(read, subject=self._domain.subject)
        )


def _cause(changes: documents.Diff) -> str:
    """Return what the history says of an edit: where it was."""
    return ", ".join(changes.paths)


def _goes_without_saying(change: documents.Change, written: documents.Domain) -> bool:
    """Whether libvirt leaves a value away because it says nothing new, or fills in the same."""
    if change.after is None:
        return change.path.rpartition("]/")[2].partition("/")[0] in _FILLED_IN
    if change.path.startswith("devices/graphics[") and change.path.endswith(_PORTS):
        # Of SPICE it says that ports are automatic, and writes none.
        return change.after == str(AUTOMATIC)
    return change.path == "vcpu/@current" and change.after == str(written.vcpus)
