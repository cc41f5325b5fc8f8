"""Lists in the dialogs of networks, as people write them: one thing a line, or commas between.

Each reader raises ValueError with the right way to write it.
"""

from __future__ import annotations

import ipaddress
from typing import Final

from qvirt_jupyter import documents
from qvirt_jupyter._translation import LazyString, _

_DEFAULT: Final = "default"
"""Behind a port group: it is for cards that choose none."""
_WAYS: Final = {"in": "inbound", "out": "outbound"}
_LIMITS: Final = ("average", "peak", "burst")


def lines_of(text: str) -> tuple[str, ...]:
    """Return the lines of a text that have something in them."""
    return tuple(line.strip() for line in text.splitlines() if line.strip())


def words_of(text: str) -> tuple[str, ...]:
    """Return what stands between commas and blanks."""
    return tuple(text.replace(",", " ").split())


def span(line: str) -> tuple[str, str]:
    """Read the first and the last address of a range; a dash may stand between them."""
    usage = _("“{line}”: write the first and the last address.")
    first, last = _parts(line.replace("-", " ").replace("–", " "), usage, 2, 2)  # noqa: RUF001
    return first, last


def static_host(line: str) -> documents.DhcpHost:
    """Read a static host: MAC address, address and perhaps a name."""
    usage = _("“{line}”: write a MAC address, an address and perhaps a name.")
    mac, ip, *name = _parts(line, usage, 2, 3)
    return documents.DhcpHost(mac=mac.lower(), ip=ip, name=name[0] if name else None)


def static_host6(line: str) -> documents.DhcpHost:
    """Read a static host of IPv6, which has no MAC address: a name or a DUID, and an address."""
    who, ip = _parts(line, _("“{line}”: write a name or a DUID, and an address."), 2, 2)
    return documents.DhcpHost(**{"id" if ":" in who else "name": who}, ip=ip)


def dns_host(line: str) -> documents.DnsHost:
    """Read an address and its names."""
    address, *names = _parts(line, _("“{line}”: write an address and its names."), 2)
    return documents.DnsHost(ip=address, names=[documents.HostName(name=name) for name in names])


def dns_text(line: str) -> documents.DnsText:
    """Read a name and the text that it stands for."""
    _parts(line, _("“{line}”: write a name and its text."), 2)
    name, text = line.split(maxsplit=1)
    return documents.DnsText(name=name, value=text)


def dns_service(line: str) -> documents.DnsService:
    """Read a service, its protocol, the machine that has it, its port and what else there is.

    Behind the port come the priority and the weight as numbers, and a domain: each may be missing.
    """
    usage = _(
        "“{line}”: write a service, tcp or udp, a machine and a port; then perhaps a priority, a "
        "weight and a domain."
    )
    service, protocol, target, port, *more = _parts(line, usage, 4, 7)
    domain = more.pop() if more and not more[-1].isdecimal() else None
    if len(more) > 2:  # noqa: PLR2004 - priority and weight
        raise ValueError(str(usage.format(line=line)))
    priority, weight = (*map(number, more), None, None)[:2]
    return documents.DnsService(
        service=service,
        protocol=protocol,
        target=target,
        port=number(port),
        priority=priority,
        weight=weight,
        domain=domain,
    )


def service_line(service: documents.DnsService) -> str:
    """Write what :func:`dns_service` reads."""
    weighed = service.weight is not None
    priority = service.priority if service.priority is not None else 0 if weighed else None
    parts = (service.service, service.protocol, service.target, service.port)
    return _line(*parts, priority, service.weight, service.domain)


def forwarder(word: str) -> documents.DnsForwarder:
    """Read another DNS server: its address, a domain, or ``domain=address`` for one domain only."""
    domain, equals, address = word.rpartition("=")
    if equals:
        return documents.DnsForwarder(domain=domain, address=address or None)
    return documents.DnsForwarder(address=word)


def forwarder_word(server: documents.DnsForwarder) -> str:
    """Write what :func:`forwarder` reads."""
    if server.domain is None:
        return str(server.address or "")
    return f"{server.domain}={server.address or ''}"


def route(line: str) -> documents.NetworkRoute:
    """Read a network, and the guest that leads to it."""
    usage = _("“{line}”: write a network such as 10.5.0.0/24 and the address of a guest.")
    network, gateway = _parts(line, usage, 2, 2)
    try:
        subnet = ipaddress.ip_network(network)
    except ValueError:
        raise ValueError(str(usage.format(line=line))) from None
    return documents.NetworkRoute(
        family="ipv6" if subnet.version == 6 else None,  # noqa: PLR2004 - IPv6
        address=str(subnet.network_address),
        prefix=subnet.prefixlen,
        gateway=gateway,
    )


def port_group(line: str) -> documents.PortGroup:
    """Read a name, the VLANs of its cards, their speed, whether it is for cards that choose none.

    ``in=1000/2000/512`` limits what a card receives: on average and at most in KiB/s, and at once
    in KiB; ``out=`` what it sends.
    """
    name, *others = words_of(line)
    group = documents.PortGroup(name=name)
    vlans = []
    for word in others:
        way, equals, speed = word.partition("=")
        if word == _DEFAULT:
            group.is_default = True
        elif equals and way in _WAYS:
            _limit(getattr(group.bandwidth, _WAYS[way]), speed)
        else:
            vlans.append(number(word))
    for vlan in vlans:
        group.vlan.tags.add(id=vlan)
    if len(vlans) > 1:
        group.vlan.trunk = True
    return group


def _limit(limits: documents.Inbound | documents.Outbound, speed: str) -> None:
    values = speed.split("/")
    if not 1 <= len(values) <= len(_LIMITS):
        raise ValueError(
            str(
                _("“{speed}”: write one to three numbers with slashes between them.").format(
                    speed=speed
                )
            )
        )
    for limit, value in zip(_LIMITS, values, strict=False):
        setattr(limits, limit, number(value))
    if limits.peak is not None and limits.average is not None and limits.peak < limits.average:
        raise ValueError(str(_("The highest speed is not below that on average.")))


def number(word: str) -> int:
    """Read a number."""
    if not word.isdecimal():
        raise ValueError(str(_("“{word}” is no number.").format(word=word)))
    return int(word)


def _line(*parts: object) -> str:
    return " ".join(str(part) for part in parts if part is not None)


def _parts(line: str, usage: LazyString, least: int, most: int | None = None) -> list[str]:
    parts = line.split()
    if len(parts) < least or (most is not None and len(parts) > most):
        raise ValueError(str(usage.format(line=line)))
    return parts
