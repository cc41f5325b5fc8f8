"""Ports of the host that lead into a guest, in one line as people write them."""

# ruff: noqa: D102 - documented on the base class.

from __future__ import annotations

import ipaddress
import re
from typing import TYPE_CHECKING, Final, NamedTuple

from qvirt_jupyter._translation import LazyString, _
from qvirt_jupyter.documents.values import ValueType

if TYPE_CHECKING:
    from collections.abc import Iterator

    from qvirt_jupyter.documents.devices.port_forward import PortForward
    from qvirt_jupyter.documents.many import Items

LOOPBACK: Final = "127.0.0.1"
_EVERYWHERE: Final = "*"
_LAST: Final = 65535
_RULE: Final = re.compile(
    r"(?:(?P<protocol>tcp|udp)\s+)?"
    r"(?:(?P<address>\*|[0-9]+\.[0-9.]+|\[[0-9a-fA-F:.]+\]):)?"
    r"(?P<start>[0-9]+)(?:-(?P<end>[0-9]+))?"
    r"(?::(?P<to>[0-9]+))?"
)


class _Rule(NamedTuple):
    """Ports that lead into a guest; no address means all of the host."""

    protocol: str
    address: str | None
    start: int
    end: int | None
    to: int | None

    def __str__(self) -> str:
        where = _EVERYWHERE if self.address is None else self.address
        words = "" if self.protocol == "tcp" else f"{self.protocol} "
        if where != LOOPBACK:
            words += f"[{where}]:" if ":" in where else f"{where}:"
        last = "" if self.end is None else f"-{self.end}"
        return f"{words}{self.start}{last}:{self.start if self.to is None else self.to}"


class ForwardList(ValueType[str | None]):
    """Rules such as ``8022:22, udp 5353:53, *:8080:80``.

    The port of the host comes first, then that of the guest, where it is another one. They are open
    on the loopback only, unless an address says otherwise: ``*`` stands for all.
    """

    absent = None

    def parse(self, text: str) -> str:
        return text.strip()

    def check(self, value: str | None) -> None:
        if not isinstance(value, str) or not all(map(_read, _split(value))):
            raise self._refuse(value)

    @property
    def expected(self) -> LazyString | str:
        return _("a list of ports such as 8022:22, udp 5353:53")


def text_of(forwards: Items[PortForward]) -> str | None:
    """Return the rules in one line; None where there are none.

    Parameters
    ----------
    forwards
        Of a network card. Those of a device and those that leave ports out are not told.
    """
    rules = [rule for forward in forwards if not forward.device for rule in _rules(forward)]
    return ", ".join(map(str, rules)) or None


def write(forwards: Items[PortForward], text: str | None) -> None:
    """Write the rules of one line; what such a line cannot say stays.

    Parameters
    ----------
    forwards
        Of a network card.
    text
        As :class:`ForwardList` has it.
    """
    for place in reversed(range(len(forwards))):
        if not forwards[place].device:
            ranges = forwards[place].ranges
            for number in reversed(range(len(ranges))):
                if not ranges[number].exclude:
                    del ranges[number]
            if not ranges:
                del forwards[place]
    for each in _split(text or ""):
        rule = _read(each)
        assert rule is not None  # noqa: S101 - it was checked
        forward = next(
            (
                known
                for known in forwards
                if not known.device
                and (known.protocol, known.address) == (rule.protocol, rule.address)
            ),
            None,
        ) or forwards.add(protocol=rule.protocol, address=rule.address)
        forward.ranges.add(start=rule.start, end=rule.end, to=rule.to)


def _rules(forward: PortForward) -> Iterator[_Rule]:
    for ports in forward.ranges:
        if ports.start is not None and not ports.exclude:
            yield _Rule(
                forward.protocol or "tcp", forward.address, ports.start, ports.end, ports.to
            )


def _split(text: str) -> list[str]:
    return [part.strip() for part in text.split(",") if part.strip()]


def _read(text: str) -> _Rule | None:
    """Read one rule; None where it is none."""
    found = _RULE.fullmatch(text)
    if found is None:
        return None
    start, end, to = (
        int(port) if (port := found[name]) else None for name in ("start", "end", "to")
    )
    address: str | None = found["address"] or LOOPBACK
    if address == _EVERYWHERE:
        address = None
    else:
        address = str(address).strip("[]")
        try:
            ipaddress.ip_address(address)
        except ValueError:
            return None
    assert start is not None  # noqa: S101 - the pattern has it
    last = start if end is None else end
    to = None if to == start else to
    ends = (start, last, start if to is None else to, (start if to is None else to) + last - start)
    if last < start or not all(1 <= port <= _LAST for port in ends):
        return None
    return _Rule(found["protocol"] or "tcp", address, start, end, to)
