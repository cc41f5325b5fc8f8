"""How a system can come into a new machine, and why not."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from qvirt_jupyter._translation import LazyString, _

if TYPE_CHECKING:
    from qvirt_jupyter.hypervisor.connection import Connection
    from qvirt_jupyter.widgets._creation_messages import WayState
    from qvirt_jupyter.widgets.creation.draft import Method


_QEMU: Final = frozenset({"qemu", "test"})
_CONTAINERS: Final = frozenset({"lxc"})
_NO_INSTALLER: Final = _(
    "This host has no UEFI for machines of that architecture, so no installer starts in them. Take "
    "Manual, and give it a kernel in Customize before install."
)
_QUICK: Final = ("media", "cloud")
"""What Quick create offers; the others are a button away."""


@dataclass(frozen=True, slots=True)
class Way:
    """A way.

    Parameters
    ----------
    id
        The method of a draft.
    label, summary
        What it is called, and what it does.
    inputs
        What is asked on its page.
    source
        The input that names where the system comes from; empty for none.
    needs_storage
        Whether the host must have storage pools.
    needs_installer
        Whether an installer must be able to start by itself.
    drivers
        The drivers of libvirt that can do it; others are not offered it.
    """

    id: Method
    label: LazyString
    summary: LazyString
    inputs: tuple[str, ...] = ()
    source: str = ""
    needs_storage: bool = True
    needs_installer: bool = False
    drivers: frozenset[str] = _QEMU

    def refusal(self, connection: Connection, *, takes_installers: bool = True) -> str:
        """Return why it cannot be chosen on a host; empty where it can.

        Parameters
        ----------
        connection
            The host.
        takes_installers
            Whether installers start by themselves in machines of the kind that is wanted.
        """
        if self.needs_installer and not takes_installers:
            return str(_NO_INSTALLER)
        if self.needs_storage and not connection.features.storage:
            return connection.features.reason("storage")
        return ""

    def is_for(self, connection: Connection) -> bool:
        """Whether the hypervisor of a host knows such machines at all."""
        is_container = connection.parts.driver in _CONTAINERS
        return (self.drivers == _CONTAINERS) == is_container


WAYS: Final = (
    Way(
        "media",
        _("Local install media"),
        _("An ISO image or a CD drive of the host."),
        ("media",),
        "media",
        needs_installer=True,
    ),
    Way(
        "tree",
        _("Network install"),
        _("The installation tree of a distribution on a web or FTP server."),
        ("url", "arguments"),
        "url",
        needs_installer=True,
    ),
    Way(
        "cloud",
        _("Cloud image"),
        _("An image with an installed system, which learns user and password on its first start."),
        ("image", "copy"),
        "image",
    ),
    Way(
        "import",
        _("Existing disk image"),
        _("A disk that has a system already."),
        ("disk",),
        "disk",
    ),
    Way(
        "network",
        _("Network boot (PXE)"),
        _("A server in the virtual network says what to load."),
    ),
    Way(
        "manual",
        _("Manual"),
        _("No medium: an empty machine, for which you choose everything later."),
        needs_storage=False,
    ),
    Way(
        "application",
        _("Application container"),
        _("One program of the host, on its own."),
        ("init",),
        needs_storage=False,
        drivers=_CONTAINERS,
    ),
    Way(
        "container",
        _("Operating system container"),
        _("A system that lies in a folder of the host."),
        ("root", "init"),
        "root",
        needs_storage=False,
        drivers=_CONTAINERS,
    ),
)


def way_of(method: Method) -> Way:
    """Return a way by the method of a draft."""
    return next(way for way in WAYS if way.id == method)


def states(
    chosen: Method, connection: Connection, *, quick: bool = False, takes_installers: bool = True
) -> list[WayState]:
    """Return the ways as the browser draws them.

    Parameters
    ----------
    chosen
        The one that is chosen.
    connection
        The host.
    quick
        Whether only those are wanted that most people take.
    takes_installers
        Whether installers start by themselves in machines of the kind that is wanted.
    """
    return [
        {
            "id": way.id,
            "label": str(way.label),
            "summary": str(way.summary),
            "reason": way.refusal(connection, takes_installers=takes_installers),
            "chosen": way.id == chosen,
        }
        for way in WAYS
        if way.is_for(connection)
        and (not quick or way.id in (*_QUICK, chosen) or way.drivers == _CONTAINERS)
    ]
