"""Edits of a definition as transactions: read, change, look again, write, verify.

libvirt has no compare-and-swap: between the second look and the write a small moment is left in
which somebody else's change would be lost.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import libvirt

from qvirt_jupyter import documents
from qvirt_jupyter._translation import _
from qvirt_jupyter.hypervisor.actions import perform
from qvirt_jupyter.hypervisor.definition_history import KeptDefinition, keep
from qvirt_jupyter.hypervisor.definition_names import checked_name
from qvirt_jupyter.hypervisor.errors import EditConflict, InvalidDefinition, OperationFailed

if TYPE_CHECKING:
    from types import TracebackType

    from qvirt_jupyter.hypervisor.domain_handle import DomainHandle

# With passwords, else writing it back would remove them.
_FLAGS = libvirt.VIR_DOMAIN_XML_INACTIVE | libvirt.VIR_DOMAIN_XML_SECURE


@dataclass(frozen=True, slots=True)
class EditResult:
    """What an edit did.

    Parameters
    ----------
    changes
        Field by field.
    waits_for_start
        Whether the machine runs, so that the changes count from its next start.
    previous
        The definition that was replaced; None where nothing changed.
    """

    changes: documents.Diff
    waits_for_start: bool
    previous: KeptDefinition | None


class Edit:
    """One transaction: ``with vm.edit() as definition: definition.vcpus = 4``.

    It changes the definition that counts from the next start. Nothing is written when the block
    raises, or when it leaves the definition as it was.

    Parameters
    ----------
    domain
        The machine.

    Attributes
    ----------
    result
        What was done; None until the block has ended.
    """

    def __init__(self, domain: DomainHandle) -> None:
        self._domain = domain
        self._before: documents.Domain | None = None
        self._after: documents.Domain | None = None
        self.result: EditResult | None = None

    def __enter__(self) -> documents.Domain:
        self._before = self._read()
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
        """Write a whole definition, under the present name: the machine may have a new one.

        Parameters
        ----------
        text
            XML.

        Raises
        ------
        QvirtError
            As at the end of the block.
        """
        self._before = self._read()
        self._after = documents.Domain.parse(text)
        self._after.name = self._before.name
        self.result = self._commit()
        return self.result

    def write(self, text: str, *, over: str) -> EditResult:
        """Write a whole definition in place of one that was read before, maybe long ago.

        Parameters
        ----------
        text
            XML.
        over
            The stored definition, passwords included, that the text was made of.

        Raises
        ------
        QvirtError
            As at the end of the block; an :class:`EditConflict` where what is stored is not what
            was read.
        InvalidDocument
            One of the two is not XML of a machine.
        """
        self._before = documents.Domain.parse(over)
        self._after = documents.Domain.parse(text)
        self.result = self._commit()
        return self.result

    def _commit(self) -> EditResult:
        if self._before is None or self._after is None:
            raise RuntimeError("An edit is a with block: with vm.edit() as definition: ...")
        before, after = self._before, self._after
        changes = before.diff(after)
        if not changes:
            return EditResult(changes, waits_for_start=False, previous=None)
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
        theirs = before.diff(self._read())
        if theirs:
            raise EditConflict(
                _("Somebody else changed the definition since it was read; nothing was written."),
                subject=subject,
                next_step=_("Look at both changes and edit it again."),
                mine=changes,
                theirs=theirs,
            )
        previous = keep(subject, str(before))

        def define(connection: libvirt.virConnect) -> bool:
            written = connection.defineXML(str(after))
            return bool(written.isActive())

        active = self._domain.connection.call(define, subject=subject)
        self._verify(before, changes)
        return EditResult(changes, waits_for_start=active, previous=previous)

    def _verify(self, before: documents.Domain, changes: documents.Diff) -> None:
        """Make sure that what was written is there; libvirt may fill in more of its own."""
        happened = set(before.diff(self._read()).paths)
        lost = [path for path in changes.paths if not _touched(path, happened)]
        if lost:
            raise OperationFailed(
                _("libvirt took the definition, but did not keep {paths}.").format(
                    paths=", ".join(lost)
                ),
                subject=self._domain.subject,
                next_step=_("The hypervisor may not know them: look at the definition."),
            )

    def _read(self) -> documents.Domain:
        uuid = self._domain.uuid

        def read(connection: libvirt.virConnect) -> str:
            text: str = connection.lookupByUUIDString(uuid).XMLDesc(_FLAGS)
            return text

        return documents.Domain.parse(
            self._domain.connection.call(read, subject=self._domain.subject)
        )


def _touched(path: str, happened: set[str]) -> bool:
    """Whether something changed there, or around or inside it."""
    return any(
        path == other or path.startswith(f"{other}/") or other.startswith(f"{path}/")
        for other in happened
    )
