"""Types of values that name something on a network."""
# ruff: noqa: D102 - documented on the base class.

from __future__ import annotations

import ipaddress
import re

from qvirt_jupyter._translation import LazyString, _
from qvirt_jupyter.documents.values import Integer, ValueType


class Port(Integer):
    """A TCP or UDP port."""

    def __init__(self) -> None:
        super().__init__(1, 65535)

    @property
    def expected(self) -> LazyString | str:
        return _("a port from 1 to 65535")


class Mac(ValueType[str | None]):
    """The hardware address of a network card, in lower case.

    Multicast addresses are refused, as libvirt refuses them
    (https://libvirt.org/formatdomain.html#network-interfaces).
    """

    absent = None

    def parse(self, text: str) -> str:
        return text.strip().lower()

    def check(self, value: str | None) -> None:
        fits = isinstance(value, str) and re.fullmatch(
            r"(?:[0-9a-f]{2}:){5}[0-9a-f]{2}", value, re.IGNORECASE
        )
        if not value or not fits or int(value[:2], 16) & 1:
            raise self._refuse(value)

    @property
    def expected(self) -> LazyString | str:
        return _("a MAC address such as 52:54:00:12:34:56")


class Address(ValueType[str | None]):
    """An IPv4 or IPv6 address.

    Parameters
    ----------
    version
        4 or 6; ``None`` for either.
    """

    absent = None

    def __init__(self, version: int | None = None) -> None:
        self.version = version

    def parse(self, text: str) -> str:
        return text.strip()

    def check(self, value: str | None) -> None:
        # A number would pass as an address too.
        if not isinstance(value, str):
            raise self._refuse(value)
        try:
            address = ipaddress.ip_address(value)
        except ValueError as error:
            raise self._refuse(value) from error
        if self.version not in (None, address.version):
            raise self._refuse(value)

    @property
    def expected(self) -> LazyString | str:
        if self.version == 6:  # noqa: PLR2004 - IPv6
            return _("an IPv6 address such as fd00::1")
        return _("an IP address such as 192.168.122.1")


class Host(ValueType[str | None]):
    """The name or the address of a machine on the network."""

    absent = None

    def parse(self, text: str) -> str:
        return text.strip()

    def check(self, value: str | None) -> None:
        if not isinstance(value, str):
            raise self._refuse(value)
        # Colons make it an IPv6 address; a name never has them.
        text = value
        if ":" in text:
            try:
                ipaddress.IPv6Address(text.removeprefix("[").removesuffix("]"))
            except ValueError as error:
                raise self._refuse(value) from error
        elif len(text) > 253 or not re.fullmatch(r"[\w-]+(\.[\w-]+)*\.?", text):  # noqa: PLR2004 - RFC 1035
            raise self._refuse(value)

    @property
    def expected(self) -> LazyString | str:
        return _("a host name or an IP address")
