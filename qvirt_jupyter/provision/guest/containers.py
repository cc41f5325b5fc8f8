"""Containers of LXC: one program, or a whole system in a folder of the host.

https://libvirt.org/drvlxc.html
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar, Final

from qvirt_jupyter import documents
from qvirt_jupyter._translation import _
from qvirt_jupyter.documents.devices.filesystem_sources import MountSource
from qvirt_jupyter.provision.guest.install_method import InstallMethod

if TYPE_CHECKING:
    from qvirt_jupyter.provision.guest.equipment import Equipment

_SYSTEM_INIT: Final = "/sbin/init"


@dataclass(frozen=True, slots=True)
class ContainerApplication(InstallMethod):
    """A container that runs one program of the host.

    Parameters
    ----------
    init
        The program.
    """

    is_container: ClassVar[bool] = True
    init: str = "/bin/sh"

    def equip(self, equipment: Equipment) -> None:
        """Say which program runs."""
        equipment.domain.os.init = self.init

    def start_from(self, equipment: Equipment) -> tuple[str, ...]:
        """Return nothing: a container starts a program."""
        del equipment
        return ()


@dataclass(frozen=True, slots=True)
class ContainerSystem(InstallMethod):
    """A container that runs the system which lies in a folder of the host.

    Parameters
    ----------
    root
        The folder, with all that a system consists of.
    init
        Its first program, as seen from inside.
    """

    is_container: ClassVar[bool] = True
    root: str
    init: str = _SYSTEM_INIT

    def __post_init__(self) -> None:
        if not self.root.startswith("/"):
            message = _("The root folder {folder} of the container is no path that begins with /.")
            raise ValueError(str(message.format(folder=self.root)))

    def equip(self, equipment: Equipment) -> None:
        """Mount the folder as its root, and give it a network of its own."""
        domain = equipment.domain
        domain.os.init = self.init
        domain.features.private_network = True
        root = documents.Filesystem(type="mount", target="/")
        if isinstance(root.source, MountSource):
            root.source.folder = self.root
        domain.devices.add(root)

    def start_from(self, equipment: Equipment) -> tuple[str, ...]:
        """Return nothing: a container starts a program."""
        del equipment
        return ()
