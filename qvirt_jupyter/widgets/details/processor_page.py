"""The processors of a machine: how many, of which kind, and how they are arranged."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from qvirt_jupyter import documents
from qvirt_jupyter._translation import _
from qvirt_jupyter.documents import Choice, Declared, Flag, Integer, declarations
from qvirt_jupyter.widgets.details.derived import Derived
from qvirt_jupyter.widgets.details.page import DomainPage, changed, select

if TYPE_CHECKING:
    from qvirt_jupyter.widgets.details.definitions import Definitions
    from qvirt_jupyter.widgets.details.drafted_machine import Machine
    from qvirt_jupyter.widgets.details.page import Facts

_MODES: Final = ("host-model", "host-passthrough", "maximum")
_TOPOLOGY: Final = _("Topology")
_MODEL: Final = _("Model")


def _count(domain: documents.Domain) -> int:
    return domain.vcpus or 1


def _set_count(domain: documents.Domain, number: int | None) -> None:
    """As many at the start as there are at most."""
    domain.vcpus = number or 1
    domain.current_vcpus = None


def _copy_host(domain: documents.Domain, copies: bool | None) -> None:  # noqa: FBT001 - a value
    _forget_model(domain)
    domain.cpu.mode = "host-passthrough" if copies else None


def _model(domain: documents.Domain) -> str | None:
    return domain.cpu.mode if domain.cpu.mode in _MODES else domain.cpu.model


def _set_model(domain: documents.Domain, model: str | None) -> None:
    _forget_model(domain)
    if model in _MODES:
        domain.cpu.mode = model
    elif model:
        domain.cpu.mode = "custom"
        domain.cpu.match = "exact"
        domain.cpu.model = model
    else:
        domain.cpu.mode = None


def _forget_model(domain: documents.Domain) -> None:
    """Features and checks were said of the old model; the topology stays."""
    cpu = domain.cpu
    cpu.model = cpu.match = cpu.check = None
    cpu.features.clear()


def _has_topology(domain: documents.Domain) -> bool:
    return bool(domain.cpu.topology)


def _arrange(domain: documents.Domain, by_hand: bool | None) -> None:  # noqa: FBT001 - a value
    if not by_hand:
        del domain.cpu.topology
    elif not _has_topology(domain):
        topology = domain.cpu.topology
        topology.sockets, topology.cores, topology.threads = _count(domain), 1, 1


class ProcessorPage(DomainPage):
    """How many processors, which model, and sockets, cores and threads."""

    icon = "processor"
    label = _("CPUs")

    def __init__(self, key: str, host: documents.DomainCapabilities | None = None) -> None:
        super().__init__(key)
        self._host = host

    def bound(self, definitions: Definitions) -> ProcessorPage:
        """Return the page that knows what the host has against Spectre and its like."""
        return ProcessorPage(self.key, definitions.host)

    names = ("vcpus", "current_vcpus", "vcpu_placement", "vcpu_cpus", "cpu.", "cpu_tune.")

    def summary(self, definitions: Definitions) -> str:
        """Return the number and the model."""
        domain = definitions.stored
        return " · ".join(part for part in (str(_count(domain)), _model(domain) or "") if part)

    def warning(self, domain: documents.Domain, definitions: Definitions) -> str:
        """Say that there are more than the host has."""
        if 0 < definitions.host_cpus < _count(domain):
            return str(
                _("The host has {number} CPUs only: the guest will be slower with more.").format(
                    number=definitions.host_cpus
                )
            )
        return ""

    def facts(self, domain: Machine, definitions: Definitions) -> Facts:  # noqa: ARG002 - of the host
        """Return what the host has."""
        return ((str(_("CPUs of the host")), str(domain.connection.host.cpus)),)

    def declared(self, element: documents.Element) -> list[Declared]:
        """Return the fields, with switches for what belongs together."""
        found = declarations(element)
        rest = [
            item
            for item in select(found, ("cpu.",))
            if item.name not in ("cpu.mode", "cpu.model")
            and not item.name.startswith("cpu.topology.")
        ]
        return [
            Derived(
                name="processors",
                type=Integer(1, 1024),
                label=_("Virtual CPUs"),
                read=_count,
                write=_set_count,
            ),
            *(
                changed(
                    item,
                    label=_("In use at the start"),
                    advanced=True,
                    help=_("Fewer than there are leave room to add some while it runs."),
                )
                for item in select(found, ("current_vcpus",))
            ),
            Derived(
                name="copies_host",
                type=Flag(),
                label=_("Copy the host's CPU"),
                group=_MODEL,
                help=_("The guest sees all that the host's processor can do."),
                read=lambda domain: domain.cpu.copies_host,
                write=_copy_host,
            ),
            Derived(
                name="model",
                type=Choice(
                    labels={
                        "host-model": _("A named model close to the host's"),
                        "host-passthrough": _("Exactly the host's"),
                        "maximum": _("All that can be emulated"),
                    }
                ),
                label=_("Model"),
                group=_MODEL,
                caps="cpu/model",
                when=lambda domain: not domain.cpu.copies_host,
                read=_model,
                write=self._set_model,
            ),
            *self._mitigations(),
            Derived(
                name="arranged",
                type=Flag(),
                label=_("Set the topology by hand"),
                group=_TOPOLOGY,
                read=_has_topology,
                write=_arrange,
            ),
            *(
                changed(item, group=_TOPOLOGY, when=bool)
                for item in select(found, ("cpu.topology.",))
            ),
            *(changed(item, group=item.group or _MODEL, advanced=True) for item in rest),
            *select(found, ("vcpu_placement", "vcpu_cpus", "cpu_tune.")),
        ]

    def _mitigations(self) -> list[Declared]:
        names = self._host.mitigations if self._host is not None else ()
        if not names:
            return []
        return [
            Derived(
                name="mitigations",
                type=Flag(),
                label=_("Security mitigations"),
                group=_MODEL,
                help=_("Require what this host has against Spectre and its like: {names}.").format(
                    names=", ".join(names)
                ),
                # A copy of the host has them, and without a model nothing can be required.
                when=lambda domain: not domain.cpu.copies_host and bool(domain.cpu.model),
                read=self._has_mitigations,
                write=self._set_mitigations,
            )
        ]

    def _has_mitigations(self, domain: documents.Domain) -> bool:
        return self._host is not None and domain.cpu.has_mitigations(self._host)

    def _set_mitigations(self, domain: documents.Domain, required: bool | None) -> None:  # noqa: FBT001 - a value
        if self._host is not None and domain.cpu.model:
            domain.cpu.set_mitigations(self._host, bool(required))

    def _set_model(self, domain: documents.Domain, model: str | None) -> None:
        """Give it another model, with the mitigations that the old one had."""
        guarded = self._has_mitigations(domain)
        _set_model(domain, model)
        self._set_mitigations(domain, guarded)

    def why_fixed(self, element: documents.Element, name: str, *, customise: bool) -> str:
        """Say that the number follows from the topology, where that is set by hand."""
        if (
            name == "processors"
            and isinstance(element, documents.Domain)
            and element.cpu.topology.product is not None
        ):
            return str(_("It follows from sockets, cores and threads."))
        return super().why_fixed(element, name, customise=customise)
