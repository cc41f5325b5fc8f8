"""How the user's own ssh is called for the host of a connection.

The arguments are those that libvirt gives it: https://libvirt.org/uri.html#ssh-transport
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from qvirt_jupyter.hypervisor.uri import ConnectionUri

TRANSPORTS: Final = frozenset({"ssh", "libssh", "libssh2"})
"""Transports that sign in to an sshd; what the last two know, ssh knows too."""


def ssh_program(uri: ConnectionUri) -> str:
    """Return the ssh to run: the one that the URI names, or the user's own."""
    return uri.parameters.get("command", "ssh") if uri.transport == "ssh" else "ssh"


def ssh_options(uri: ConnectionUri) -> list[str]:
    """Return what stands before the host in a call of ssh."""
    options = ["-T", "-e", "none"]
    if uri.port is not None:
        options += ["-p", str(uri.port)]
    if uri.user:
        options += ["-l", uri.user]
    if key := uri.parameters.get("keyfile"):
        options += ["-i", key]
    if uri.transport != "ssh" and (known := uri.parameters.get("known_hosts")):
        options += ["-o", f'UserKnownHostsFile="{known}"']
    if uri.parameters.get("no_tty") == "1":
        options += ["-o", "BatchMode=yes"]
    return options


def ssh_destination(uri: ConnectionUri) -> list[str]:
    """Return what ends the options and names the host, which must not be taken for an option."""
    return ["--", uri.host]
