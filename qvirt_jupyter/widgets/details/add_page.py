"""The page that adds a device: which kind, and its values, as they suit the guest at first."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from qvirt_jupyter import documents
from qvirt_jupyter._translation import _
from qvirt_jupyter.provision.guest.suitable import Suitable
from qvirt_jupyter.widgets.details.definitions import kinds
from qvirt_jupyter.widgets.details.device_conditions import doubt_about
from qvirt_jupyter.widgets.details.offers import offers_for
from qvirt_jupyter.widgets.details.page import Page, shown_of
from qvirt_jupyter.widgets.preferences import preferences

if TYPE_CHECKING:
    from qvirt_jupyter.documents import Declared, Device
    from qvirt_jupyter.provision.osinfo import OperatingSystem
    from qvirt_jupyter.widgets.details.definitions import Definitions
    from qvirt_jupyter.widgets.details.drafted_machine import Machine
    from qvirt_jupyter.widgets.details.offers import Offers


class AddPage(Page):
    """A device that is not in the definition yet.

    Parameters
    ----------
    kind
        The tag of the device.
    system
        What runs in the guest; None where nobody said.
    """

    icon: ClassVar[str] = "add"

    def __init__(self, kind: str, system: OperatingSystem | None = None) -> None:
        super().__init__(f"add {kind}")
        self.kind = kind
        self.system = system

    def title(self, definitions: Definitions) -> str:  # noqa: ARG002 - the same for all machines
        """Return what the page does."""
        return str(_("Add hardware"))

    def basis(self, definitions: Definitions) -> documents.Domain:
        """Return the definition with a device of the kind, as it suits the guest."""
        domain = definitions.stored.copy()
        kind, host = self._class, definitions.host
        if issubclass(kind, documents.Graphics):
            suggested: Device = kind.suggested(
                domain,
                host,
                is_local=definitions.is_local,
                preferred=preferences.now.new_display,
            )
        else:
            suggested = kind.suggested(domain, host)
        domain.devices.of(kind).append(suggested)
        device = self.device(domain)
        if self.system is not None and device is not None:
            Suitable(domain, self.system, host).fit(device)
        return domain

    def element(self, domain: documents.Domain) -> documents.Element | None:
        """Return the new device: the last of its kind."""
        return self.device(domain)

    def device(self, domain: documents.Domain) -> Device | None:
        """Return the new device."""
        found = list(domain.devices.of(self._class))
        return found[-1] if found else None

    def declared(self, element: documents.Element) -> list[Declared]:
        """Return all that is declared, but for what libvirt chooses itself."""
        return shown_of(element)

    def find_offers(self, domain: Machine, definitions: Definitions) -> Offers:  # noqa: ARG002 - of the host alone
        """Return what the host has for such a device."""
        return offers_for(domain.connection, self.kind)

    def warning(self, domain: documents.Domain, definitions: Definitions) -> str:  # noqa: ARG002 - of the device alone
        """Say what the device lacks."""
        return doubt_about(self.device(domain))

    def why_fixed(self, element: documents.Element, name: str, *, customise: bool) -> str:  # noqa: ARG002 - nothing is
        """Nothing is fixed yet."""
        return ""

    @property
    def _class(self) -> type[Device]:
        return next(kind for kind in kinds() if kind.tag == self.kind)


def addable(definitions: Definitions) -> list[tuple[type[Device], str]]:
    """Return all kinds of devices in order, each with why the guest cannot get one.

    Parameters
    ----------
    definitions
        The machine.
    """
    return [(kind, str(kind.unavailable(definitions.stored, definitions.host))) for kind in kinds()]
