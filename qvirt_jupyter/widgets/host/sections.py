"""The sections of a host's tab, in their order; each is imported when somebody opens it first."""

from __future__ import annotations

import importlib
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from qvirt_jupyter._translation import LazyString, _

if TYPE_CHECKING:
    from collections.abc import Callable

    from qvirt_jupyter.hypervisor.connection import Connection
    from qvirt_jupyter.widgets.host.section import HostSection, SectionContext

    Make = Callable[[Connection, SectionContext], HostSection]


@dataclass(frozen=True, slots=True)
class Section:
    """One of the tabs.

    Parameters
    ----------
    id
        How :func:`~qvirt_jupyter.widgets.show_panel` calls it.
    label
        What its tab says.
    make
        Returns what stands in it.
    kinds
        What is read anew when it is opened (HOST-03), as in
        :meth:`~qvirt_jupyter.hypervisor.Inventory.refresh`.
    """

    id: str
    label: LazyString
    make: Make
    kinds: tuple[str, ...] = ()


def _of(module: str, name: str) -> Make:
    """Return what makes a section of a class that nobody needs before it is opened."""

    def make(connection: Connection, context: SectionContext) -> HostSection:
        wanted = getattr(importlib.import_module(f"qvirt_jupyter.widgets.{module}"), name)
        section: HostSection = wanted(connection, context)
        return section

    return make


SECTIONS: Final[tuple[Section, ...]] = (
    Section("overview", _("Overview"), _of("host.overview", "HostOverview")),
    Section("storage", _("Storage"), _of("storage.section", "StorageSection"), ("pool",)),
    Section("networks", _("Networks"), _of("networks.section", "NetworksSection"), ("network",)),
    Section(
        "capabilities",
        _("Capabilities"),
        _of("host.capabilities", "CapabilitiesSection"),
    ),
    Section(
        "devices",
        _("Devices"),
        _of("host_devices.section", "DevicesSection"),
        ("node_device",),
    ),
    Section("secrets", _("Secrets"), _of("secrets.section", "SecretsSection"), ("secret",)),
    Section("xml", _("XML"), _of("host.xml_section", "XmlSection"), ("network", "pool")),
)
