"""Which USB devices may be brought into the guest."""

from __future__ import annotations

from typing import TYPE_CHECKING

from qvirt_jupyter._translation import _, ngettext
from qvirt_jupyter.documents.devices.device import Device
from qvirt_jupyter.documents.element import Element
from qvirt_jupyter.documents.field import Field
from qvirt_jupyter.documents.many import Many
from qvirt_jupyter.documents.switches import YesNo
from qvirt_jupyter.documents.values import Text

if TYPE_CHECKING:
    from typing import Self

    from qvirt_jupyter.documents.domain import Domain
    from qvirt_jupyter.documents.domain_capabilities import DomainCapabilities

ANY = "-1"
"""What stands for all classes, makers, products and versions."""

_NUMBER = Text(
    pattern=r"-1|0[xX][0-9a-fA-F]{1,4}",
    expected=_("a hexadecimal number such as 0x08, or -1 for all"),
)


class UsbRule(Element):
    """Devices that may be brought, or may not; the first rule that fits counts."""

    tag = "usbdev"
    device_class = Field("@class", _NUMBER, label=_("Class"))
    vendor = Field("@vendor", _NUMBER, label=_("Maker"))
    product = Field("@product", _NUMBER, label=_("Product"))
    version = Field(
        "@version",
        Text(
            pattern=r"-1|[0-9]{1,2}\.[0-9]{1,2}",
            expected=_("a version such as 2.00, or -1 for all"),
        ),
        label=_("Version"),
    )
    allow = Field("@allow", YesNo(), label=_("Allowed"))


class Redirfilter(Device):
    """The rules for USB devices that are brought into the guest.

    https://libvirt.org/formatdomain.html#redirected-devices
    """

    tag = "redirfilter"
    collection = "redirfilters"
    title = _("USB redirection rules")
    is_single = True

    rules = Many(UsbRule)

    @property
    def display_name(self) -> str:
        """A guest has one set of rules only, so it has no number."""
        return str(self.title)

    @property
    def summary(self) -> str:
        """How many rules there are."""
        count = len(self.rules)
        return str(ngettext("{count} rule", "{count} rules", count).format(count=count))

    @classmethod
    def suggested(cls, domain: Domain, host: DomainCapabilities | None) -> Self:
        """Return rules that allow all devices, as none at all would."""
        del domain, host
        new = cls()
        new.rules.append(
            UsbRule(device_class=ANY, vendor=ANY, product=ANY, version=ANY, allow=True)
        )
        return new
