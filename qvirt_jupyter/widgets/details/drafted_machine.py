"""A machine that is not defined yet: its definition is in memory, and edits change it there.

It has what the Details tab and the XML editor use of a live machine, so that both work on it as
they do on that; libvirt is asked what the host offers, and told nothing.
"""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING, TypeAlias

from qvirt_jupyter import documents
from qvirt_jupyter._translation import _
from qvirt_jupyter.documents.devices.machine import is_q35
from qvirt_jupyter.documents.masks import Masks
from qvirt_jupyter.hypervisor import (
    EditConflict,
    EditResult,
    Effect,
    InvalidDefinition,
    NotFound,
    Subject,
    publisher,
)
from qvirt_jupyter.hypervisor.editing.device_matching import find
from qvirt_jupyter.hypervisor.editing.edit_checks import refuse_what_cannot_be

if TYPE_CHECKING:
    from collections.abc import Callable
    from types import TracebackType

    from qvirt_jupyter.documents import Change, Device
    from qvirt_jupyter.hypervisor import Address, Domain, StorageVolume
    from qvirt_jupyter.hypervisor.connection import Connection
    from qvirt_jupyter.hypervisor.editing.hotplug import Moment
    from qvirt_jupyter.hypervisor.guest.info import GuestInfo

Machine: TypeAlias = "Domain | DraftedMachine"
"""What a Details tab is about."""


class DraftedMachine:
    """A definition in memory; from any thread.

    Parameters
    ----------
    document
        The definition; it is copied.
    connection
        The host that it is made for.
    on_change
        Called on the publisher thread with each new definition; it may be kept, and is not changed
        afterwards.
    on_volume
        Called there with the image of each disk that was added with a new one: it is the machine's,
        which may never be made.

    Attributes
    ----------
    autostart
        Whether it is to start with its host; libvirt is told that apart from the definition.
    version
        Grows with each change.
    """

    persistent = True
    is_active = False
    pending_changes: tuple[Change, ...] = ()

    def __init__(
        self,
        document: documents.Domain,
        connection: Connection,
        on_change: Callable[[documents.Domain], object],
        on_volume: Callable[[StorageVolume], object] | None = None,
    ) -> None:
        self.connection = connection
        self.autostart = False
        self.version = 0
        self._on_change = on_change
        self._on_volume = on_volume
        self._lock = threading.Lock()
        self._document = document.copy()
        self._masks = Masks()

    @property
    def uuid(self) -> str:
        """Its UUID; empty where libvirt will choose one."""
        return self._document.uuid or ""

    @property
    def name(self) -> str:
        """Its name; empty where it has none yet."""
        return self._document.name or ""

    @property
    def code(self) -> str:
        """What calls it in Python."""
        return "vm"

    @property
    def subject(self) -> Subject:
        """What errors are about."""
        name = self._document.name or str(_("the new machine"))
        return Subject("domain", name, self.connection.uri, self.uuid or None)

    # What is read -------------------------------------------------------------------------------

    def document(self, *, inactive: bool = True, secure: bool = False) -> documents.Domain:
        """Return a copy of its definition; without ``secure``, marks stand for passwords."""
        return documents.Domain.parse(self.xml(inactive=inactive, secure=secure))

    def xml(self, *, inactive: bool = True, secure: bool = False) -> str:
        """Return its definition as text, as :meth:`document` does."""
        del inactive
        text = str(self._document)
        return text if secure else self._masks.hide(text)

    def disk_sizes(self) -> dict[str, int]:
        """Nothing: its disks may not be made yet."""
        return {}

    def addresses(self) -> tuple[Address, ...]:
        """Nothing: it does not run."""
        return ()

    def guest_info(self) -> GuestInfo:
        """Raise: it does not run.

        Raises
        ------
        NotFound
            Always.
        """
        raise NotFound(_("It is not made yet."), subject=self.subject)

    # What is changed ----------------------------------------------------------------------------

    def set_autostart(self, autostart: bool) -> None:  # noqa: FBT001 - as libvirt's
        """Let it start with its host, or not."""
        self.autostart = autostart
        self._tell()

    def edit(
        self,
        base: documents.Domain | None = None,
        *,
        live: bool = True,
        force: bool = False,
        cause: str = "",
    ) -> DraftedEdit:
        """Change its definition in one go; ``with`` gives the document, as ``Domain.edit`` does."""
        del live, force, cause
        return DraftedEdit(self, base)

    def foresee(
        self, edited: documents.Domain, base: documents.Domain | None = None
    ) -> tuple[Effect, ...]:
        """Return nothing: what is typed is what counts, and no moment is better than another."""
        del edited, base
        return ()

    def revert(self, change: Change) -> EditResult:
        """Do nothing: nothing waits."""
        del change
        return EditResult()

    def update(self, device: Device) -> EditResult:
        """Change a device to be like this one.

        Raises
        ------
        NotFound
            It has no such device.
        """
        edit = self.edit()
        with edit as definition:
            there = self._find(device, definition)
            for change in there.diff(device):
                documents.transfer(device, there, change.path)
        return edit.result

    def attach(self, device: Device, *, when: Moment = "both") -> EditResult:
        """Add a device and what it needs, such as the controller of its bus.

        Raises
        ------
        InvalidDefinition
            It has such a device, or the host does not offer it.
        """
        del when
        edit = self.edit()
        with edit as definition:
            host = self.connection.domain_capabilities(definition)
            for new in (*device.brings(definition, host), device.copy()):
                for old in new.replaces(definition):
                    definition.devices.remove(old)
                definition.devices.add(new)
        return edit.result

    def keep(self, volume: StorageVolume) -> None:
        """Take note of the image that was made for one of its disks."""
        tell = self._on_volume
        if tell is not None:
            publisher.post(None, lambda: tell(volume))

    def detach(self, device: Device) -> EditResult:
        """Remove a device and what makes no sense without it; volumes of disks stay.

        Raises
        ------
        NotFound
            It has no such device.
        InvalidDefinition
            It is a part of the machine; the reason says of what.
        """
        edit = self.edit()
        with edit as definition:
            there = self._find(device, definition)
            if there.why_kept:
                raise InvalidDefinition(there.why_kept, subject=self.subject)
            definition.devices.remove(there)
        return edit.result

    def take(self, before: documents.Domain, after: documents.Domain) -> EditResult:
        """Have another definition.

        Parameters
        ----------
        before
            What it was made of.
        after
            The new one; it is not to be changed any more.

        Raises
        ------
        EditConflict
            Somebody else changed it since it was read.
        InvalidDefinition
            The host does not offer it, or two devices would be one.
        """
        changes = before.diff(after)
        refuse_what_cannot_be(self, before, after)
        with self._lock:
            theirs = before.diff(self._document)
            if theirs:
                raise EditConflict(
                    _("Somebody else changed the definition since it was read."),
                    subject=self.subject,
                    next_step=_("Look at both changes and edit it again."),
                    mine=changes,
                    theirs=theirs,
                    base=before,
                    my_document=after,
                    their_document=self._document,
                )
            self._document = after
        self._tell()
        return EditResult(changes)

    def begin_again(self, document: documents.Domain) -> None:
        """Have a definition that was made elsewhere; nobody is told of it."""
        with self._lock:
            self._document = document.copy()
            self.version += 1

    def _tell(self) -> None:
        self.version += 1
        document = self._document
        publisher.post(None, lambda: self._on_change(document))

    def _find(self, device: Device, definition: documents.Domain) -> Device:
        there = find(device, definition)
        if there is None:
            raise NotFound(
                _("The machine has no such device."),
                subject=self.subject,
                next_step=_("Look at the devices that it has now."),
            )
        return there


class DraftedEdit:
    """A change of a definition in memory.

    Parameters
    ----------
    machine
        Whose.
    base
        What the editing began with; None is what it is now.

    Attributes
    ----------
    result
        What was changed.
    """

    def __init__(self, machine: DraftedMachine, base: documents.Domain | None) -> None:
        self._machine = machine
        self._before = base or machine.document(secure=True)
        self._after = self._before.copy()
        self.result = EditResult()

    def __enter__(self) -> documents.Domain:
        return self._after

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        if kind is None:
            if not is_q35(self._before):
                self._after.add_root_ports()
            self.result = self._machine.take(self._before, self._after)

    def replace(self, text: str) -> EditResult:
        """Take a whole definition.

        Raises
        ------
        QvirtError
            As :meth:`DraftedMachine.take`; or the text is no definition.
        """
        try:
            after = documents.Domain.parse(text)
        except documents.InvalidDocument as error:
            raise InvalidDefinition(
                _("The definition cannot be read. {reason}").format(reason=error),
                subject=self._machine.subject,
                next_step=_("Correct the XML."),
            ) from error
        self.result = self._machine.take(self._before, after)
        return self.result
