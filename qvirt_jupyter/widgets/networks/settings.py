"""What a network gives out, as it is typed: DHCP ranges, what its DNS server knows, its speed."""

from __future__ import annotations

import ipaddress
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from qvirt_jupyter import documents
from qvirt_jupyter._translation import LazyString, _
from qvirt_jupyter.documents.addresses import Address, Host
from qvirt_jupyter.documents.declaration import option
from qvirt_jupyter.documents.values import Integer, Text
from qvirt_jupyter.provision.networks.address_problems import of_ranges
from qvirt_jupyter.provision.networks.problems import of_bandwidth
from qvirt_jupyter.provision.networks.service_problems import BOOT
from qvirt_jupyter.widgets.networks import address_names, lines, network_boot
from qvirt_jupyter.widgets.networks.lines import dns_host, lines_of, span, words_of

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from qvirt_jupyter.documents.network_ip import Subnet

_VERSIONS = (4, 6)
_DNS: Final = _("DNS server")
_SPEED: Final = _("Speed of all guests together")
_LIMITS: Final = ("average", "peak", "burst")
_SPEEDS: Final = tuple(f"{way}_{limit}" for way in ("inbound", "outbound") for limit in _LIMITS)
"""The inputs of the speeds."""


def _answers(label: LazyString, help: LazyString, *, multiline: bool = True) -> Any:  # noqa: A002, ANN401 - as option() has it
    return option(
        Text(multiline=multiline),
        label=label,
        default="",
        help=help,
        group=_DNS,
        when=lambda settings: settings.has_dns,
    )


def _limit(label: LazyString, unit: str) -> Any:  # noqa: ANN401 - as option() has it
    return option(
        Integer(1),
        label=label,
        unit=unit,
        default=None,
        group=_SPEED,
        advanced=True,
        when=lambda settings: settings.has_own_bridge,
    )


def _ranges(version: int) -> Any:  # noqa: ANN401 - as option() has it
    return option(
        Text(multiline=True),
        label=_("Given out, IPv{version}").format(version=version),
        default="",
        help=_("One range a line: the first and the last address. Empty for none."),
        when=_has(version),
    )


def _has(version: int) -> Callable[[NetworkSettings], bool]:
    return lambda settings: any(subnet.version == version for subnet, _host in settings.subnets)


def _pointers(version: int) -> Any:  # noqa: ANN401 - as option() has it
    has_subnet = _has(version)
    return address_names.pointers(
        version, _DNS, lambda settings: settings.has_dns and has_subnet(settings)
    )


@dataclass(frozen=True, kw_only=True)
class NetworkSettings:
    """What is typed.

    Parameters
    ----------
    subnets
        The addresses of the network, each with that of the host.
    ranges4, ranges6
        A line for each range: its first and its last address.
    domain
        The DNS domain, or None.
    names
        A line for each address: the address and its names.
    texts, services
        A line for each, as the dialog for a new network has them.
    forwarders
        Other DNS servers, with commas between them.
    pointers4, pointers6
        Whether its DNS server asks no other for the names of its addresses.
    tftp_root, boot_file, boot_server
        The folder of the host, the file and the server of guests that boot from it, or None.
    has_dns, has_own_bridge, has_hosts4
        Whether it has a DNS server, a bridge that libvirt makes, static hosts of IPv4.
    """

    subnets: tuple[tuple[Subnet, str], ...] = ()
    has_dns: bool = True
    has_own_bridge: bool = True
    has_hosts4: bool = False
    ranges4: str = _ranges(4)
    ranges6: str = _ranges(6)
    domain: str | None = option(
        Host(),
        label=_("DNS domain"),
        default=None,
        help=_("Of a network that is on, another one waits for its next start."),
    )
    names: str = _answers(
        _("Names"), _("What its DNS server knows; one a line: address and its names.")
    )
    texts: str = _answers(_("Texts"), _("One a line: a name and its text (TXT)."))
    services: str = _answers(
        _("Services"),
        _(
            "One a line: service, tcp or udp, machine and port (SRV), then perhaps a priority, a "
            "weight and a domain."
        ),
    )
    forwarders: str = _answers(
        _("Other DNS servers"),
        _(
            "Whom it asks, with commas between them: 192.0.2.53, or example.org=192.0.2.53 for one "
            "domain only. On a network that is on, others wait for its next start."
        ),
        multiline=False,
    )
    pointers4: bool = _pointers(4)
    pointers6: bool = _pointers(6)
    tftp_root: str | None = network_boot.boot("tftp_root", _has(4))
    boot_file: str | None = network_boot.boot("boot_file", _has(4))
    boot_server: str | None = network_boot.boot("boot_server", _has(4))
    inbound_average: int | None = _limit(_("Received, on average"), "KiB/s")
    inbound_peak: int | None = _limit(_("Received, at most"), "KiB/s")
    inbound_burst: int | None = _limit(_("Received at once"), "KiB")
    outbound_average: int | None = _limit(_("Sent, on average"), "KiB/s")
    outbound_peak: int | None = _limit(_("Sent, at most"), "KiB/s")
    outbound_burst: int | None = _limit(_("Sent at once"), "KiB")

    @classmethod
    def of(cls, definition: documents.Network) -> NetworkSettings:
        """Return those of a definition."""
        spans: dict[int, list[str]] = {version: [] for version in _VERSIONS}
        for ip in definition.ips:
            spans[ip.version] += [f"{each.start} {each.end}" for each in ip.ranges]
        said = network_boot.read(definition) | address_names.read(definition)
        said |= {name: _speed(definition.bandwidth, name) for name in _SPEEDS}
        return cls(
            subnets=tuple(
                (subnet, str(ip.address))
                for ip in definition.ips
                if (subnet := ip.subnet) is not None
            ),
            ranges4="\n".join(spans[4]),
            ranges6="\n".join(spans[6]),
            domain=definition.domain,
            names="\n".join(
                " ".join([str(host.ip), *(str(name.name) for name in host.names)])
                for host in definition.dns.hosts
            ),
            texts="\n".join(f"{text.name} {text.value or ''}" for text in definition.dns.texts),
            services="\n".join(map(lines.service_line, definition.dns.services)),
            forwarders=", ".join(map(lines.forwarder_word, definition.dns.forwarders)),
            has_dns=bool(definition.has_own_bridge and definition.ips)
            and definition.dns.enabled is not False,
            has_own_bridge=definition.has_own_bridge,
            **said,
        )

    def problems(self) -> Iterator[tuple[str, str]]:
        """Return what is wrong, each with the name of its input."""
        for version in _VERSIONS:
            yield from self._range_problems(version)
        for field, read, parts in self._answers():
            try:
                for part in parts:
                    read(part)
            except ValueError as error:
                yield field, str(error)
        for problem in (*address_names.problems(self), *network_boot.problems(self)):
            yield problem.field, str(problem)
        for problem in of_bandwidth(self.bandwidth) if self.has_own_bridge else ():
            yield problem.part, str(problem)

    @property
    def bandwidth(self) -> documents.Bandwidth:
        """The speeds that are typed."""
        made = documents.Bandwidth()
        for name in _SPEEDS:
            value = getattr(self, name)
            if value is not None:
                way, limit = name.split("_")
                setattr(getattr(made, way), limit, value)
        return made

    def _range_problems(self, version: int) -> Iterator[tuple[str, str]]:
        field = f"ranges{version}"
        try:
            by_subnet = self.spans(version)
        except ValueError as error:
            yield field, str(error)
            return
        for (subnet, host), spans in by_subnet.items():
            for problem in of_ranges(field, field, subnet, host, spans) if spans else ():
                if not problem.is_warning:
                    yield field, str(problem)

    def _answers(self) -> Iterator[tuple[str, Callable[[str], Any], tuple[str, ...]]]:
        """Yield what the DNS server says: the input, what reads a part of it, and the parts."""
        yield "names", dns_host, lines_of(self.names)
        yield "texts", lines.dns_text, lines_of(self.texts)
        yield "services", lines.dns_service, lines_of(self.services)
        yield "forwarders", lines.forwarder, words_of(self.forwarders)

    def spans(self, version: int) -> dict[tuple[Subnet, str], tuple[tuple[str, str], ...]]:
        """Return the ranges that are typed, by the addresses that they are among.

        Raises
        ------
        ValueError
            A line is no range, or among no addresses of the network.
        """
        found: dict[tuple[Subnet, str], list[tuple[str, str]]] = {
            each: [] for each in self.subnets if each[0].version == version
        }
        for line in lines_of(getattr(self, f"ranges{version}")):
            first, last = span(line)
            Address(version).check(first)
            address = ipaddress.ip_address(first)
            owner = next((each for each in found if address in each[0]), None)
            if owner is None:
                raise ValueError(
                    str(_("{address} is no address of the network.").format(address=first))
                )
            found[owner].append((first, last))
        return {each: tuple(spans) for each, spans in found.items()}

    def write(self, definition: documents.Network, before: NetworkSettings) -> None:
        """Write what differs into a definition.

        Parameters
        ----------
        definition
            That of the network.
        before
            What it had.
        """
        for version in _VERSIONS:
            wanted = self.spans(version)
            if wanted == before.spans(version):
                continue
            for ip in definition.ips:
                subnet = ip.subnet
                if subnet is not None and (subnet, str(ip.address)) in wanted:
                    _write_ranges(ip, wanted[subnet, str(ip.address)])
        if self.domain != before.domain:
            definition.domain = self.domain
        if self.has_dns:
            self._write_answers(definition, before)
            address_names.write(definition, self, before)
        if any(getattr(self, name) != getattr(before, name) for name in BOOT):
            network_boot.write(definition, self)
        if self.has_own_bridge and self._speeds != before._speeds:
            self._write_speeds(definition)

    @property
    def _speeds(self) -> tuple[int | None, ...]:
        return tuple(getattr(self, name) for name in _SPEEDS)

    def _write_speeds(self, definition: documents.Network) -> None:
        bandwidth = definition.bandwidth
        for name in _SPEEDS:
            way, limit = name.split("_")
            setattr(getattr(bandwidth, way), limit, getattr(self, name))
        # A direction that says nothing is refused by libvirt.
        for way in ("inbound", "outbound"):
            if all(getattr(self, f"{way}_{limit}") is None for limit in _LIMITS):
                delattr(bandwidth, way)
        if not (bandwidth.inbound or bandwidth.outbound):
            del definition.bandwidth

    def _write_answers(self, definition: documents.Network, before: NetworkSettings) -> None:
        dns = definition.dns
        places = {
            "names": dns.hosts,
            "texts": dns.texts,
            "services": dns.services,
            "forwarders": dns.forwarders,
        }
        for (field, read, parts), (*_same, known) in zip(
            self._answers(), before._answers(), strict=True
        ):
            if parts != known:
                place: Any = places[field]
                place.clear()
                for part in parts:
                    place.append(read(part))


def _speed(bandwidth: documents.Bandwidth, name: str) -> int | None:
    way, limit = name.split("_")
    value: int | None = getattr(getattr(bandwidth, way), limit)
    return value


def _write_ranges(ip: documents.Ip, wanted: tuple[tuple[str, str], ...]) -> None:
    """Write the ranges; one that became another one keeps its lease time."""
    others = [each for each in ip.ranges if (each.start, each.end) not in wanted]
    there = {(each.start, each.end) for each in ip.ranges}
    for start, end in wanted:
        if (start, end) in there:
            continue
        if others:
            changed = others.pop(0)
            changed.start, changed.end = start, end
        else:
            ip.ranges.add(start=start, end=end)
    for gone in others:
        ip.ranges.remove(gone)
