"""The huge memory pages that a host keeps for its machines, live."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import libvirt

from qvirt_jupyter._translation import _
from qvirt_jupyter.hypervisor.actions import Submit, action
from qvirt_jupyter.hypervisor.errors import AccessDenied, OperationFailed
from qvirt_jupyter.hypervisor.libvirt_errors import error_text

if TYPE_CHECKING:
    from qvirt_jupyter.hypervisor.connection import Connection
    from qvirt_jupyter.hypervisor.errors import Subject

ALL_NODES: Final = -1
"""Leaves it to the host's kernel on which NUMA nodes the pages are."""
_FORBIDDEN: Final = ("Permission denied", "Read-only file system")
"""What the host's kernel says to a service that may not: libvirt has no code of its own for it."""


class HostPages:
    """The memory pages of a host: ``connection.pages``.

    Parameters
    ----------
    connection
        The connection to the host.
    """

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    @property
    def connection(self) -> Connection:
        """The connection to the host."""
        return self._connection

    @property
    def subject(self) -> Subject:
        """What errors call it."""
        return self._connection.subject

    @property
    def code(self) -> str:
        """A Python expression for it."""
        return f"{self._connection.code}.pages"

    @property
    def submit(self) -> Submit:
        """Its actions, each of which returns a :class:`Job` at once."""
        return Submit(self)

    @action(_("Reserve huge pages on {name}"))
    def reserve(self, size: int, count: int, node: int = ALL_NODES) -> None:
        """Have so many pages of a size, no more and no less, until the host restarts.

        Those that a machine has are never taken away.

        https://libvirt.org/html/libvirt-libvirt-host.html#virNodeAllocPages

        Parameters
        ----------
        size
            The size of a page in KiB, such as 2048; see the capabilities of the host.
        count
            How many there shall be, those included that are there already; zero gives all back.
        node
            The NUMA node; -1 leaves the choice to the host.

        Raises
        ------
        AccessDenied
            libvirt's service may not do it: that of a user's session usually may not.
        OperationFailed
            There is not so much memory in one piece.
        QvirtError
            The connection is lost, or the driver cannot do it.
        """
        self._connection.call(
            lambda raw: self._allocate(raw, size, count, node), subject=self.subject
        )

    def _allocate(self, raw: libvirt.virConnect, size: int, count: int, node: int) -> None:
        try:
            raw.allocPages({size: count}, node, 1, libvirt.VIR_NODE_ALLOC_PAGES_SET)
        except libvirt.libvirtError as error:
            if any(words in str(error) for words in _FORBIDDEN):
                raise AccessDenied(
                    _("libvirt's service may not reserve memory pages on this host."),
                    subject=self.subject,
                    next_step=_("Connect to the service of the whole system: qemu:///system."),
                    code=error.get_error_code(),
                    details=error_text(error),
                ) from error
            if "Unable to allocate" in str(error):
                raise OperationFailed(
                    _("The host has not so much free memory in pieces of this size."),
                    subject=self.subject,
                    next_step=_(
                        "Take fewer pages, or reserve them soon after the host has started."
                    ),
                    code=error.get_error_code(),
                    details=error_text(error),
                ) from error
            raise

    def __repr__(self) -> str:
        return f"<{type(self).__name__} of {self._connection.uri}>"
