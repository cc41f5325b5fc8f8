"""New machines: what is asked for becomes a definition that suits system and host."""

from __future__ import annotations

from qvirt_jupyter.provision.guest.containers import ContainerApplication, ContainerSystem
from qvirt_jupyter.provision.guest.creation import Creation
from qvirt_jupyter.provision.guest.disk_request import DiskRequest
from qvirt_jupyter.provision.guest.host_link import HostLink
from qvirt_jupyter.provision.guest.host_offer import HostOffer
from qvirt_jupyter.provision.guest.import_disk import ImportDisk, NoInstall
from qvirt_jupyter.provision.guest.install_from_media import InstallFromMedia
from qvirt_jupyter.provision.guest.install_from_network import InstallFromNetwork
from qvirt_jupyter.provision.guest.install_from_tree import InstallFromTree
from qvirt_jupyter.provision.guest.install_method import InstallMethod
from qvirt_jupyter.provision.guest.request import GuestRequest

__all__ = [
    "ContainerApplication",
    "ContainerSystem",
    "Creation",
    "DiskRequest",
    "GuestRequest",
    "HostLink",
    "HostOffer",
    "ImportDisk",
    "InstallFromMedia",
    "InstallFromNetwork",
    "InstallFromTree",
    "InstallMethod",
    "NoInstall",
]
