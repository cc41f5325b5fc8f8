"""New machines: what is asked for becomes a definition that suits system and host."""

from __future__ import annotations

from qvirt_jupyter.provision.guest.disk_request import DiskRequest
from qvirt_jupyter.provision.guest.host_offer import HostOffer
from qvirt_jupyter.provision.guest.request import GuestRequest

__all__ = ["DiskRequest", "GuestRequest", "HostOffer"]
