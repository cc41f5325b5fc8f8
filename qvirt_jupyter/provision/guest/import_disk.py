"""A disk that has a system already, and a machine that gets its system otherwise."""

from __future__ import annotations

import dataclasses
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from qvirt_jupyter.provision.guest.install_method import InstallMethod, Making
from qvirt_jupyter.provision.images import format_of

if TYPE_CHECKING:
    from qvirt_jupyter.provision.guest.request import GuestRequest


@dataclass(frozen=True, slots=True)
class ImportDisk(InstallMethod):
    """Start from the first disk, which has a system already.

    What format it has is looked at where that can be done: nobody has to say it.
    """

    def prepared(self, request: GuestRequest, making: Making) -> GuestRequest:
        """Look at the disk.

        Raises
        ------
        NotFound
            It does not exist.
        """
        first, *others = request.disks or (None,)
        if first is None or first.path is None or first.path.startswith("/dev/"):
            return request
        form = format_of(first.path, making.connection)
        if form is None or form == first.format:
            return request
        # QEMU reads more formats than new disks have.
        found: dict[str, Any] = {"format": form}
        return dataclasses.replace(request, disks=(dataclasses.replace(first, **found), *others))


@dataclass(frozen=True, slots=True)
class NoInstall(InstallMethod):
    """Install nothing: somebody else does."""
