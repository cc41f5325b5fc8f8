"""The definition of a machine that counts from its next start: edit it, look back, look ahead."""

from __future__ import annotations

from typing import TYPE_CHECKING

from qvirt_jupyter import documents
from qvirt_jupyter._translation import _
from qvirt_jupyter.documents import label_of
from qvirt_jupyter.hypervisor.actions import action
from qvirt_jupyter.hypervisor.domain_handle import DomainHandle
from qvirt_jupyter.hypervisor.editing import live
from qvirt_jupyter.hypervisor.editing.definition_history import (
    KeptDefinition,
    earlier_definition,
    kept,
)
from qvirt_jupyter.hypervisor.editing.edit import Edit
from qvirt_jupyter.hypervisor.editing.effects import without_definition
from qvirt_jupyter.hypervisor.editing.pending_changes import pending_changes, revert
from qvirt_jupyter.hypervisor.errors import InvalidDefinition, NotFound, WrongState
from qvirt_jupyter.hypervisor.lifecycle import TRANSIENT

if TYPE_CHECKING:
    from qvirt_jupyter.documents import Change
    from qvirt_jupyter.hypervisor.editing.effects import EditResult, Effect


class Edits(DomainHandle):
    """Edits of a definition, what they would do, and what waits of them."""

    def document(self, *, inactive: bool = False, secure: bool = False) -> documents.Domain:
        """Return its definition as a document; changing that changes nothing in libvirt.

        Parameters
        ----------
        inactive, secure
            As for :meth:`xml`.
        """
        parsed = documents.parse(self.xml(inactive=inactive, secure=secure))
        if not isinstance(parsed, documents.Domain):
            raise InvalidDefinition(
                _("libvirt answered with something that is no virtual machine."),
                subject=self.subject,
            )
        return parsed

    def edit(
        self,
        base: documents.Domain | None = None,
        *,
        live: bool = True,
        force: bool = False,
        cause: str = "",
    ) -> Edit:
        """Change its definition in one go: ``with vm.edit() as definition: ...``.

        The block gets the definition that counts from the next start as a document. When it ends,
        the definition is read again; if somebody else changed it meanwhile, nothing is written.
        Then what may be is tried on the running machine. The definition that was replaced is kept.

        A transient machine has nothing but its running self: what that does not take over is not
        done, and the result says so.

        Parameters
        ----------
        base
            What the editing began with, where that was read earlier, with passwords:
            ``vm.document(inactive=True, secure=True)``. A change since then is a conflict.
        live
            Whether a running machine is changed, too.
        force
            Whether media are changed although the guest has locked their tray.
        cause
            What the history says of it.

        Returns
        -------
        Edit
            Its ``result`` says, after the block, what was done.

        Raises
        ------
        WrongState
            It is transient, and its running self is to be left alone.
        EditConflict
            Somebody else changed it since the block began; the error has both changes.
        InvalidDefinition
            libvirt does not understand what the block made of it.
        """
        if not (live or self.persistent):
            raise WrongState(TRANSIENT.reason, subject=self.subject, next_step=TRANSIENT.next_step)
        return Edit(self, base, live=live, force=force, cause=cause)

    def foresee(
        self, edited: documents.Domain, base: documents.Domain | None = None
    ) -> tuple[Effect, ...]:
        """Say what an edit would do, before anything is written.

        Parameters
        ----------
        edited
            What :meth:`edit` would write.
        base
            What the editing began with; None reads it.

        Returns
        -------
        tuple of Effect
            ``"now"`` of a running machine is what will be tried; libvirt's answer decides.
        """
        before = base or self.document(inactive=True, secure=True)
        if not self.is_active:
            return live.all_now(before, edited)
        effects = live.plan(before, edited, self.document(secure=True)).effects()
        return effects if self.persistent else without_definition(effects)

    @property
    def pending_changes(self) -> tuple[Change, ...]:
        """What will be otherwise after the next start of a running machine.

        Changes from how it runs to what is stored; none where it is off, or is transient.
        """
        if not (self.is_active and self.persistent):
            return ()
        # A password may wait, too; only its owner may see that.
        secure = not self.connection.read_only
        return pending_changes(
            self.document(secure=secure), self.document(inactive=True, secure=secure)
        )

    @action(_("Take back a change of {name}"))
    def revert(self, change: Change) -> EditResult:
        """Write how it runs back into the definition that counts from the next start.

        Parameters
        ----------
        change
            One of :attr:`pending_changes`.

        Raises
        ------
        NotFound
            It does not wait any more.
        EditConflict
            Somebody else changed the definition meanwhile.
        """
        edit = self.edit(cause=str(_("Take back {what}").format(what=label_of(change.path))))
        with edit as definition:
            try:
                revert(self.document(secure=True), definition, change)
            except KeyError as error:
                raise NotFound(
                    _("There is no such change any more."),
                    subject=self.subject,
                    next_step=_("Look at what waits now."),
                ) from error
        assert edit.result is not None  # noqa: S101 - the block has ended
        return edit.result

    @property
    def history(self) -> tuple[KeptDefinition, ...]:
        """Its earlier definitions, as far as edits made here replaced them; the newest first."""
        return kept(self.subject)

    @action(_("Undo an edit of {name}"))
    def undo_edit(self, earlier: KeptDefinition | None = None) -> EditResult:
        """Bring an earlier definition back; the present one is kept, so this can be undone too.

        Parameters
        ----------
        earlier
            One of :attr:`history`; None means the newest.

        Returns
        -------
        EditResult
            What that changed.

        Raises
        ------
        NotFound
            No earlier definition is kept.
        WrongState
            It is transient and has no definition.
        InvalidDefinition
            libvirt does not understand it any more.
        """
        if not self.persistent:
            raise WrongState(TRANSIENT.reason, subject=self.subject, next_step=TRANSIENT.next_step)
        definition = documents.Domain.parse(earlier_definition(self.subject, earlier))
        # The machine may have a new one by now.
        definition.name = self.name
        return self.edit(cause=str(_("Undo"))).replace(str(definition))
