"""The page that gives the guest a device of the host, which is chosen by what it is called."""

from __future__ import annotations

from typing import TYPE_CHECKING

from qvirt_jupyter._translation import _
from qvirt_jupyter.documents import Choice, Declared, Hostdev, Unknown
from qvirt_jupyter.hypervisor.host.device_names import CHOSEN, HostDeviceNames, with_users
from qvirt_jupyter.hypervisor.host.device_users import given_devices, is_same
from qvirt_jupyter.widgets.details.add_page import AddPage
from qvirt_jupyter.widgets.details.derived import Derived

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from qvirt_jupyter import documents
    from qvirt_jupyter.hypervisor import Connection
    from qvirt_jupyter.widgets.details.definitions import Definitions

HOST_DEVICE = "hostdev"
"""The tag of what this page adds."""


class HostDevicePage(AddPage):
    """Adds a device of the host.

    Parameters
    ----------
    nodes
        The devices of the host; those that guests cannot be given are left out.
    given
        The devices that machines have, each with the machine's name.
    """

    def __init__(
        self,
        nodes: Iterable[documents.NodeDevice],
        given: Sequence[tuple[str, documents.Hostdev]] = (),
    ) -> None:
        super().__init__(HOST_DEVICE)
        self._names = HostDeviceNames(nodes)
        self._users = {
            name: [user for user, other in given if is_same(device, other)]
            for name, device in self._names.given.items()
        }

    @classmethod
    def of(cls, connection: Connection) -> HostDevicePage:
        """Return the page for a host; in the pool, since its devices are asked for."""
        given = connection.call(lambda raw: list(given_devices(raw)), subject=connection.subject)
        return cls(connection.node_devices.descriptions, given)

    def basis(self, definitions: Definitions) -> documents.Domain:
        """Return the definition with a device of the first type that the host has any of."""
        domain = super().basis(definitions)
        device = self.device(domain)
        kinds = [kind for kind in CHOSEN if self._names.labels(kind)]
        if isinstance(device, Hostdev) and kinds and device.type not in kinds:
            device.type = kinds[0]
        return domain

    def declared(self, element: documents.Element) -> list[Declared]:
        """Return the type and the choice of the device before all that it fills in."""
        if not isinstance(element, Hostdev):
            return []
        items = {item.name: item for item in super().declared(element)}
        kind = items.pop("type")
        if element.type not in CHOSEN:
            return [kind, *items.values()]
        labels = {
            name: with_users(label, self._users.get(name, ()))
            for name, label in self._names.labels(element.type).items()
        }
        nothing = _("Choose a device") if labels else _("The host has no such device")
        chosen = Derived(
            name="node",
            type=Choice(*labels, open=False, labels=labels),
            label=_("Device of the host"),
            unset=nothing,
            read=self._names.find,
            write=self._choose,
            reasons=self._names.reasons(element.type),
        )
        return [kind, chosen, *items.values()]

    def _choose(self, element: documents.Hostdev, name: str | None) -> None:
        given = self._names.given.get(name or "") or Hostdev(type=element.type)
        element.type = given.type
        source = given.copy().source
        if not isinstance(source, Unknown):
            element.source = source
