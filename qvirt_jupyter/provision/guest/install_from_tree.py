"""Installation from a tree on a server: its kernel and its initial RAM disk are fetched."""

from __future__ import annotations

import dataclasses
from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar, Final, Literal

from qvirt_jupyter._translation import LazyString, _
from qvirt_jupyter.provision.guest.install_method import InstallMethod, Making
from qvirt_jupyter.provision.guest.places import IMAGES, folder_pool, free_name
from qvirt_jupyter.provision.trees import checked_url, detect_tree, fetch_boot_file

if TYPE_CHECKING:
    from qvirt_jupyter import documents
    from qvirt_jupyter.hypervisor import StorageVolume
    from qvirt_jupyter.provision.guest.request import GuestRequest
    from qvirt_jupyter.provision.osinfo import OperatingSystem
    from qvirt_jupyter.provision.trees import DetectedTree

KIB: Final = 1024


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

    only_now: ClassVar[bool] = True
    url: str
    arguments: str = dataclasses.field(default="", kw_only=True)
    kernel: str | None = dataclasses.field(default=None, kw_only=True)
    initrd: str | None = dataclasses.field(default=None, kw_only=True)

    def __post_init__(self) -> None:
        if self.kernel is None:
            checked_url(self.url)

    def prepared(self, request: GuestRequest, making: Making) -> GuestRequest:
        """Fetch the kernel and the initial RAM disk into volumes, which go after the start."""
        if self.kernel is not None:
            return request
        making.report(phase=_("Looking at the installation tree"))
        tree = detect_tree(self.url, check=making.check_cancelled)
        kernel = self._volume(tree, "kernel", request.name, making)
        initrd = self._volume(tree, "initrd", request.name, making)
        arguments = " ".join(part for part in (tree.arguments, self.arguments) if part)
        found = dataclasses.replace(self, kernel=kernel, initrd=initrd, arguments=arguments)
        return dataclasses.replace(request, install=found)

    @staticmethod
    def _volume(
        tree: DetectedTree, kind: Literal["kernel", "initrd"], name: str, making: Making
    ) -> str:
        def make() -> StorageVolume:
            fetched = fetch_boot_file(tree, kind, reporter=making)
            with fetched.file:
                pool = folder_pool(making)
                made = pool.create_volume(
                    free_name(pool, f"{name}-{kind}"), fetched.size, format="raw"
                )
                try:
                    making.report(phase=_("Giving the {kind} to the host").format(kind=kind))
                    made.write(fetched.file, length=fetched.size)
                except BaseException:
                    made.delete()
                    raise
            return made

        url = tree.kernel if kind == "kernel" else tree.initrd
        return making.once((kind, url), make, lasting=False).path

    @property
    def first_start(self) -> LazyString | str:
        """That it is one of the installer's kernel."""
        return _(
            "The machine first starts the installer's kernel, which is fetched when it is made and "
            "is not shown here. Then it starts as these pages say."
        )

    def begin(self, domain: documents.Domain, system: OperatingSystem) -> bool:
        """Start the installer's kernel, with the memory that it needs for what it fetches."""
        domain.os.boot.clear()
        if self.kernel is None:
            # Nothing is fetched yet: where it will be, unless those names are taken.
            domain.os.kernel = f"{IMAGES}{domain.name}-kernel"
            domain.os.initrd = f"{IMAGES}{domain.name}-initrd"
        else:
            domain.os.kernel, domain.os.initrd = self.kernel, self.initrd
        domain.os.arguments = self.arguments or None
        needed = system.resources("network-install", str(domain.os.arch))
        if needed is not None and needed.memory and (domain.memory or 0) < needed.memory // KIB:
            domain.memory = domain.current_memory = needed.memory // KIB
        return True
