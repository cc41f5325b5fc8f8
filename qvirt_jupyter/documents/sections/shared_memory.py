"""Memory of the guest that programs of the host can use, as virtiofs needs."""

from __future__ import annotations

from typing import TYPE_CHECKING

from qvirt_jupyter._translation import _

if TYPE_CHECKING:
    from qvirt_jupyter.documents.declaration import Words
    from qvirt_jupyter.documents.domain_capabilities import DomainCapabilities
    from qvirt_jupyter.documents.sections.cpu import Cpu
    from qvirt_jupyter.documents.sections.memory_backing import MemoryBacking


class SharedMemory:
    """What a domain says of shared memory."""

    if TYPE_CHECKING:
        memory_backing: MemoryBacking
        cpu: Cpu

    @property
    def shared_memory(self) -> bool:
        """Whether programs of the host can use the guest's memory.

        Setting it to true gives the guest memory of a memfd with shared access; to false, what
        the hypervisor gives where nothing is said.
        """
        cells = self.cpu.numa.cells
        if cells and all(cell.access is not None for cell in cells):
            return all(cell.access == "shared" for cell in cells)
        return self.memory_backing.access == "shared"

    @shared_memory.setter
    def shared_memory(self, shared: bool) -> None:
        if shared == self.shared_memory:
            return
        backing = self.memory_backing
        backing.access = "shared" if shared else None
        # Huge pages are a source of their own that can be shared.
        if not backing.huge_pages:
            backing.source = "memfd" if shared else None

    def why_no_shared_memory(self, host: DomainCapabilities | None) -> Words:
        """Say why sharing cannot be switched; empty where it can.

        Parameters
        ----------
        host
            What its host offers; None where the host does not say.
        """
        if self.cpu.numa.cells:
            return _("Each NUMA node of the guest says itself whether its memory is shared.")
        sources = host.choices("memoryBacking/sourceType") if host is not None else None
        if sources is not None and "memfd" not in sources:
            return _("This host cannot give memory that is shared: it knows no memfd.")
        return ""
