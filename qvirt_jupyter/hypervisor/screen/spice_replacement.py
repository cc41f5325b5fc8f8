"""Replace the SPICE display of a machine by a VNC one: what that takes, shown before it is done."""

from __future__ import annotations

from typing import TYPE_CHECKING

from qvirt_jupyter import documents
from qvirt_jupyter._translation import _
from qvirt_jupyter.documents.devices.channel import SPICE_AGENT
from qvirt_jupyter.hypervisor.errors import NotFound
from qvirt_jupyter.hypervisor.screen.display_change import Planned

if TYPE_CHECKING:
    from qvirt_jupyter._translation import LazyString
    from qvirt_jupyter.documents import DomainCapabilities
    from qvirt_jupyter.hypervisor.domain import Domain
    from qvirt_jupyter.hypervisor.screen.display_change import DisplayChange

_VNC_PASSWORD = 8
"""Characters of a password that VNC's own authentication looks at (RFC 6143, section 7.2.2)."""


def plan(domain: Domain) -> DisplayChange:
    """Say what replaces SPICE by VNC in a machine.

    Parameters
    ----------
    domain
        The machine.

    Raises
    ------
    NotFound
        It has no SPICE display.
    """
    shown = domain.document(inactive=domain.persistent)
    if not any(display.type == "spice" for display in shown.devices.graphics):
        raise NotFound(
            _("It has no SPICE display."),
            subject=domain.subject,
            next_step=_("Look at its displays: vm.displays()."),
        )
    host = domain.connection.domain_capabilities(shown)
    return Planned(
        _("Replace SPICE by VNC"),
        _("Replace"),
        _("SPICE is replaced by VNC."),
        lambda definition: _replace(definition, host),
    ).of(domain)


def _replace(
    definition: documents.Domain, host: DomainCapabilities | None
) -> tuple[LazyString | str, ...]:
    """Change a definition, and say what was chosen."""
    devices = definition.devices
    notes: list[LazyString | str] = []
    spice = next(display for display in devices.graphics if display.type == "spice")
    along = spice.goes_along
    had_agent = any(
        isinstance(device, documents.Channel) and device.name == SPICE_AGENT for device in along
    )
    had_gl = isinstance(spice.source, documents.Spice) and bool(spice.source.gl)
    sounding = {device.id for device in along if isinstance(device, documents.Audio)}
    for device in along:
        devices.remove(device)
    if any(display.type == "vnc" for display in devices.graphics):
        devices.remove(spice)
        notes.append(_("The machine has a VNC display already: the SPICE display is removed."))
    else:
        spice.type = "vnc"
        password = spice.source.password if isinstance(spice.source, documents.Vnc) else None
        notes.append(
            _("The display becomes VNC. It listens where it did, and keeps its password.")
            if password
            else _("The display becomes VNC. It listens where it did.")
        )
        if password and len(password) > _VNC_PASSWORD:
            notes.append(
                _("VNC looks at the first {count} characters of the password only.").format(
                    count=_VNC_PASSWORD
                )
            )
    if along:
        names = ", ".join(str(device.display_name) for device in along)
        notes.append(_("What ends in a SPICE viewer goes along: {names}.").format(names=names))
    if had_agent and "qemu-vdagent" in ((host and host.choices("channel/type")) or ()):
        devices.add(documents.Channel(name=SPICE_AGENT, type="qemu-vdagent"))
        notes.append(
            _("QEMU serves the guest's agent itself from now on, so that the clipboard goes on.")
        )
    notes.extend(_silence(definition, sounding))
    notes.extend(_give_video(definition, host, had_gl=had_gl))
    return tuple(notes)


def _silence(definition: documents.Domain, gone: set[int | None]) -> list[LazyString | str]:
    cards = [sound for sound in definition.devices.sounds if sound.audio in gone and gone]
    for sound in cards:
        sound.audio = None
    if any(True for _sound in definition.devices.sounds):
        return [_("The guest keeps its sound card, but nobody hears it: VNC brings no sound here.")]
    return []


def _give_video(
    definition: documents.Domain, host: DomainCapabilities | None, *, had_gl: bool
) -> list[LazyString | str]:
    notes: list[LazyString | str] = []
    offered = host.choices("video/modelType") if host is not None else None
    for number, video in enumerate(definition.devices.videos):
        had_3d = video.accelerate_3d
        if video.model == "qxl":
            heads = video.heads
            if offered is None or "virtio" in offered:
                video.model = "virtio"
                # libvirt would write it again.
                video.heads = heads
                notes.append(
                    _(
                        "QXL is made for SPICE: the video card becomes VirtIO, which shows a "
                        "picture with every firmware. Linux has its driver; Windows wants the one "
                        "of virtio-win for more than a basic picture."
                    )
                )
            elif number == 0:
                video.model = "vga"
                notes.append(
                    _(
                        "QXL is made for SPICE: the video card becomes VGA, as the host has no "
                        "VirtIO one."
                    )
                )
        if had_gl and had_3d:
            video.accelerate_3d = False
            notes.append(_("3D acceleration goes with SPICE, whose display carried its pictures."))
    return notes
