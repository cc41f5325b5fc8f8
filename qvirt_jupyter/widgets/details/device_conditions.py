"""What a device asks of its host and its machine: a display with OpenGL, a shared folder."""

from __future__ import annotations

from typing import Final

from qvirt_jupyter import documents
from qvirt_jupyter._translation import _

LOCAL: Final = ("none", "socket")
"""The listen types of a display that has no port."""


def doubt_about(device: documents.Device | None) -> str:
    """Say why the guest may not start with a device, or nothing comes of it; else nothing.

    Parameters
    ----------
    device
        Of a definition, as it was typed.
    """
    if isinstance(device, documents.Filesystem):
        return _doubt_about_folder(device)
    return _doubt_about_display(device) if isinstance(device, documents.Graphics) else ""


def _doubt_about_folder(device: documents.Filesystem) -> str:
    guest = device.guest
    if device.driver != "virtiofs" or guest is None or guest.shared_memory:
        return ""
    return str(
        _(
            "virtiofs needs memory that the guest shares with the host. Share the memory on the "
            "page Memory, or choose virtio-9p."
        )
    )


def _doubt_about_display(device: documents.Graphics) -> str:
    display = device.source
    if not isinstance(display, documents.Spice) or not display.gl:
        return ""
    first = device.listens[0] if device.listens else None
    if first is None or first.type not in LOCAL:
        return str(
            _(
                "SPICE with OpenGL cannot be reached through the network: choose a listen type "
                "without address."
            )
        )
    videos = device.guest.devices.videos if device.guest is not None else ()
    if not any(each.model == "virtio" and each.accelerate_3d for each in videos):
        return str(_("OpenGL needs a VirtIO video card with 3D acceleration, which is missing."))
    return ""
