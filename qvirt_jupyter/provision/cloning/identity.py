"""What a clone must not have in common with its original."""

from __future__ import annotations

import uuid
from pathlib import PurePosixPath
from typing import TYPE_CHECKING, Any, Final

from qvirt_jupyter._translation import _
from qvirt_jupyter.documents.devices.interface import random_mac
from qvirt_jupyter.documents.sections.system_information import Smbios
from qvirt_jupyter.provision.cloning.names import file_name

if TYPE_CHECKING:
    from collections.abc import Iterable

    from qvirt_jupyter import documents
    from qvirt_jupyter._translation import LazyString

_CHARACTERS: Final = ("serials", "parallels", "consoles", "channels")


def renew(domain: documents.Domain, name: str, taken: Iterable[str] = ()) -> tuple[LazyString, ...]:
    """Make a copy of a definition one of a machine of its own; its disks are another matter.

    Parameters
    ----------
    domain
        The copy; it is changed.
    name
        The clone's name.
    taken
        MAC addresses of other machines.

    Returns
    -------
    tuple
        What both will still have in common though only one of them can have it at a time.
    """
    machine = domain.name or ""
    domain.name = name
    domain.uuid = str(uuid.uuid4())
    domain.title = None
    domain.metadata.template = False
    if domain.generation_id is not None:
        domain.generation_id = str(uuid.uuid4())
    for information in domain.system_information:
        board = information.source
        if isinstance(board, Smbios) and board.uuid is not None:
            board.uuid = domain.uuid
    _renew_cards(domain, taken)
    for display in domain.devices.graphics:
        _renew_display(display.source)
    for kind in _CHARACTERS:
        for device in getattr(domain.devices, kind):
            _renew_backend(device, machine, name)
    for vsock in domain.devices.of("vsock"):
        if vsock.cid is not None:
            vsock.auto_cid, vsock.cid = True, None
    return tuple(_still_common(domain))


def _renew_cards(domain: documents.Domain, taken: Iterable[str]) -> None:
    known = {*taken, *(card.mac for card in domain.devices.interfaces)}
    for card in domain.devices.interfaces:
        card.mac = random_mac(known)
        known.add(card.mac)
        # libvirt names the host's end anew at each start.
        card.target = None


def _renew_display(display: Any) -> None:  # noqa: ANN401 - by kind
    """Let libvirt choose the ports that were fixed."""
    if getattr(display, "port", None) not in (None, -1):
        display.auto_port = True
    if getattr(display, "tls_port", None) not in (None, -1):
        display.tls_port = -1
    if getattr(display, "websocket", None) not in (None, -1):
        display.websocket = -1


def _renew_backend(device: Any, machine: str, name: str) -> None:  # noqa: ANN401 - by kind
    """Give files and sockets names of their own; libvirt chooses that of the guest's agent."""
    backend = device.source
    if device.type == "file" and backend.path:
        backend.path = _beside(backend.path, machine, name)
    elif device.type == "unix" and backend.path and backend.mode != "connect":
        is_chosen = device.tag == "channel" and getattr(device, "target_type", "") == "virtio"
        if is_chosen:
            backend.path = backend.mode = None
        else:
            backend.path = _beside(backend.path, machine, name)
    elif device.type == "pty" and backend.path:
        backend.path = None
    if getattr(device, "log", None):
        device.log = _beside(device.log, machine, name)


def _beside(path: str, machine: str, name: str) -> str:
    known = PurePosixPath(path)
    return str(known.with_name(file_name(known.name, machine, name)))


def _still_common(domain: documents.Domain) -> Iterable[LazyString]:
    if domain.devices.hostdevs:
        yield _("Devices of the host belong to one machine at a time: only one of both can run.")
    for kind in _CHARACTERS:
        for device in getattr(domain.devices, kind):
            if device.type == "tcp" and device.source.mode != "connect" and device.source.service:
                yield _(
                    "Both wait on port {port} of the host: give the clone another one before both "
                    "run."
                ).format(port=device.source.service)
    for module in domain.devices.of("memory"):
        path = getattr(module.source, "path", None)
        if path:
            yield _("Both keep memory in {path}.").format(path=path)
    for tpm in domain.devices.of("tpm"):
        if tpm.backend.type == "emulator":
            yield _("The clone's TPM begins empty: what the original has sealed stays sealed.")
