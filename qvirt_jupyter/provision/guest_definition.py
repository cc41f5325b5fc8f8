"""The tiny guest's libvirt XML (https://libvirt.org/formatdomain.html)."""

from __future__ import annotations

import re
import socket
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, Literal

from lxml import etree
from lxml.builder import ElementMaker

from qvirt_jupyter._translation import _
from qvirt_jupyter.documents.devices.interface import random_mac
from qvirt_jupyter.documents.parsing import parse_xml
from qvirt_jupyter.provision.host_packages import find_program

if TYPE_CHECKING:
    from pathlib import Path
    from uuid import UUID

QEMU_NAMESPACE: Final = "http://libvirt.org/schemas/domain/qemu/1.0"
OSINFO_NAMESPACE: Final = "http://libosinfo.org/xmlns/libvirt/domain/1.0"
GENERIC_LINUX: Final = "http://libosinfo.org/linux/2022"
AGENT_CHANNEL: Final = "org.qemu.guest_agent.0"

# One network card of the guest is not libvirt's: it carries the forwards where libvirt cannot.
# It sits where libvirt's own addresses, which grow from 1 upwards, do not come in practice, and
# has a network of its own, without a way out, that does not collide with slirp's usual 10.0.2.0/24.
FORWARD_ID: Final = "qvirt-forward"
FORWARD_SLOT: Final = "0x10"
FORWARD_NETWORK: Final = "10.0.3.0/24"
LOOPBACK: Final = "127.0.0.1"
FORWARD_RULE: Final = re.compile(r"hostfwd=tcp:127\.0\.0\.1:(\d+)-:(\d+)")
# Of these the guest's own devices take seven; the rest are for devices that are plugged in later,
# for which libvirt leaves only one (https://libvirt.org/pci-hotplug.html).
ROOT_PORTS: Final = 11

SMALLEST_MEMORY: Final = 96 * 1024
"""KiB; with less the kernel does not get through unpacking the initramfs."""
DEFAULT_MEMORY: Final = 192 * 1024
"""KiB."""
LARGEST_PORT: Final = 65535

Display = Literal["vnc", "spice", "none"]


@dataclass(frozen=True, slots=True)
class GuestFiles:
    """Where the host of a guest finds its files.

    Parameters
    ----------
    kernel, initramfs
        What it boots.
    disk
        Its qcow2 disk, or None.
    """

    kernel: Path
    initramfs: Path
    disk: Path | None = None


@dataclass(frozen=True, slots=True)
class GuestDefinition:
    """What may be said about a tiny guest; :meth:`xml` writes it down.

    Parameters
    ----------
    name
        The domain's name, and its host name as far as that has the letters for it.
    files
        Kernel, initramfs, disk.
    kvm
        Run with KVM; otherwise by QEMU's own translator, TCG.
    memory
        In KiB.
    vcpus
        Virtual processors.
    display
        ``"vnc"`` and ``"spice"`` listen nowhere and are reached through libvirt.
    network
        A libvirt network, or None for user networking, which needs no rights.
    forwards
        Pairs of a TCP port on this machine's loopback and a port of the guest; the host port 0
        stands for any free one.
    passt
        The host's libvirt can forward ports by passt.
    uuid
        Of a guest that is defined anew.
    title, description
        Shown in the list.
    """

    name: str
    files: GuestFiles
    kvm: bool = False
    memory: int = DEFAULT_MEMORY
    vcpus: int = 1
    display: Display = "vnc"
    network: str | None = None
    forwards: tuple[tuple[int, int], ...] = ()
    passt: bool = False
    uuid: UUID | None = None
    title: str = ""
    description: str = ""

    def __post_init__(self) -> None:
        if self.memory < SMALLEST_MEMORY:
            raise ValueError(
                f"memory={self.memory}: a tiny guest needs at least {SMALLEST_MEMORY} KiB."
            )
        if self.vcpus < 1:
            raise ValueError(f"vcpus={self.vcpus}: a guest needs at least one.")
        if self.display not in {"vnc", "spice", "none"}:
            raise ValueError(f"display={self.display!r}: use 'vnc', 'spice' or 'none'.")
        for host, guest in self.forwards:
            if not (0 <= host <= LARGEST_PORT and 1 <= guest <= LARGEST_PORT):
                raise ValueError(f"forward {host} to {guest}: ports go up to {LARGEST_PORT}.")

    def xml(self) -> str:
        """Return the definition for ``virDomainDefineXML``."""
        e = ElementMaker(nsmap={"qemu": QEMU_NAMESPACE})
        forwards = tuple((host or free_port(), guest) for host, guest in self.forwards)
        command_line = forwards if not self._passt_forwards else ()
        mac = random_mac(()) if command_line else None
        domain = e.domain(
            e.name(self.name),
            *((e.uuid(str(self.uuid)),) if self.uuid is not None else ()),
            *((e.title(self.title),) if self.title else ()),
            *((e.description(self.description),) if self.description else ()),
            _osinfo(),
            e.memory(str(self.memory), unit="KiB"),
            e.vcpu(str(self.vcpus)),
            e.os(
                e.type("hvm", arch="x86_64", machine="q35"),
                e.kernel(str(self.files.kernel)),
                e.initrd(str(self.files.initramfs)),
                e.cmdline(self._kernel_command_line(mac)),
            ),
            e.features(e.acpi(), e.apic()),
            e.clock(offset="utc"),
            e.on_poweroff("destroy"),
            e.on_reboot("restart"),
            e.on_crash("destroy"),
            e.devices(*self._devices(e, forwards)),
            *((_forward_card(command_line, mac),) if mac else ()),
            type="kvm" if self.kvm else "qemu",
        )
        return etree.tostring(domain, encoding="unicode", pretty_print=True)

    @property
    def _passt_forwards(self) -> bool:
        return self.passt and self.network is None

    def _kernel_command_line(self, forward_mac: str | None) -> str:
        # The last console is /dev/console; messages of the kernel go to both. "quiet" saves a
        # second of a boot by TCG. The guest's own rcS reads what begins with "qvirt.".
        words = ["console=tty0 console=ttyS0,115200 quiet panic=10", f"qvirt.name={self.host_name}"]
        if forward_mac is not None:
            words.append(f"qvirt.forward={forward_mac}")
        return " ".join(words)

    @property
    def host_name(self) -> str:
        """The name with only those characters that a host name may have (RFC 1123)."""
        return re.sub(r"[^a-z0-9]+", "-", self.name.lower()).strip("-")[:63] or "tiny"

    def _devices(
        self, e: ElementMaker, forwards: tuple[tuple[int, int], ...]
    ) -> list[etree._Element]:
        devices = []
        if self.files.disk is not None:
            devices.append(
                e.disk(
                    e.driver(name="qemu", type="qcow2", discard="unmap"),
                    e.source(file=str(self.files.disk)),
                    e.target(dev="vda", bus="virtio"),
                    type="file",
                    device="disk",
                )
            )
        # The small kernels know no USB; without its controller the guest boots faster.
        devices.append(e.controller(type="usb", model="none"))
        devices.append(e.controller(type="pci", index="0", model="pcie-root"))
        devices += [
            e.controller(type="pci", index=str(index), model="pcie-root-port")
            for index in range(1, ROOT_PORTS + 1)
        ]
        devices += [
            self._interface(e, forwards),
            e.serial(e.target(port="0"), type="pty"),
            e.console(e.target(type="serial", port="0"), type="pty"),
            e.channel(e.target(type="virtio", name=AGENT_CHANNEL), type="unix"),
        ]
        if self.display != "none":
            devices += [
                e.graphics(e.listen(type="none"), type=self.display),
                # Its pointer is where the viewer's is, which a click then need not catch.
                e.input(type="tablet", bus="virtio"),
                # Text mode, so the kernel needs no driver for it.
                e.video(e.model(type="vga", vram="16384")),
            ]
        else:
            devices.append(e.video(e.model(type="none")))
        devices += [
            e.memballoon(model="virtio"),
            e.rng(e.backend("/dev/urandom", model="random"), model="virtio"),
        ]
        return devices

    def _interface(self, e: ElementMaker, forwards: tuple[tuple[int, int], ...]) -> etree._Element:
        # Nothing boots from the network: without the card's ROM the firmware is done sooner.
        parts = (e.model(type="virtio"), e.rom(enabled="no"))
        if self.network is not None:
            return e.interface(e.source(network=self.network), *parts, type="network")
        if not self._passt_forwards or not forwards:
            return e.interface(*parts, type="user")
        return e.interface(
            *parts,
            e.backend(type="passt"),
            *(
                e.portForward(
                    e.range(start=str(host), to=str(guest)), proto="tcp", address=LOOPBACK
                )
                for host, guest in forwards
            ),
            type="user",
        )


def _osinfo() -> etree._Element:
    e = ElementMaker(namespace=OSINFO_NAMESPACE, nsmap={"libosinfo": OSINFO_NAMESPACE})
    return ElementMaker().metadata(e.libosinfo(e.os(id=GENERIC_LINUX)))


def _forward_card(forwards: tuple[tuple[int, int], ...], mac: str) -> etree._Element:
    """Return QEMU arguments for a card that carries forwards and nothing else.

    The guest keeps its ordinary card, which libvirt knows and can unplug
    (https://libvirt.org/drvqemu.html#pass-through-of-arbitrary-qemu-commands).
    """
    e = ElementMaker(namespace=QEMU_NAMESPACE, nsmap={"qemu": QEMU_NAMESPACE})
    rules = "".join(f",hostfwd=tcp:{LOOPBACK}:{host}-:{guest}" for host, guest in forwards)
    arguments = (
        "-netdev",
        f"user,id={FORWARD_ID},net={FORWARD_NETWORK},restrict=on{rules}",
        "-device",
        f"virtio-net-pci,netdev={FORWARD_ID},mac={mac},romfile=,bus=pcie.0,addr={FORWARD_SLOT}",
    )
    return e.commandline(*(e.arg(value=argument) for argument in arguments))


def forwarded_ports(xml: str) -> tuple[tuple[int, int], ...]:
    """Return the forwards of a definition that :class:`GuestDefinition` wrote.

    Parameters
    ----------
    xml
        A domain definition.

    Returns
    -------
    tuple[tuple[int, int], ...]
        Pairs of a port on this machine's loopback and the port of the guest.
    """
    domain = parse_xml(xml)
    found = [
        (int(start), int(port.get("to", start)))
        for port in domain.iterfind("devices/interface/portForward/range")
        if (start := port.get("start"))
    ]
    for argument in domain.iterfind(f"{{{QEMU_NAMESPACE}}}commandline/{{{QEMU_NAMESPACE}}}arg"):
        value = argument.get("value", "")
        if f"id={FORWARD_ID}," in value:
            found += [(int(host), int(guest)) for host, guest in FORWARD_RULE.findall(value)]
    return tuple(found)


def passt_forwards(domain_capabilities: str) -> bool:
    """Say whether libvirt and this machine can forward ports of user networking by passt.

    Parameters
    ----------
    domain_capabilities
        What ``virConnectGetDomainCapabilities`` answers. libvirt 9.0 knows the element and
        refuses it at start, so only its being listed counts
        (https://libvirt.org/formatdomaincaps.html, backendType).
    """
    capabilities = parse_xml(domain_capabilities)
    values = capabilities.iterfind("devices/interface/enum[@name='backendType']/value")
    return any(value.text == "passt" for value in values) and find_program("passt") is not None


def free_port() -> int:
    """Return a TCP port of the loopback that nothing listens on.

    Another program may take it before the guest does; then the guest's start says so.

    Raises
    ------
    OSError
        All are taken.
    """
    with socket.socket() as listener:
        listener.bind((LOOPBACK, 0))
        port: int = listener.getsockname()[1]
    return port


def port_is_free(port: int) -> bool:
    """Say whether a guest could listen on a TCP port of the loopback now."""
    with socket.socket() as listener:
        # As QEMU does: a port whose last connections still linger can be taken.
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            listener.bind((LOOPBACK, port))
        except OSError:
            return False
    return True


def what_it_is() -> str:
    """Return the description that a tiny guest bears unless it is given another."""
    return str(
        _(
            "A small Linux system in memory, made of packages of this machine. "
            "Log in as root; no password is asked."
        )
    )
