"""What is wrong with what guests boot from, and with questions for the names of addresses.

libvirt looks at it only when the network starts, or drops it without a word.
"""

from __future__ import annotations

import ipaddress
import re
import stat
from pathlib import Path
from typing import TYPE_CHECKING, Final

from qvirt_jupyter._translation import _
from qvirt_jupyter.provision.networks.addressing import own_address
from qvirt_jupyter.provision.networks.problem import NetworkProblem

if TYPE_CHECKING:
    from collections.abc import Iterator

    from qvirt_jupyter.documents.network_ip import Subnet
    from qvirt_jupyter.provision.networks.host_networks import HostNetworks
    from qvirt_jupyter.provision.networks.request import NetworkRequest

BOOT: Final = ("tftp_root", "boot_file", "boot_server")
"""The fields of what guests boot from; a request, a form and a document call them the same."""
_LABEL_BITS: Final = {4: 8, 6: 4}
"""How many bits of an address one part of its name has, by version: 1.168.192.in-addr.arpa."""
_CUT: Final = re.compile(r'[,"]|\s#')
"""Where dnsmasq ends a name that libvirt writes into its configuration (read_file in option.c)."""


def of(request: NetworkRequest, host: HostNetworks) -> Iterator[NetworkProblem]:
    """Return what is wrong with what is asked for.

    Parameters
    ----------
    request
        What is asked for.
    host
        Where its folders are.
    """
    if not request.has_own_bridge:
        return
    gives_out = bool(request.ipv4) and request.dhcp4
    yield from of_boot(*(getattr(request, field) for field in BOOT), gives_out=gives_out)
    if host.is_here and request.tftp_root.startswith("/") and not _may_be(request.tftp_root):
        yield NetworkProblem(
            "tftp_root",
            _("The host has no folder {path}. Make it first, or choose another one.").format(
                path=request.tftp_root
            ),
        )
    for version in _LABEL_BITS:
        field = f"pointers{version}"
        if getattr(request, field):
            yield from _pointers(request, field, version)


def of_boot(
    tftp_root: str | None, boot_file: str | None, boot_server: str | None, *, gives_out: bool
) -> Iterator[NetworkProblem]:
    """Return what is wrong with what guests boot from.

    Parameters
    ----------
    tftp_root, boot_file, boot_server
        The folder, the file and the server; empty or None for none.
    gives_out
        Whether IPv4 addresses are given out, which guests hear of it with.
    """
    if tftp_root and not tftp_root.startswith("/"):
        yield NetworkProblem("tftp_root", _("Say the whole path of the folder, such as /srv/tftp."))
    for field, name in (("tftp_root", tftp_root), ("boot_file", boot_file)):
        if name and _CUT.search(name):
            yield NetworkProblem(
                field,
                _('dnsmasq ends a name at a comma, at a " and at a blank with #: rename it first.'),
            )
    if boot_file and not gives_out:
        yield NetworkProblem(
            "boot_file",
            _("Guests hear of it with their address: say which IPv4 addresses are given out."),
        )
    if boot_server and not boot_file:
        yield NetworkProblem("boot_file", _("Say which file the boot server has."))
    if boot_server and not _is_ipv4(boot_server):
        # libvirt takes a name for an address, and dnsmasq is told nothing of IPv6.
        yield NetworkProblem("boot_server", _("Say the IPv4 address of the boot server."))


def of_pointers(field: str, subnet: Subnet) -> Iterator[NetworkProblem]:
    """Return where libvirt would refuse to start it (virSocketAddrPTRDomain).

    Parameters
    ----------
    field
        Where it is said.
    subnet
        The addresses whose names nobody else is to be asked for.
    """
    step = _LABEL_BITS[subnet.version]
    if subnet.prefixlen % step:
        yield NetworkProblem(
            field,
            _(
                "libvirt can do this where the prefix is a multiple of {step} bits; that of "
                "{subnet} is not."
            ).format(step=step, subnet=subnet),
        )


def _pointers(request: NetworkRequest, field: str, version: int) -> Iterator[NetworkProblem]:
    if not request.dns:
        yield NetworkProblem(
            field, _("Without a DNS server nobody answers that: leave it away, or switch it on.")
        )
    text = getattr(request, f"ipv{version}")
    if not text:
        yield NetworkProblem(
            field, _("The network has no addresses of IPv{version}.").format(version=version)
        )
        return
    try:
        subnet, _own = own_address(text)
    except ValueError:
        # That is said at the addresses.
        return
    if subnet.version == version:
        yield from of_pointers(field, subnet)


def _may_be(path: str) -> bool:
    """Whether there is such a folder, or nobody here may know: libvirt's service sees more."""
    try:
        return stat.S_ISDIR(Path(path).stat().st_mode)
    except (FileNotFoundError, NotADirectoryError):
        return False
    except OSError:
        return True


def _is_ipv4(text: str) -> bool:
    try:
        ipaddress.IPv4Address(text)
    except ValueError:
        return False
    return True
