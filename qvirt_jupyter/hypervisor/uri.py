"""Connection URIs: what they say, and what the driver that they name can do.

https://libvirt.org/uri.html
"""

from __future__ import annotations

import posixpath
import re
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING, Final
from urllib.parse import quote, unquote, urlencode, urlsplit

from qvirt_jupyter._translation import _

if TYPE_CHECKING:
    from collections.abc import Mapping

    from qvirt_jupyter._translation import LazyString


@dataclass(frozen=True, slots=True)
class Driver:
    """One of libvirt's hypervisor drivers.

    Parameters
    ----------
    name
        The scheme of its URIs.
    label
        Its name for people.
    path
        Path of the URI of its system instance.
    session
        It has an instance for each user too.
    daemon
        It runs in a daemon on the host; the others speak to the hypervisor from here.
    summary
        What it can do with us.
    """

    name: str
    label: LazyString
    path: str
    session: bool
    daemon: bool
    summary: LazyString


DRIVERS: Final[Mapping[str, Driver]] = {
    driver.name: driver
    for driver in (
        Driver(
            "qemu", _("QEMU/KVM"), "system", session=True, daemon=True,
            summary=_("Everything: consoles, snapshots, devices, agent, storage and networks."),
        ),
        Driver(
            "xen", _("Xen"), "", session=False, daemon=True,
            summary=_("Machines, devices, storage and networks; no guest agent, no screenshots."),
        ),
        Driver(
            "lxc", _("LXC"), "", session=False, daemon=True,
            summary=_("Containers: start, stop, serial console; no screen, no saved state."),
        ),
        Driver(
            "bhyve", _("Bhyve"), "system", session=True, daemon=True,
            summary=_("Machines and VNC screens; no saved state, no screenshots, no hotplug."),
        ),
        Driver(
            "vz", _("Virtuozzo"), "system", session=True, daemon=True,
            summary=_("Machines and containers with VNC screens and snapshots."),
        ),
        Driver(
            "vbox", _("VirtualBox"), "session", session=True, daemon=True,
            summary=_("Machines, snapshots and screenshots; no events, so the list is polled."),
        ),
        Driver(
            "esx", _("VMware ESX"), "", session=False, daemon=False,
            summary=_("Start, stop, snapshots, storage; no events, no screen by this way."),
        ),
        Driver(
            "vpx", _("VMware vCenter"), "", session=False, daemon=False,
            summary=_("Start, stop, snapshots, storage; no events, no screen by this way."),
        ),
        Driver(
            "hyperv", _("Microsoft Hyper-V"), "", session=False, daemon=False,
            summary=_("Start, stop and definitions; no events."),
        ),
        Driver(
            "ch", _("Cloud Hypervisor"), "system", session=True, daemon=True,
            summary=_("Start, stop and the serial console."),
        ),
        Driver(
            "test", _("Test driver"), "default", session=False, daemon=False,
            summary=_("A make-believe host to try things out: nothing really runs."),
        ),
    )
}  # fmt: skip
"""The drivers that we know, by the scheme of their URIs."""

TRANSPORTS: Final[Mapping[str, LazyString]] = {
    "": _("local"),
    "unix": _("unix socket"),
    "ssh": _("SSH"),
    "libssh": _("SSH by libssh"),
    "libssh2": _("SSH by libssh2"),
    "tls": _("TLS"),
    "tcp": _("TCP without encryption"),
    "ext": _("external program"),
}
"""How a driver is reached, by the part of the scheme after the plus sign."""

_SCHEME: Final = re.compile(r"^(?P<driver>[a-z][a-z0-9]*)(?:\+(?P<transport>[a-z0-9]+))?$")
_OF_REAL_HOSTS: Final = frozenset({"qemu", "lxc", "xen", "ch"})
"""Drivers that run machines where libvirt's service is."""
_XEN_FILES: Final = ("/proc/xen/privcmd", "/dev/xen/privcmd")
_EMULATORS: Final = ("qemu-system-*", "qemu-kvm", "kvm")
_EMULATOR_FOLDERS: Final = ("/usr/bin", "/usr/local/bin", "/usr/libexec")
_LXC_HELPERS: Final = (
    "/usr/libexec/libvirt_lxc",
    "/usr/lib/libvirt/libvirt_lxc",
    "/usr/lib64/libvirt/libvirt_lxc",
)


@dataclass(frozen=True, slots=True)
class ConnectionUri:
    """A connection URI in its parts.

    Parameters
    ----------
    driver
        ``"qemu"``, ``"test"``, ...
    transport
        One of :data:`TRANSPORTS`; empty for local.
    user, host, port
        For remote connections; empty or None otherwise.
    path
        What follows the host: ``"/system"``, ``"/session"``, ``"/default"``, a file's path.
    parameters
        What follows the question mark.
    """

    driver: str
    transport: str = ""
    user: str = ""
    host: str = ""
    port: int | None = None
    path: str = "/"
    parameters: Mapping[str, str] = field(default_factory=dict)

    @classmethod
    def parse(cls, text: str) -> ConnectionUri:
        """Take a URI apart.

        Raises
        ------
        ValueError
            It is not a connection URI; the message says why.
        """
        text = text.strip()
        scheme = _SCHEME.match(text.partition(":/")[0])
        if scheme is None or ":/" not in text:
            raise ValueError(
                str(
                    _(
                        "{text} is not a connection URI: it begins with a driver, "
                        "as in qemu:///system or qemu+ssh://user@host/system."
                    ).format(text=repr(text))
                )
            )
        try:
            split = urlsplit(text)
            port = split.port
            host = split.hostname or ""
        except ValueError as error:
            raise ValueError(
                str(
                    _("The port or address in {text} is wrong: {error}.").format(
                        text=repr(text), error=error
                    )
                )
            ) from error
        if split.password:
            raise ValueError(str(_("A URI must not contain a password: you are asked for it.")))
        transport = scheme["transport"] or ""
        if transport not in TRANSPORTS:
            raise ValueError(
                str(
                    _("{transport} is no transport; there are {all}.").format(
                        transport=transport, all=", ".join(name for name in TRANSPORTS if name)
                    )
                )
            )
        return cls(
            driver=scheme["driver"],
            transport=transport,
            user=unquote(split.username or ""),
            host=host,
            port=port,
            path=split.path or "/",
            parameters=_parameters(split.query),
        )

    @classmethod
    def build(
        cls, driver: str, *, session: bool = False, host: str = "", user: str = "root"
    ) -> ConnectionUri:
        """Make the URI of a local hypervisor, or of one that is reached by SSH.

        Parameters
        ----------
        driver
            One of :data:`DRIVERS`.
        session
            The instance of the user instead of the system's.
        host
            A host name or address, with a port if need be; empty means local.
        user
            Who signs in there.

        Raises
        ------
        ValueError
            There is no such driver, or it has no such instance.
        """
        known = DRIVERS.get(driver)
        if known is None:
            raise ValueError(
                str(
                    _("{driver} is no driver; there are {all}.").format(
                        driver=driver, all=", ".join(DRIVERS)
                    )
                )
            )
        if session and not known.session:
            raise ValueError(str(_("{label} has no user session.").format(label=known.label)))
        path = "/session" if session else f"/{known.path}"
        if not host:
            return cls(driver, path=path)
        name, port = _host_and_port(host)
        return cls(driver, "ssh", user=user, host=name, port=port, path=path)

    def __str__(self) -> str:
        scheme = f"{self.driver}+{self.transport}" if self.transport else self.driver
        host = f"[{self.host}]" if ":" in self.host else self.host
        user = f"{quote(self.user, safe='')}@" if self.user and host else ""
        port = f":{self.port}" if self.port is not None else ""
        query = f"?{urlencode(dict(self.parameters), quote_via=quote, safe='/')}"
        return f"{scheme}://{user}{host}{port}{self.path}{query if self.parameters else ''}"

    @property
    def is_remote(self) -> bool:
        """Whether another host is asked."""
        return bool(self.host)

    @property
    def is_here(self) -> bool:
        """Whether its host is the machine that this runs on; that of the test driver is made up."""
        return self.driver in _OF_REAL_HOSTS and not self.is_remote

    @property
    def is_session(self) -> bool:
        """Whether it is the instance of one user."""
        return self.path == "/session"

    @property
    def socket(self) -> str:
        """Path of the unix socket that it names, or empty."""
        return self.parameters.get("socket", "")

    @property
    def known_driver(self) -> Driver | None:
        """What is known of the driver, or None."""
        return DRIVERS.get(self.driver)

    def describe(self) -> str:
        """Return the label of a connection that has none of its own."""
        driver = self.known_driver
        label = str(driver.label) if driver is not None else self.driver
        if self.is_session and self.driver != "vbox":
            label = str(_("{label} user session").format(label=label))
        if self.driver == "test" and self.path != "/default":
            label = f"{label} {posixpath.basename(unquote(self.path))}"
        return f"{label}: {self.host}" if self.host else label

    def with_parameters(self, **parameters: str) -> ConnectionUri:
        """Return the same URI with more parameters."""
        return replace(self, parameters={**self.parameters, **parameters})


def default_uri() -> str | None:
    """Guess the local hypervisor where libvirt is told none; None where there is nothing.

    The order is that of people's expectations: Xen, then QEMU, then LXC.
    """
    if any(Path(name).exists() for name in _XEN_FILES):
        return "xen:///"
    for folder in _EMULATOR_FOLDERS:
        if any(next(Path(folder).glob(name), None) is not None for name in _EMULATORS):
            return "qemu:///system"
    if any(Path(name).exists() for name in _LXC_HELPERS):
        return "lxc:///"
    return None


def _parameters(query: str) -> dict[str, str]:
    pairs = (part.partition("=") for part in re.split("[&;]", query) if part)
    # libvirt decodes percent signs, but a plus sign is a plus sign.
    return {unquote(name): unquote(value) for name, _sign, value in pairs}


def _host_and_port(text: str) -> tuple[str, int | None]:
    text = text.strip()
    if text.startswith("["):
        name, _bracket, rest = text[1:].partition("]")
    elif text.count(":") > 1:
        name, rest = text, ""
    else:
        name, sign, rest = text.partition(":")
        rest = sign + rest
    if not name or re.search(r"[\s/?#@]", name):
        raise ValueError(str(_("{text} is not a host name or address.").format(text=repr(text))))
    if not rest:
        return name, None
    if not re.fullmatch(r":\d{1,5}", rest) or not 0 < int(rest[1:]) < 2**16:
        raise ValueError(str(_("{text} has no proper port.").format(text=repr(text))))
    return name, int(rest[1:])
