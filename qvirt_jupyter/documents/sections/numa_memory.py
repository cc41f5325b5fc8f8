"""Memory of a guest with NUMA nodes: it is what its nodes and its memory modules have together.

https://libvirt.org/formatdomain.html#memory-allocation
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from qvirt_jupyter.documents.devices.memory import Memory
from qvirt_jupyter.documents.schema import rule

if TYPE_CHECKING:
    from qvirt_jupyter.documents.domain import Domain

_MIB = 1024


class NumaMemory:
    """What a domain says of its memory and of that of its NUMA nodes."""

    @rule("memory", "current_memory", touches=("cpu",))
    def nodes_share_the_memory(self: Domain) -> None:  # type: ignore[misc]  # it is mixed into Domain
        """Give each node its share: QEMU's driver takes the sum of the nodes, whatever is said."""
        cells = list(self.cpu.numa.cells)
        before = sum(cell.memory or 0 for cell in cells)
        after = (self.memory or 0) - _modules(self)
        if not before or after < len(cells) or after == before:
            return
        left = after
        for cell in cells[:-1]:
            share = after * (cell.memory or 0) // before
            cell.memory = share // _MIB * _MIB or share
            left -= cell.memory
        cells[-1].memory = left

    @rule("cpu.numa.cells.memory", touches=("memory", "current_memory"))
    def memory_is_that_of_the_nodes(self: Domain) -> None:  # type: ignore[misc]  # it is mixed into Domain
        """Say the sum of the nodes and modules, as libvirt will."""
        nodes = sum(cell.memory or 0 for cell in self.cpu.numa.cells)
        if not nodes:
            return
        whole = nodes + _modules(self)
        self.memory = whole
        if (self.current_memory or 0) > whole:
            self.current_memory = whole


def _modules(domain: Domain) -> int:
    return sum(module.size or 0 for module in domain.devices.of(Memory))
