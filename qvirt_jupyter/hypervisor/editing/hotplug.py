"""Devices of a machine that come, go and change, while it runs too."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal, TypeAlias, get_args

import libvirt

from qvirt_jupyter import documents
from qvirt_jupyter._translation import _
from qvirt_jupyter.documents import Change, outline, transfer
from qvirt_jupyter.hypervisor.actions import action
from qvirt_jupyter.hypervisor.editing import live_strategies
from qvirt_jupyter.hypervisor.editing.device_matching import find, pairs
from qvirt_jupyter.hypervisor.editing.domain_edits import Edits
from qvirt_jupyter.hypervisor.editing.edit_checks import refuse_what_cannot_be
from qvirt_jupyter.hypervisor.editing.effects import EditResult, Effect, without_definition
from qvirt_jupyter.hypervisor.editing.live_tables import why_not
from qvirt_jupyter.hypervisor.editing.pending_changes import pending_changes
from qvirt_jupyter.hypervisor.errors import (
    InvalidDefinition,
    NotFound,
    OperationFailed,
    QvirtError,
    Unsupported,
    WrongState,
)

if TYPE_CHECKING:
    from qvirt_jupyter.documents import Device

Moment: TypeAlias = Literal["now", "next_boot", "both"]


class Hotplug(Edits):
    """What is done to a single device.

    https://libvirt.org/html/libvirt-libvirt-domain.html#virDomainAttachDeviceFlags
    """

    @action(_("Add a device to {name}"))
    def attach(self, device: Device, *, when: Moment = "both") -> EditResult:
        """Add a device: first to the running machine, then to its definition.

        What it needs comes along, such as the controller of its bus.

        Parameters
        ----------
        device
            Such as ``documents.Disk(...)``.
        when
            ``"both"``: if the running machine does not take it, nothing is changed. ``"next_boot"``
            changes the definition only, ``"now"`` the running machine only.

        Returns
        -------
        EditResult
            What counts now and what from the next start.

        Raises
        ------
        QvirtError
            The running machine does not take it; ``when="next_boot"`` may do.
        InvalidDefinition
            The machine has such a device, or the host does not offer it.
        WrongState
            It is to be added now, and the machine is off.
        """
        self._check_moment(when)
        is_active, persistent = self._is_active_and_persistent()
        if when == "now" and not is_active:
            raise WrongState(
                _("It is off, so nothing can be added to what runs."),
                subject=self.subject,
                next_step=_("Start it first, or add the device for the next start."),
            )
        if not is_active or when == "next_boot":
            return self._attach_stored(device, live=False)
        running = self.document(secure=True)
        self._refuse_unpluggable(device, "attach")
        self._rehearse(device, running)
        if persistent and when == "both":
            self._rehearse(device, self.document(inactive=True, secure=True))
        for other in device.brings(running, self.connection.domain_capabilities(running)):
            # libvirt would add a controller by itself, but of a model that few guests know.
            self._refuse_unpluggable(other, "attach")
            self._attach_live(other)
        self._attach_live(device)
        added = self._added(device, running)
        change = Change(f"devices/{device.tag}", None, outline(added))
        if not persistent or when == "now":
            return EditResult(effects=(Effect(change.path, change, "now"),))
        return self._persist(added)

    @action(_("Remove a device of {name}"))
    def detach(self, device: Device) -> EditResult:
        """Remove a device, and what makes no sense without it: stored first, then running.

        Parameters
        ----------
        device
            One of ``vm.document().devices``, or one that is like it.

        Returns
        -------
        EditResult
            A guest that has not answered yet makes it ``"pending"``.

        Raises
        ------
        NotFound
            The machine has no such device.
        InvalidDefinition
            It cannot be removed; the reason says why.
        """
        is_active, persistent = self._is_active_and_persistent()
        if persistent:
            edit = self.edit(cause=str(_("Remove {device}").format(device=device.display_name)))
            with edit as definition:
                stored = find(device, definition)
                if stored is not None:
                    self._refuse_kept(stored)
                    definition.devices.remove(stored)
            assert edit.result is not None  # noqa: S101 - the block has ended
            if edit.result.changes:
                return edit.result
        running = self.document(secure=True) if is_active else None
        there = find(device, running) if running is not None else None
        if there is None or running is None:
            raise self._no_such_device()
        self._refuse_kept(there)
        without = running.copy()
        gone = find(there, without)
        assert gone is not None  # noqa: S101 - it is a copy
        without.devices.remove(gone)
        tried = live_strategies.carry_out(self, running, without, without)
        return EditResult(effects=tried if persistent else without_definition(tried))

    @action(_("Change a device of {name}"))
    def update(self, device: Device, *, force: bool = False) -> EditResult:
        """Change a device: stored first, then running.

        What is stored already and still waits for the next start is tried again.

        Parameters
        ----------
        device
            A device as it is to be: one of ``vm.document().devices`` with other values.
        force
            Change the medium although the guest has locked the tray.

        Raises
        ------
        NotFound
            The machine has no such device.
        """
        is_active, persistent = self._is_active_and_persistent()
        before = self.document(inactive=True, secure=True)
        running = self.document(secure=True) if is_active else None
        stored = find(device, before) if persistent else None
        there = find(device, running) if running is not None else None
        # The device was taken from one of them and changed: that one is nearer to it.
        origins = [one for one in (stored, there) if one is not None]
        if not origins:
            raise self._no_such_device()
        touched = min((one.diff(device) for one in origins), key=len)
        if stored is not None:
            cause = str(_("Change {device}").format(device=device.display_name))
            edit = self.edit(before, force=force, cause=cause)
            with edit as definition:
                _take_over(touched, device, find(stored, definition))
            assert edit.result is not None  # noqa: S101 - the block has ended
            if edit.result.changes or running is None:
                return edit.result
            return EditResult(effects=self._try_again(running, before, stored, force=force))
        assert running is not None  # noqa: S101 - there is nothing else
        changed = running.copy()
        _take_over(touched, device, find(device, changed))
        tried = live_strategies.carry_out(self, running, changed, changed, force=force)
        return EditResult(effects=tried if persistent else without_definition(tried))

    @action(_("Resize disk {target} of {name}"))
    def resize_disk(self, target: str, size: int) -> None:
        """Give a disk of a running machine another size; its guest sees it at once.

        https://libvirt.org/html/libvirt-libvirt-domain.html#virDomainBlockResize

        Parameters
        ----------
        target
            Its target, such as ``"vda"``.
        size
            In bytes; not less than now.

        Raises
        ------
        NotFound
            It has no such disk.
        InvalidDefinition
            It would be smaller than now, and what is beyond would be lost.
        WrongState
            It is off: resize the volume instead.
        """
        if not self.is_active:
            raise WrongState(
                _("It is off."),
                subject=self.subject,
                next_step=_("Resize the volume of the disk in its storage pool."),
            )
        if self.document().devices.disks.get(target) is None:
            raise self._no_such_device()

        def resize(domain: libvirt.virDomain) -> int:
            has = int(domain.blockInfo(target, 0)[0])
            if size >= has:
                domain.blockResize(target, size, libvirt.VIR_DOMAIN_BLOCK_RESIZE_BYTES)
            return has

        has = self._call(resize)
        if size < has:
            raise InvalidDefinition(
                _("The disk has {has} bytes; with {size} the rest would be lost.").format(
                    has=has, size=size
                ),
                subject=self.subject,
                next_step=_("Choose a larger size."),
            )

    # Inside -------------------------------------------------------------------------------------

    def _check_moment(self, when: str) -> None:
        if when not in get_args(Moment):
            raise InvalidDefinition(
                _("There is no moment {when}.").format(when=repr(when)),
                subject=self.subject,
                next_step=_("Use 'now', 'next_boot' or 'both'."),
            )

    def _is_active_and_persistent(self) -> tuple[bool, bool]:
        return self._call(lambda domain: (bool(domain.isActive()), bool(domain.isPersistent())))

    def _attach_stored(self, device: Device, *, live: bool) -> EditResult:
        edit = self.edit(live=live, cause=str(_("Add {device}").format(device=device.display_name)))
        with edit as definition:
            host = self.connection.domain_capabilities(definition)
            for new in (*device.brings(definition, host), device.copy()):
                for old in new.replaces(definition):
                    definition.devices.remove(old)
                definition.devices.add(new)
        assert edit.result is not None  # noqa: S101 - the block has ended
        return edit.result

    def _persist(self, added: Device) -> EditResult:
        """Write what the running machine has into its definition."""
        try:
            result = self._attach_stored(added, live=False)
        except QvirtError as error:
            raise OperationFailed(
                _("The running machine has it, but its definition does not. {reason}").format(
                    reason=error.reason
                ),
                subject=self.subject,
                next_step=_("It is gone after the next start, unless it is added for that."),
                code=error.code,
                details=error.details,
            ) from error
        effects = tuple(Effect(effect.path, effect.change, "now") for effect in result.effects)
        return EditResult(result.changes, effects, result.previous)

    def _refuse_unpluggable(self, device: Device, what: Literal["attach", "detach"]) -> None:
        reason = why_not(device, what)
        if reason:
            raise Unsupported(
                reason,
                subject=self.subject,
                next_step=_("It can be added for the next start."),
            )

    def _refuse_kept(self, device: Device) -> None:
        if device.why_kept:
            raise InvalidDefinition(device.why_kept, subject=self.subject)

    def _rehearse(self, device: Device, definition: documents.Domain) -> None:
        """Add it to a copy, and see what that would be."""
        with_it = definition.copy()
        with_it.devices.add(device.copy())
        refuse_what_cannot_be(self, definition, with_it)

    def _attach_live(self, device: Device) -> None:
        text = str(device)
        try:
            self._call(
                lambda domain: domain.attachDeviceFlags(text, libvirt.VIR_DOMAIN_AFFECT_LIVE)
            )
        except QvirtError as error:
            raise type(error)(
                _("The running machine does not take it. {reason}").format(reason=error.reason),
                subject=self.subject,
                next_step=_("It can be added for the next start."),
                code=error.code,
                details=error.details,
            ) from error

    def _added(self, device: Device, before: documents.Domain) -> Device:
        """Return what was added to the running machine, without what counts for this run only."""
        had = {other.alias for other in before.devices.of(type(device))}
        now = self.document(secure=True).devices.of(type(device))
        added = next((other for other in now if other.alias not in had), None)
        if added is None:
            return device
        wanted = device.copy()
        # So that the guest finds it at the same place after its next start.
        if not wanted.address and added.address:
            transfer(added, wanted, "address")
        if isinstance(wanted, documents.Interface) and isinstance(added, documents.Interface):
            wanted.mac = added.mac
        return wanted

    def _try_again(
        self, running: documents.Domain, stored: documents.Domain, device: Device, *, force: bool
    ) -> tuple[Effect, ...]:
        """Give the running machine what waits of a device for the next start."""
        pair = next((each for each in pairs(running, stored) if each.after == device), None)
        if pair is None or pair.before is None:
            return ()
        changed = running.copy()
        target = find(pair.before, changed)
        assert target is not None  # noqa: S101 - it is a copy
        for change in pending_changes(running, stored):
            if change.path.startswith(f"{pair.name}/"):
                transfer(device, target, pair.inside(change))
        return live_strategies.carry_out(self, running, changed, changed, force=force)

    def _no_such_device(self) -> NotFound:
        return NotFound(
            _("The machine has no such device."),
            subject=self.subject,
            next_step=_("Look at the devices that it has now."),
        )


def _take_over(touched: documents.Diff, device: Device, target: Device | None) -> None:
    """Give a device of a definition what was touched of another one."""
    assert target is not None  # noqa: S101 - it was found before
    for change in touched:
        transfer(device, target, change.path)
