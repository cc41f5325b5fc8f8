"""The host of a connection: what it is, and which versions run on it."""

from __future__ import annotations

import os
import re
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, TypeVar

import libvirt

from qvirt_jupyter._translation import _
from qvirt_jupyter.documents import parse_xml
from qvirt_jupyter.hypervisor.host.record import HostRecord

if TYPE_CHECKING:
    from collections.abc import Callable

_Answer = TypeVar("_Answer")
CPUINFO: Final = Path("/proc/cpuinfo")
_URI_SETTING: Final = re.compile(r'^\s*uri_default\s*=\s*"([^"]+)"', re.MULTILINE)


@dataclass(frozen=True, slots=True)
class Versions:
    """Versions as people write them; empty where unknown.

    Parameters
    ----------
    library
        libvirt in this process.
    service
        libvirt on the host.
    hypervisor
        QEMU or whatever runs the machines.
    """

    library: str
    service: str
    hypervisor: str


def read(connection: libvirt.virConnect) -> tuple[HostRecord, Versions]:
    """Ask an open connection about its host; what a driver does not know stays empty."""
    info: list[Any] = _asked(connection.getInfo, ["", *[0] * 7])
    record = HostRecord(
        hostname=_asked(connection.getHostname, ""),
        architecture=info[0] if re.fullmatch(r"[a-z0-9_]+", info[0]) else "",
        cpus=info[2],
        mhz=info[3],
        numa_nodes=info[4],
        sockets=info[5],
        cores=info[6],
        threads=info[7],
        # virNodeInfo counts KiB, but libvirt-python divides it into MiB.
        memory=info[1] * 1024,
        hypervisor=_asked(connection.getType, ""),
    )
    versions = Versions(
        library=version_text(libvirt.getVersion()),
        service=version_text(_asked(connection.getLibVersion, 0)),
        hypervisor=version_text(_asked(connection.getVersion, 0)),
    )
    return record, versions


def processor_model(connection: libvirt.virConnect, cpuinfo: Path | None = None) -> str:
    """Return what the host's processors are called; empty if nobody knows.

    Their own name is asked for first. libvirt's capabilities know only which of its models comes
    closest, and this may be a much older one: that is said.

    Parameters
    ----------
    connection
        What libvirt opened.
    cpuinfo
        Where Linux describes the processors, for a host that is this machine (proc_cpuinfo(5)).

    References
    ----------
    https://libvirt.org/formatcaps.html#host,
    https://libvirt.org/html/libvirt-libvirt-host.html#virConnectGetSysinfo
    """
    own = _named_by_linux(cpuinfo) if cpuinfo is not None else ""
    if own := own or _named_by_firmware(_asked(lambda: connection.getSysinfo(0), "")):
        return own
    processor = parse_xml(connection.getCapabilities()).find("host/cpu")
    if processor is None:
        return ""
    parts = (processor.findtext("vendor"), processor.findtext("model"))
    closest = " ".join(part.strip() for part in parts if part and part.strip())
    return str(_("most like libvirt's {model}").format(model=closest)) if closest else ""


def _named_by_linux(cpuinfo: Path) -> str:
    try:
        lines = cpuinfo.read_text(encoding="utf-8", errors="replace").splitlines()
    except OSError:
        # Another system than Linux: libvirt is asked.
        return ""
    names = (line.partition(":") for line in lines)
    found = next((value for name, _colon, value in names if name.strip() == "model name"), "")
    return " ".join(found.split())


def _named_by_firmware(sysinfo: str) -> str:
    if not sysinfo:
        return ""
    found = parse_xml(sysinfo).findtext("processor/entry[@name='version']") or ""
    return " ".join(found.split())


def version_text(number: int) -> str:
    """Write libvirt's number 9000001 as 9.0.1; zero becomes an empty text."""
    if not number:
        return ""
    return f"{number // 1_000_000}.{number // 1000 % 1000}.{number % 1000}"


def saved_uuid(xml: str) -> str:
    """Return the UUID of the machine in the definition that a saved image carries.

    Raises
    ------
    ValueError
        The definition is not one that we accept.
    """
    return (parse_xml(xml).findtext("uuid") or "").strip()


def configured_uri() -> str | None:
    """Return the URI that libvirt was told to use: its environment, then its client settings.

    https://libvirt.org/uri.html#default-uri-choice
    """
    from_environment = os.environ.get("LIBVIRT_DEFAULT_URI")
    if from_environment:
        return from_environment
    config = os.environ.get("XDG_CONFIG_HOME") or Path.home() / ".config"
    files = [Path("/etc/libvirt/libvirt.conf")]
    if os.geteuid() != 0:
        files.insert(0, Path(config) / "libvirt" / "libvirt.conf")
    for file in files:
        try:
            found = _URI_SETTING.search(file.read_text(encoding="utf-8"))
        except OSError:
            # Neither file has to exist.
            continue
        if found is not None:
            return found[1]
    return None


def _asked(function: Callable[[], _Answer], default: _Answer) -> _Answer:
    try:
        return function()
    except libvirt.libvirtError:
        return default
