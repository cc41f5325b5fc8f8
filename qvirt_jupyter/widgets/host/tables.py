"""What a host can, as tables of HTML."""

from __future__ import annotations

import html
from typing import TYPE_CHECKING, Final

from qvirt_jupyter._translation import LazyString, _
from qvirt_jupyter.widgets import quantities

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from qvirt_jupyter import documents
    from qvirt_jupyter.hypervisor import HostDetails
    from qvirt_jupyter.provision import ReadinessRow

Words = str | LazyString
_SMALLEST_PAGE: Final = 64
"""KiB: what processors have as their ordinary size, of which there are millions."""
_OK: Final = {True: _("yes"), False: _("no"), None: _("no, optional")}


def table(caption: Words, headings: Sequence[Words], rows: Iterable[Sequence[Words]]) -> str:
    """Return a table; the first cell of each row names it.

    Parameters
    ----------
    caption, headings
        What it is, and what its columns are.
    rows
        The cells, as text.
    """
    head = "".join(f'<th scope="col">{html.escape(str(each))}</th>' for each in headings)
    body = "".join(
        f'<tr><th scope="row">{html.escape(str(first))}</th>'
        + "".join(f"<td>{html.escape(str(cell))}</td>" for cell in rest)
        + "</tr>"
        for first, *rest in rows
    )
    return (
        f'<table class="qvirt-host-table"><caption>{html.escape(str(caption))}</caption>'
        f"<thead><tr>{head}</tr></thead><tbody>{body}</tbody></table>"
    )


def readiness_table(rows: Iterable[ReadinessRow]) -> str:
    """Return what was looked at, what was found, and what to do about it."""
    return table(
        _("Is it ready?"),
        (_("What"), _("Ready?"), _("What was found, and what to do")),
        (
            (row.what, _OK[row.ok], "\n".join(filter(None, (str(row.detail), str(row.remedy)))))
            for row in rows
        ),
    )


def numa_table(details: HostDetails) -> str:
    """Return the NUMA nodes with their memory and processors, and the pages of that memory."""
    cells = details.capabilities.host.cells
    nodes = table(
        _("NUMA nodes"),
        (_("Node"), _("Memory"), _("Processors")),
        (
            (
                str(cell.id),
                quantities.size(cell.memory or 0, unit="KiB"),
                _ranges([each.id for each in cell.processors if each.id is not None]),
            )
            for cell in cells
        ),
    )
    pages = table(
        _("Memory pages"),
        (_("Size of a page"), _("Node"), _("All together"), _("Of which free")),
        (
            (
                quantities.size(size, unit="KiB"),
                str(cell.id),
                _amount(size, count),
                "" if free is None else _amount(size, free),
            )
            for cell in cells
            for size, count, free in (
                (size, pages.count or 0, details.free_pages.get((cell.id or 0, size)))
                for pages in cell.pages
                for size in [pages.size or 0]
            )
        ),
    )
    return nodes + pages


def _amount(size: int, count: int) -> str:
    """Return how much memory so many pages are; large pages are counted too."""
    if not count:
        return str(_("none"))
    memory = quantities.size(size * count, unit="KiB")
    if size <= _SMALLEST_PAGE:
        return memory
    return str(_("{memory} in {count}").format(memory=memory, count=count))


def _ranges(numbers: list[int]) -> str:
    """Return numbers as people write them: 0-3, 8."""
    found: list[list[int]] = []
    for number in sorted(numbers):
        if found and number == found[-1][1] + 1:
            found[-1][1] = number
        else:
            found.append([number, number])
    return ", ".join(str(a) if a == b else f"{a}-{b}" for a, b in found)


def processor_table(details: HostDetails) -> str:
    """Return what the host says of its processor."""
    cpu = details.capabilities.host.cpu
    rows: list[tuple[Words, Words]] = [
        (_("Closest CPU model"), " ".join(filter(None, (cpu.vendor, cpu.model)))),
        (_("Microcode"), "" if cpu.microcode is None else hex(cpu.microcode)),
        (_("Features beyond the model"), ", ".join(str(each.name) for each in cpu.features)),
        (
            _("Caches"),
            ", ".join(
                f"L{bank.level} {quantities.size(bank.size or 0, unit='KiB')}"
                for bank in details.capabilities.host.caches
            ),
        ),
        (
            _("Access control"),
            ", ".join(str(each.model) for each in details.capabilities.host.security_models),
        ),
    ]
    return table(_("Processor"), (_("What"), _("Found")), [row for row in rows if row[1]])


def offers_table(offered: documents.DomainCapabilities) -> str:
    """Return what the host offers to machines of one kind."""
    rows: list[tuple[Words, ...]] = []
    if offered.max_vcpus:
        rows.append(("vcpu", "", _("at most {count}").format(count=offered.max_vcpus)))
    rows.append(("cpu", "mode", ", ".join(offered.choices("cpu/mode") or ())))
    rows += [
        (
            offer.section,
            offer.name,
            ", ".join(offer.values) or (_("yes") if offer.supported else _("no")),
        )
        for offer in offered.offers
    ]
    return table(
        _("What a machine can have"), (_("Device or feature"), _("Setting"), _("Offered")), rows
    )


def models_table(offered: documents.DomainCapabilities) -> str:
    """Return the named CPU models with why they cannot be run."""
    usable: dict[bool | None, Words] = {True: _("yes"), False: _("no"), None: _("not said")}
    return table(
        _("CPU models"),
        (_("Model"), _("Can be run"), _("Why not")),
        ((model.name, usable[model.usable], model.why_not) for model in offered.cpu_models),
    )
