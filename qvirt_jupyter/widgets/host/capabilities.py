"""What a host can: readiness, processor, NUMA nodes, and what machines of each kind can have."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

import ipywidgets

from qvirt_jupyter import documents
from qvirt_jupyter._translation import _
from qvirt_jupyter.hypervisor import host_details, publisher
from qvirt_jupyter.provision import host_readiness
from qvirt_jupyter.widgets.details.work import work_in_pool
from qvirt_jupyter.widgets.dialog_place import DialogPlace
from qvirt_jupyter.widgets.fleet import fleet
from qvirt_jupyter.widgets.host import tables
from qvirt_jupyter.widgets.host.page_form import huge_sizes, page_form
from qvirt_jupyter.widgets.host.section import HostSection
from qvirt_jupyter.widgets.machine.actions import MachineActions

if TYPE_CHECKING:
    from collections.abc import Sequence

    from qvirt_jupyter.hypervisor import HostDetails, Job
    from qvirt_jupyter.hypervisor.connection import Connection
    from qvirt_jupyter.provision import ReadinessRow
    from qvirt_jupyter.widgets.host.section import SectionContext


class CapabilitiesSection(HostSection):
    """Tables of what the host offers; the kind of machine is chosen above the last two.

    Parameters
    ----------
    connection, context
        As for each section.
    """

    def __init__(self, connection: Connection, context: SectionContext) -> None:
        self._details: HostDetails | None = None
        self._was_connected = False
        self.facts = ipywidgets.HTML(f"<p>{_('Looking…')}</p>")
        self.readiness = ipywidgets.HTML()
        self._actions = MachineActions(context.questions, context.notices, fleet.wishes)
        self.dialog = DialogPlace()
        self.reserve = ipywidgets.Button(description=str(_("Reserve huge pages…")), disabled=True)
        self.reserve.layout.width = "max-content"
        self.reserve.on_click(lambda _button: self._ask_for_pages())
        self.offers = ipywidgets.HTML()
        self.choices = {
            "arch": ipywidgets.Dropdown(description=str(_("Architecture"))),
            "type": ipywidgets.Dropdown(description=str(_("Hypervisor"))),
            "machine": ipywidgets.Dropdown(description=str(_("Machine type"))),
        }
        for name, choice in self.choices.items():
            choice.style.description_width = "initial"
            choice.observe(
                lambda _change, name=name: publisher.post(None, lambda: self._on_choice(name)),
                names="value",
            )
        box = ipywidgets.HBox(tuple(self.choices.values()))
        box.add_class("qvirt-host-choices")
        parts = (self.readiness, self.facts, self.dialog, self.reserve, box, self.offers)
        super().__init__(connection, context, parts)

    def update(self) -> None:
        """Look at the host once for each time that the connection opens."""
        if self.is_closed:
            return
        is_connected = self.connection.is_connected
        for choice in self.choices.values():
            choice.disabled = not is_connected
        if self.refused:
            # A dialog that could do nothing any more (HOST-04).
            self.dialog.clear()
        self._offer_pages()
        if is_connected and not self._was_connected:
            self._look()
        elif not is_connected and self._details is None:
            self._say(self.refused)
        self._was_connected = is_connected

    def _look(self) -> None:
        work_in_pool(
            self.connection, lambda: host_details(self.connection), self._found, self._failed
        )

    def _say(self, words: object) -> None:
        self.facts.value = f"<p>{words}</p>"

    def _failed(self, error: BaseException) -> None:
        if not self.is_closed:
            self._say("")
            self.context.notices.put_error(
                _("The host does not say what it can."), error, key="host-capabilities"
            )

    def _found(self, details: HostDetails) -> None:
        if self.is_closed:
            return
        is_first, self._details = self._details is None, details
        self.facts.value = tables.processor_table(details) + tables.numa_table(details)
        self._offer_pages()
        self._offer("arch", details.capabilities.architectures())
        # KVM is tried with a real guest, which may take a while.
        if is_first:
            self.readiness.value = f"<p>{_('Trying what works, which may take 15 seconds…')}</p>"
        work_in_pool(
            self.connection,
            lambda: host_readiness(self.connection, details),
            self._found_readiness,
            self._failed,
        )

    def _found_readiness(self, rows: Sequence[ReadinessRow]) -> None:
        if not self.is_closed:
            self.readiness.value = tables.readiness_table(rows)

    # Huge pages.

    def _offer_pages(self) -> None:
        sizes = () if self._details is None else huge_sizes(self._details)
        reason = str(self.refused)
        if not reason and not sizes:
            reason = str(_("The host does not say that it has huge pages."))
        self.reserve.disabled = bool(reason)
        self.reserve.tooltip = reason or None

    def _ask_for_pages(self) -> None:
        details = self._details
        if details is not None and huge_sizes(details) and not self.refused:
            self.dialog.show_soon(
                lambda: page_form(details, self._reserve_pages, self.dialog.clear)
            )

    def _reserve_pages(self, size: int, count: int, node: int) -> None:
        job = self._actions.run(
            _("Reserve huge pages"),
            lambda: self.connection.pages.submit.reserve(size, count, node),
        )

        def look_again(done: Job[Any]) -> None:
            # Also after a failure: there may be more than before, though not all.
            if done.done():
                publisher.post(None, self._look_again)

        if job is not None:
            self.follow(job.on_change(look_again))

    def _look_again(self) -> None:
        if not self.is_closed and self.connection.is_connected:
            self._look()

    # The kind of machine.

    def _offer(self, name: str, values: Sequence[str]) -> None:
        """Offer the values of a choice, and go on to the next one."""
        choice = self.choices[name]
        keeps = choice.value in values
        before = choice.value
        choice.options = tuple(values)
        if values:
            choice.value = before if keeps else values[0]
        self._on_choice(name)

    def _on_choice(self, name: str) -> None:
        details = self._details
        if details is None or self.is_closed:
            return
        arch, kind = self.choices["arch"].value, self.choices["type"].value
        if name == "arch":
            self._offer("type", details.capabilities.choices("guest/type", arch=arch) or ())
        elif name == "type":
            found = details.capabilities.choices("guest/machine", arch=arch, type=kind)
            self._offer("machine", sorted(found or (), key=_by_age, reverse=True))
        else:
            self._ask(arch, kind, self.choices["machine"].value)

    def _ask(self, arch: str | None, kind: str | None, machine: str | None) -> None:
        if not self.connection.is_connected or kind is None:
            return
        asked = documents.Domain(type=kind)
        asked.os.arch, asked.os.machine = arch, machine
        chosen = (arch, kind, machine)
        work_in_pool(
            self.connection,
            lambda: self.connection.domain_capabilities(asked),
            lambda offered: self._found_offers(chosen, offered),
            self._failed,
        )

    def _found_offers(self, chosen: Any, offered: documents.DomainCapabilities | None) -> None:  # noqa: ANN401 - values of widgets
        now = tuple(choice.value for choice in self.choices.values())
        if self.is_closed or chosen != now:
            return
        if offered is None:
            self.offers.value = (
                f"<p>{_('The driver does not say what such machines can have.')}</p>"
            )
        else:
            self.offers.value = tables.offers_table(offered) + tables.models_table(offered)


def _by_age(machine: str) -> tuple[bool, list[int], str]:
    """Return what puts names without a version first, then the newest, when it is reversed."""
    numbers = [int(each) for each in re.findall(r"\d+", machine.rpartition("-")[2])]
    return (not numbers or "-" not in machine, numbers, machine)
