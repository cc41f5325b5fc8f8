"""The form that reserves huge memory pages on a host."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from qvirt_jupyter._translation import _
from qvirt_jupyter.documents import Choice, Integer, option
from qvirt_jupyter.hypervisor.host.pages import ALL_NODES
from qvirt_jupyter.widgets import quantities
from qvirt_jupyter.widgets.forms.form import Form, Note

if TYPE_CHECKING:
    from collections.abc import Callable

    from qvirt_jupyter.hypervisor import HostDetails

_MOST: Final = 2**31
_ANYWHERE: Final = str(ALL_NODES)


@dataclass(frozen=True, kw_only=True)
class WantedPages:
    """How many huge pages somebody wants; sizes are in KiB."""

    size: str = option(Choice(), label=_("Size of a page"), default="")
    node: str = option(Choice(), label=_("NUMA node"), default=_ANYWHERE)
    count: int | None = option(
        Integer(maximum=_MOST),
        label=_("Number"),
        default=0,
        help=_("Those that are there already are included. Zero gives all back that are free."),
    )


def huge_sizes(details: HostDetails) -> tuple[int, ...]:
    """Return the sizes in KiB of which pages can be reserved: all but the ordinary one.

    Parameters
    ----------
    details
        What the host says of itself.
    """
    cells = details.capabilities.host.cells
    sizes = sorted({pages.size for cell in cells for pages in cell.pages if pages.size})
    return tuple(sizes[1:])


def page_form(
    details: HostDetails, on_submit: Callable[[int, int, int], object], close: Callable[[], object]
) -> Form[WantedPages]:
    """Return the form, filled in with what there is of the smallest huge pages.

    Parameters
    ----------
    details
        What the host says of itself; there are huge pages.
    on_submit
        Called with the size in KiB, the number and the node; the form is closed then.
    close
        Called when the form is no longer needed.
    """
    sizes = {str(size): quantities.size(size, unit="KiB") for size in huge_sizes(details)}
    cells = [str(cell.id) for cell in details.capabilities.host.cells if cell.id is not None]

    @dataclass(frozen=True, kw_only=True)
    class Offered(WantedPages):
        size: str = option(
            Choice(*sizes, labels=sizes, open=False),
            label=_("Size of a page"),
            default=next(iter(sizes)),
        )
        node: str = option(
            Choice(_ANYWHERE, *cells, labels={_ANYWHERE: _("as the host likes")}, open=False),
            label=_("NUMA node"),
            default=_ANYWHERE,
        )

    def submitted(wanted: WantedPages) -> None:
        on_submit(int(wanted.size), wanted.count or 0, int(wanted.node))
        close()

    first = Offered()
    return Form(
        Offered(count=_present(details, int(first.size))),
        title=_("Huge pages"),
        submit=_("Reserve"),
        on_submit=submitted,
        on_cancel=close,
        note=_note,
    )


def _present(details: HostDetails, size: int) -> int:
    cells = details.capabilities.host.cells
    return sum(pages.count or 0 for cell in cells for pages in cell.pages if pages.size == size)


def _note(wanted: WantedPages) -> Note:
    memory = quantities.size(int(wanted.size) * (wanted.count or 0), unit="KiB")
    return Note(
        str(_("Together")),
        memory,
        _(
            "Only machines that ask for huge pages can use this memory, until the host restarts "
            "or the pages are given back."
        ),
    )
