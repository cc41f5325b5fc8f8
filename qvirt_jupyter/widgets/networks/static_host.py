"""The form for a machine that always gets the same address."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from qvirt_jupyter import documents
from qvirt_jupyter._translation import _
from qvirt_jupyter.documents.addresses import Address, Host, Mac
from qvirt_jupyter.documents.declaration import option
from qvirt_jupyter.documents.values import Text
from qvirt_jupyter.widgets.forms.form import Form

if TYPE_CHECKING:
    from collections.abc import Callable


@dataclass(frozen=True, kw_only=True)
class StaticHost:
    """What is typed.

    Parameters
    ----------
    ip
        The address that it gets.
    mac
        The MAC address of its card; IPv4 only.
    client_id
        How it calls itself (DUID), where it has no name; IPv6 only.
    name
        What the DNS server calls it, or None.
    """

    ip: str = option(Address(), label=_("Address"), default="")
    mac: str = option(Mac(), label=_("MAC address"), default="", when=lambda host: not host.is_ipv6)
    client_id: str | None = option(
        Text(),
        label=_("Client id (DUID)"),
        default=None,
        help=_("IPv6 knows machines by their names or by this, not by MAC addresses."),
        when=lambda host: host.is_ipv6,
    )
    name: str | None = option(
        Host(), label=_("Name"), default=None, help=_("The DNS server of the network knows it.")
    )

    @property
    def is_ipv6(self) -> bool:
        """Whether it is about an IPv6 address."""
        return ":" in (self.ip or "")

    def check(self) -> None:
        """Refuse a machine that nobody can recognize.

        Raises
        ------
        ValueError
            It has neither a name nor a client id, and IPv6 knows no other.
        """
        if self.is_ipv6 and not self.name and not self.client_id:
            raise ValueError(str(_("Enter a name or a client id.")))

    def document(self) -> documents.DhcpHost:
        """Return it as libvirt has it."""
        host = documents.DhcpHost()
        host.ip, host.name = self.ip, self.name or None
        if self.is_ipv6:
            host.id = self.client_id or None
        else:
            host.mac = self.mac.lower()
        return host


def static_host_form(
    before: StaticHost,
    network: str,
    on_submit: Callable[[StaticHost], object],
    close: Callable[[], object],
) -> Form[StaticHost]:
    """Return the form.

    Parameters
    ----------
    before
        What stands in it at first.
    network
        The name of the network.
    on_submit
        Called with what was typed; the form is closed then.
    close
        Called when it is no longer needed.
    """

    def submitted(host: StaticHost) -> None:
        on_submit(host)
        close()

    return Form(
        before,
        title=_("Static host of {network}").format(network=network),
        submit=_("Save"),
        on_submit=submitted,
        on_cancel=close,
    )
