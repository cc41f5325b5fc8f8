"""Installation from a tree on a server: its kernel and its initial RAM disk are fetched."""

from __future__ import annotations

import dataclasses
from dataclasses import dataclass
from typing import TYPE_CHECKING

from qvirt_jupyter._translation import _
from qvirt_jupyter.hypervisor import Unsupported
from qvirt_jupyter.provision.guest.install_method import InstallMethod, Making

if TYPE_CHECKING:
    from qvirt_jupyter import documents
    from qvirt_jupyter.provision.guest.request import GuestRequest
    from qvirt_jupyter.provision.osinfo import OperatingSystem


@dataclass(frozen=True, slots=True)
class InstallFromTree(InstallMethod):
    """Start the installer of a tree on a server, then the disk that was installed to.

    Parameters
    ----------
    url
        ``http``, ``https`` or ``ftp``: where the tree begins.
    arguments
        What its kernel is told beside where the tree is.
    kernel, initrd
        Files of the host, where they are there already; left out, they are fetched from the tree.
    """

    url: str
    arguments: str = dataclasses.field(default="", kw_only=True)
    kernel: str | None = dataclasses.field(default=None, kw_only=True)
    initrd: str | None = dataclasses.field(default=None, kw_only=True)

    def prepared(self, request: GuestRequest, making: Making) -> GuestRequest:
        """Fetch the kernel and the initial RAM disk."""
        if self.kernel is None:
            raise Unsupported(
                _("Installing from a tree is not possible yet."),
                subject=making.connection.subject,
                next_step=_("Install from an ISO image."),
            )
        return request

    def begin(self, domain: documents.Domain, system: OperatingSystem) -> bool:
        """Start the installer's kernel."""
        del system
        domain.os.kernel = self.kernel or self.url
        domain.os.initrd = self.initrd
        domain.os.arguments = self.arguments or None
        return True
