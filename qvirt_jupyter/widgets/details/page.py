"""A page of the Details tab: which values of a definition it shows, and how they are laid out."""

from __future__ import annotations

import dataclasses
from typing import TYPE_CHECKING, Any, ClassVar, Final, NamedTuple, Self, TypeAlias

from qvirt_jupyter import documents
from qvirt_jupyter._translation import LazyString, _
from qvirt_jupyter.documents import Choice, Declared, declarations
from qvirt_jupyter.documents.devices.attachment import plugged_into
from qvirt_jupyter.documents.devices.controller import MODELS
from qvirt_jupyter.hypervisor.host.device_names import CHOSEN, HostDeviceNames
from qvirt_jupyter.widgets.details.definitions import Definitions, devices_of, path_of
from qvirt_jupyter.widgets.details.device_conditions import LOCAL, doubt_about
from qvirt_jupyter.widgets.details.fixed import why_fixed
from qvirt_jupyter.widgets.details.offers import MEDIUM, REMOVABLE, Offers, offers_for
from qvirt_jupyter.widgets.details.usb_rules import rules_of

if TYPE_CHECKING:
    from collections.abc import Iterable

    from qvirt_jupyter.widgets.details.drafted_machine import Machine


Facts: TypeAlias = tuple[tuple[str, str], ...]
"""Labels and values that are only read."""
_OURS: Final = "metadata.ours."
"""Tags and group, which the list of machines sets."""
_OF_LIBVIRT: Final = frozenset({"id", "emulator_deprecation"})
"""What libvirt says of a running machine, and nobody sets."""
_OF_USE: Final = frozenset({"source.startup_policy", "source.display", "source.model"})
"""What people choose of a host device, beside which one it is."""
_PORTS: Final = ("source.port", "source.auto_port", "source.tls_port")
_LISTEN: Final = "first_listen."
_HIDDEN: Final = frozenset({"alias", "boot_order"})
"""What libvirt chooses itself and nobody looks for, and what has a page of its own."""


class Known(NamedTuple):
    """What was found out about a page after it was shown.

    Parameters
    ----------
    facts
        What is only read, with labels.
    page
        What takes the place of the page, because more is known; None where nothing does.
    """

    facts: Facts = ()
    page: Page | None = None


class Page:
    """A page over one element of a machine's definition.

    Parameters
    ----------
    key
        What the tree calls it.

    Attributes
    ----------
    icon
        The name of its icon.
    remarks
        What speaks against values that were typed, by name; they can be applied all the same.
    """

    icon: ClassVar[str] = "machine"

    @property
    def lead(self) -> str:
        """A sentence under the title; empty for none."""
        return ""

    def __init__(self, key: str) -> None:
        self.key = key
        self.remarks: dict[str, str] = {}

    def title(self, definitions: Definitions) -> str:
        """Return what the page is called."""
        raise NotImplementedError

    def summary(self, definitions: Definitions) -> str:  # noqa: ARG002 - for subclasses
        """Return the few values that people look for, in a line."""
        return ""

    def basis(self, definitions: Definitions) -> documents.Domain:
        """Return the definition that a draft begins with."""
        return definitions.stored

    def element(self, domain: documents.Domain) -> documents.Element | None:
        """Return what of a definition the page is about; None where it has none."""
        raise NotImplementedError

    def base(self, domain: documents.Domain) -> str:  # noqa: ARG002 - for subclasses
        """Return where differences between definitions say that the element is."""
        return ""

    def declared(self, element: documents.Element) -> list[Declared]:
        """Return what the page shows of an element, in order."""
        raise NotImplementedError

    def why_fixed(self, element: documents.Element, name: str, *, customise: bool) -> str:
        """Say why a value cannot be changed; empty where it can."""
        return why_fixed(element, name, customise=customise)

    def warning(self, domain: documents.Domain, definitions: Definitions) -> str:  # noqa: ARG002 - for subclasses
        """Say what is allowed, but unwise, of a definition as it was typed; empty for nothing."""
        return ""

    def refused(self, domain: documents.Domain) -> str:  # noqa: ARG002 - for subclasses
        """Say what must be mended before a definition as it was typed is written; else nothing."""
        return ""

    def bound(self, definitions: Definitions) -> Self:  # noqa: ARG002 - for subclasses
        """Return the page for a machine; the same where it asks nothing of the host."""
        return self

    def facts(self, domain: Machine, definitions: Definitions) -> Facts:  # noqa: ARG002 - for subclasses
        """Return what is only read, with labels; asked in the pool, so it may wait for libvirt."""
        return ()

    def look_up(self, domain: Machine, definitions: Definitions) -> Known:
        """Return what the host or the guest knows of it; asked in the pool."""
        return Known(self.facts(domain, definitions))

    def find_offers(self, domain: Machine, definitions: Definitions) -> Offers:  # noqa: ARG002 - for subclasses
        """Return what there is to choose from just now; asked in the pool."""
        return {}


class DevicePage(Page):
    """The page of a device, made from what its class declares."""

    def title(self, definitions: Definitions) -> str:
        """Return what a list calls the device."""
        device = self._device(definitions.stored) or (
            self._device(definitions.running) if definitions.running is not None else None
        )
        return str(device.display_name) if device is not None else ""

    def element(self, domain: documents.Domain) -> documents.Element | None:
        """Return the device."""
        return self._device(domain)

    def base(self, domain: documents.Domain) -> str:
        """Return the device's path."""
        device = self._device(domain)
        return path_of(device, domain) if device is not None else ""

    def declared(self, element: documents.Element) -> list[Declared]:
        """Return all that is declared, but for what libvirt chooses itself."""
        return shown_of(element)

    def facts(self, domain: Machine, definitions: Definitions) -> Facts:
        """Return addresses, a host device's name, what sits on a controller, or a free port."""
        running = definitions.running or definitions.stored
        device = self._device(running)
        if isinstance(device, documents.Hostdev) and device.type in CHOSEN:
            names = HostDeviceNames(domain.connection.node_devices.descriptions)
            found = names.label_of(device) or str(_("The host has it not now."))
            return ((str(_("Device of the host")), found),)
        if isinstance(device, documents.Controller):
            plugged = ", ".join(_place(each) for each in plugged_into(device))
            return ((str(_("Plugged into it")), plugged or str(_("nothing"))),)
        if isinstance(device, documents.Graphics):
            return _ports_of(device) if definitions.running is not None else ()
        if not isinstance(device, documents.Interface) or not domain.is_active:
            return ()
        addresses = [str(each) for each in domain.addresses() if each.mac == device.mac]
        return ((str(_("Addresses")), "\n".join(addresses) or str(_("not known (yet)"))),)

    def find_offers(self, domain: Machine, definitions: Definitions) -> Offers:  # noqa: ARG002 - of the host alone
        """Return what the host has for such a device."""
        return offers_for(domain.connection, self.key.partition(" ")[0])

    def warning(self, domain: documents.Domain, definitions: Definitions) -> str:  # noqa: ARG002 - of the device alone
        """Say what the device lacks."""
        return doubt_about(self._device(domain))

    def _device(self, domain: documents.Domain) -> documents.Device | None:
        return devices_of(domain).get(self.key)


class DomainPage(Page):
    """A page that is laid out by hand over fields of the domain; subclasses name them."""

    label: ClassVar[LazyString]
    names: ClassVar[tuple[str, ...]] = ()
    """The fields in order; a name that ends with a dot stands for all inside a group."""

    def title(self, definitions: Definitions) -> str:  # noqa: ARG002 - the same for all machines
        """Return what the page is called."""
        return str(self.label)

    def element(self, domain: documents.Domain) -> documents.Element | None:
        """Return the whole definition."""
        return domain

    def declared(self, element: documents.Element) -> list[Declared]:
        """Return the fields of the page that the machine's class declares."""
        return select(declarations(element), self.names)


def _ports_of(display: documents.Graphics) -> Facts:
    """Return the ports that libvirt has chosen for a display that runs."""
    source = display.source
    ports = (
        (_("Port while it runs"), getattr(source, "port", None)),
        (_("TLS port while it runs"), getattr(source, "tls_port", None)),
    )
    return tuple((str(label), str(port)) for label, port in ports if port and port > 0)


def _place(device: documents.Device) -> str:
    """Return a device with its place on its controller."""
    unit = device.address.unit if device.address.type == "drive" else None
    if unit is None:
        return str(device.display_name)
    return str(_("{device} at place {unit}").format(device=device.display_name, unit=unit))


def shown_of(device: documents.Element) -> list[Declared]:
    """Return what is declared of a device, but for what libvirt chooses itself."""
    found = [
        *rules_of(device),
        *(item for item in declarations(device) if item.name not in _HIDDEN),
    ]
    if isinstance(device, documents.Disk) and device.device in REMOVABLE:
        # Of a drive people look for its medium.
        medium = [item for item in found if item.name in MEDIUM]
        first = [changed(item, unset=_("No medium")) for item in medium]
        return [*first, *(item for item in found if item not in medium)]
    if isinstance(device, documents.Graphics):
        return _with_its_ports(found, device)
    if isinstance(device, documents.Controller):
        return [_of_type(item, device) for item in found]
    if isinstance(device, documents.Hostdev) and device.type in CHOSEN:
        # It is known by its name; who wants to know how libvirt finds it unfolds that.
        return [_folded(item) if item.name not in _OF_USE else item for item in found]
    return found


def _with_its_ports(found: list[Declared], display: documents.Graphics) -> list[Declared]:
    """Return the ports of a display behind its address; hidden where it can have none."""
    first = display.listens[0] if display.listens else None
    is_local = first is not None and first.type in LOCAL
    ports = [item for name in _PORTS for item in found if item.name == name]
    rest = [item for item in found if item not in ports]
    place = max((at for at, item in enumerate(rest, 1) if item.name.startswith(_LISTEN)), default=0)
    hidden = [
        changed(item, when=lambda _display: False)
        if is_local and item.get(display) is None
        else item
        for item in ports
    ]
    return [*rest[:place], *hidden, *rest[place:]]


def _of_type(item: Declared, controller: documents.Controller) -> Declared:
    """Return the choice of a controller's model with those of its type only."""
    if item.name != "model" or not isinstance(item.type, Choice):
        return item
    models = MODELS.get(controller.type or "", ())
    labels = {model: item.type.label(model) for model in models}
    has_choice = bool(models or controller.model)
    return changed(item, type=Choice(*models, labels=labels), when=lambda _device: has_choice)


def _folded(item: Declared) -> Declared:
    return changed(item, advanced=True) if item.name.startswith("source.") else item


def select(found: Iterable[Declared], names: Iterable[str]) -> list[Declared]:
    """Return the declarations of these names, in the order of the names."""
    declared = list(found)
    return [
        item
        for name in names
        for item in declared
        if item.name == name or (name.endswith(".") and item.name.startswith(name))
    ]


def changed(declared: Declared, **values: Any) -> Declared:  # noqa: ANN401 - of any attribute
    """Return a declaration that a page words in its own way."""
    return dataclasses.replace(declared, **values)


class RestPage(DomainPage):
    """All that is declared of a domain and stands on no other page."""

    icon = "settings"
    label = _("Features and limits")

    def __init__(self, key: str, others: Iterable[DomainPage]) -> None:
        super().__init__(key)
        self._others = tuple(others)

    def declared(self, element: documents.Element) -> list[Declared]:
        """Return what no other page shows."""
        shown = {item.name for page in self._others for item in page.declared(element)}
        elsewhere = tuple(name for page in self._others for name in page.names)
        return [
            item
            for item in declarations(element)
            if item.name not in shown
            and not item.name.startswith(_OURS)
            and item.name not in _OF_LIBVIRT
            and not any(
                item.name == each or (each.endswith(".") and item.name.startswith(each))
                for each in elsewhere
            )
        ]
