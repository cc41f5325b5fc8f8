"""What is needed to reach a hypervisor, as people think of it."""

from __future__ import annotations

import dataclasses
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from qvirt_jupyter._translation import LazyString, _
from qvirt_jupyter.documents import Choice, Flag, Host, Path, Port, Text, ValueType, option
from qvirt_jupyter.hypervisor.uri import DRIVERS, ConnectionUri
from qvirt_jupyter.widgets.connections.saved_connections import SavedConnection

if TYPE_CHECKING:
    from collections.abc import Mapping

SESSION: Final = "qemu-session"
CUSTOM: Final = "custom"
LOCAL: Final = "local"
_SYSTEM: Final = ("qemu", "xen", "lxc", "bhyve", "vz")

_HYPERVISORS: Final[Mapping[str, LazyString]] = {
    "qemu": _("QEMU/KVM"),
    SESSION: _("QEMU/KVM user session"),
    **{name: DRIVERS[name].label for name in _SYSTEM[1:]},
    CUSTOM: _("Custom URI"),
}
_WAYS: Final[Mapping[str, LazyString]] = {
    LOCAL: _("On this host"),
    "ssh": _("On another host, by SSH"),
    "tls": _("On another host, by TLS"),
}


def _is_custom(request: ConnectionRequest) -> bool:
    return request.hypervisor == CUSTOM


def _is_system(request: ConnectionRequest) -> bool:
    return request.hypervisor in _SYSTEM


def _is_remote(request: ConnectionRequest) -> bool:
    return _is_system(request) and request.way != LOCAL


class _Uri(ValueType[str]):
    """A connection URI; what is wrong with one is said as :class:`ConnectionUri` says it."""

    absent = ""

    def parse(self, text: str) -> str:
        return text.strip()

    def check(self, value: str) -> None:
        ConnectionUri.parse(value)

    @property
    def expected(self) -> LazyString | str:
        return _("a URI such as qemu:///system")


@dataclass(frozen=True, kw_only=True)
class ConnectionRequest:
    """A connection to be added; what each value means is said in its declaration."""

    recents: tuple[str, ...] = ()
    """URIs that the form offers: what was open lately and is not remembered."""
    recent: str = option(
        Choice("", labels={"": _("Something else")}),
        default="",
        label=_("Open lately"),
        caps="recent",
        when=lambda request: bool(request.recents),
    )
    hypervisor: str = option(
        Choice(*_HYPERVISORS, open=False, labels=_HYPERVISORS),
        default="qemu",
        label=_("Hypervisor"),
    )
    way: str = option(
        Choice(*_WAYS, open=False, labels=_WAYS),
        default=LOCAL,
        label=_("Where"),
        when=_is_system,
    )
    user: str = option(
        Text(pattern=r"\S+", expected=_("a user name")),
        default="root",
        label=_("User"),
        help=_("Empty means the one that your SSH configuration names."),
        when=lambda request: _is_remote(request) and request.way == "ssh",
    )
    host: str = option(Host(), default="", label=_("Host"), when=_is_remote)
    port: int | None = option(
        Port(),
        default=None,
        label=_("Port"),
        advanced=True,
        help=_("Empty means the usual one."),
        when=_is_remote,
    )
    socket: str | None = option(
        Path(),
        default=None,
        label=_("Socket"),
        advanced=True,
        help=_("The socket of libvirt on that host, where it is not at its usual place."),
        when=lambda request: (
            request.hypervisor == SESSION or (_is_system(request) and request.way != "tls")
        ),
    )
    custom_uri: str = option(
        _Uri(),
        default="",
        label=_("URI"),
        when=_is_custom,
    )
    label: str = option(Text(max_length=80), default="", label=_("Name"))
    autoconnect: bool = option(Flag(), default=True, label=_("Connect when the manager opens"))
    read_only: bool = option(Flag(), default=False, label=_("Only look, change nothing"))

    @classmethod
    def of(cls, saved: SavedConnection) -> ConnectionRequest:
        """Return the request that would make this, so that it can be changed.

        Raises
        ------
        ValueError
            Its URI is not one.
        """
        parts = ConnectionUri.parse(saved.uri)
        session = parts.driver == "qemu" and parts.is_session
        common = cls(
            hypervisor=CUSTOM,
            custom_uri=saved.uri,
            label=saved.label,
            autoconnect=saved.autoconnect,
            read_only=saved.read_only,
        )
        guess = dataclasses.replace(
            common,
            hypervisor=SESSION if session else parts.driver,
            way=parts.transport if parts.is_remote else LOCAL,
            user=parts.user,
            host=parts.host,
            port=parts.port,
            socket=parts.socket or None,
        )
        known = guess.hypervisor in _HYPERVISORS and guess.way in _WAYS
        return guess if known and str(guess.uri) == saved.uri else common

    @property
    def uri(self) -> ConnectionUri:
        """The URI of all this.

        Raises
        ------
        ValueError
            It is none: the host is missing, or the custom URI is wrong.
        """
        if self.hypervisor == CUSTOM:
            return ConnectionUri.parse(self.custom_uri)
        session = self.hypervisor == SESSION
        driver = "qemu" if session else self.hypervisor
        made = ConnectionUri.build(driver, session=session)
        if _is_remote(self):
            if not self.host:
                raise ValueError(str(_("Enter a host name or an IP address.")))
            made = dataclasses.replace(
                made,
                transport=self.way,
                user=self.user if self.way == "ssh" else "",
                host=self.host.removeprefix("[").removesuffix("]"),
                port=self.port,
            )
        if self.socket and self.way != "tls":
            made = dataclasses.replace(made, transport=made.transport or "unix")
            made = made.with_parameters(socket=self.socket)
        return made

    def coupled(self, name: str) -> ConnectionRequest:
        """Return the request after one of its values was changed by hand."""
        if name == "recent" and self.recent:
            again = SavedConnection(self.recent, self.label, self.autoconnect, self.read_only)
            return dataclasses.replace(
                ConnectionRequest.of(again), recents=self.recents, recent=self.recent
            )
        changed = self
        if name == "way":
            # A host that is far may be away; the user has the last word.
            changed = dataclasses.replace(changed, autoconnect=self.way == LOCAL)
        if name == "hypervisor" and self.hypervisor == SESSION and self.way != LOCAL:
            # A user session is on this host, where there is nothing to wait for.
            changed = dataclasses.replace(changed, way=LOCAL, autoconnect=True)
        if self.hypervisor != CUSTOM:
            try:
                text = str(self.uri)
            except ValueError:
                return changed
            changed = dataclasses.replace(changed, custom_uri=text)
        return changed

    def check(self) -> None:
        """Raise ValueError where the values make no URI."""
        _uri = self.uri

    def saved(self) -> SavedConnection:
        """Return it as it is remembered.

        Raises
        ------
        ValueError
            It makes no URI.
        """
        uri, label = self.uri, self.label.strip()
        return SavedConnection(
            uri=str(uri),
            # The generated name follows the URI, so it is not kept.
            label="" if label == uri.describe() else label,
            autoconnect=self.autoconnect,
            read_only=self.read_only,
        )
