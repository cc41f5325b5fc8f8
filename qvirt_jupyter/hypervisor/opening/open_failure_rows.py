"""Why a connection could not be opened, in plain words, and what to do about it: the table.

libvirt gives nearly all of these the same code, so its text (and that of ``ssh`` inside of it)
decides. The table is read from top to bottom; the first row whose pattern is found is used.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from qvirt_jupyter._translation import _
from qvirt_jupyter.hypervisor.errors import (
    AccessDenied,
    ConnectionFailed,
    QvirtError,
    Unsupported,
)
from qvirt_jupyter.hypervisor.opening.client_certificates import missing_client_file

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from qvirt_jupyter._translation import LazyString
    from qvirt_jupyter.hypervisor.uri import ConnectionUri


@dataclass(frozen=True, slots=True)
class Failure:
    """One way in which an open fails.

    Parameters
    ----------
    name
        What tests and docs call it.
    pattern
        What libvirt's text matches; its groups fill in reason and next step.
    reason, next_step
        For people; ``{host}`` and ``{driver}`` come from the URI.
    lasting
        Trying again by itself would not help.
    kind
        The class that is raised.
    look
        Finds a file on this machine that the sentences call ``{file}``; where it finds none,
        something else is wrong.
    """

    name: str
    pattern: str
    reason: LazyString
    next_step: LazyString
    lasting: bool = False
    kind: type[QvirtError] = ConnectionFailed
    look: Callable[[ConnectionUri], Path | None] | None = None


_POLKIT: Final = _(
    "Sign in on the host as a member of the group libvirt, or ask its administrator for the right."
)

NOBODY: Final = _("It asks for a name or a password, and nobody was there to answer.")
ANSWER: Final = _("Open it in the Virtual Machine Manager, or give connect() credentials.")

FAILURES: Final = (
    Failure(
        "host key changed",
        r"REMOTE HOST IDENTIFICATION HAS CHANGED|host key for .* has changed",
        _("The host key of {host} is not the one that is known."),
        _(
            "Somebody may be listening in. Ask the administrator; only if the change is wanted, "
            "remove the old key with: ssh-keygen -R {host}"
        ),
        lasting=True,
        kind=AccessDenied,
    ),
    Failure(
        "unknown host key",
        r"Host key verification failed|host key .*not known",
        _("The host key of {host} is not known, and it was not accepted."),
        _(
            "Run ssh {host} once in a terminal, compare the fingerprint with the administrator's, "
            "and accept it; or answer the question when you connect."
        ),
        lasting=True,
        kind=AccessDenied,
    ),
    Failure(
        "sign-in refused",
        r"Permission denied \(|Permission denied, please try again|Too many authentication fail",
        _("{host} does not let you in: it refused the key or the password."),
        _("Check user name and password, or put your public key there with ssh-copy-id."),
        lasting=True,
        kind=AccessDenied,
    ),
    Failure(
        "no ssh",
        r"Cannot find '?ssh'?|exec: ssh: not found|ssh: not found",
        _("There is no ssh program here."),
        _("Install the OpenSSH client."),
        lasting=True,
    ),
    Failure(
        "no such program",
        r"cannot execute binary (?P<program>[^\s:]+)",
        _("There is no program {program} here."),
        _("Install it, or correct the parameter command of the URI."),
        lasting=True,
    ),
    Failure(
        "no netcat",
        r"nc: .*(?:invalid|unknown|illegal) option|(?:nc|netcat): (?:command )?not found",
        _("{host} has no program that passes the connection on."),
        _("Install libvirt there with virt-ssh-helper, or a netcat that knows -U."),
        lasting=True,
    ),
    Failure(
        "unknown host",
        r"Name or service not known|Could not resolve hostname|Temporary failure in name "
        r"resolution|nodename nor servname|No address associated|IP address lookup",
        _("There is no host with the name {host}."),
        _("Check the spelling and that the name server answers."),
    ),
    Failure(
        "no route",
        r"No route to host|Network is unreachable|Host is down",
        _("There is no way to {host}."),
        _("Check that the host is on and that network, VPN and firewall let you through."),
    ),
    Failure(
        "time-out",
        r"timed out|Timeout|Operation timed out",
        _("{host} does not answer."),
        _("Check that the host is on and that network, VPN and firewall let you through."),
    ),
    Failure(
        "closed at sign-in",
        r"Connection closed by (?:remote host|\S+ port \d+)|kex_exchange_identification",
        _("{host} closed the connection before the sign-in was done."),
        _("Connect again and answer sooner; else ask its administrator whether you may sign in."),
    ),
    Failure(
        "ssh port closed",
        r"ssh: connect to host \S+ port (?P<port>\d+): Connection refused",
        _("No SSH server listens on port {port} of {host}."),
        _("Start sshd there, or give the right port in the URI."),
    ),
    Failure(
        "ssh port closed for libssh",
        r"unable to connect to server at '(?P<server>[^']*:22)': Connection refused",
        _("No SSH server listens at {server}."),
        _("Start sshd there, or give the right port in the URI."),
    ),
    Failure(
        "port closed",
        r"unable to connect to server at '(?P<server>[^']*)': Connection refused",
        _("No libvirt service listens at {server}."),
        _("Start libvirtd-tls.socket or libvirtd-tcp.socket there, or connect by SSH."),
    ),
    Failure(
        "no certificate",
        r"(?:Cannot read|Unable to (?:access|read)|Cannot access) (?P<what>CA certificate|CA "
        r"Certificate|client certificate|client key|[\w ]*certificate|[\w ]*key) "
        r"'(?P<file>[^']*)'",
        _("TLS needs the file {file}, and it cannot be read."),
        _("Put the {what} there (https://libvirt.org/kbase/tlscerts.html), or connect by SSH."),
        lasting=True,
    ),
    Failure(
        "no client certificate",
        r"Unable to read TLS confirmation",
        _("{host} wants to know who you are, and there is no file {file}."),
        _("Put it there (https://libvirt.org/kbase/tlscerts.html), or connect by SSH."),
        lasting=True,
        look=missing_client_file,
    ),
    Failure(
        "client certificate refused",
        r"Unable to read TLS confirmation",
        _("{host} does not accept the certificate of this machine."),
        _("Ask its administrator for one that is signed by the host's own authority."),
        lasting=True,
        kind=AccessDenied,
    ),
    Failure(
        "certificate of another authority",
        r"Our own certificate (?P<file>\S+) failed validation against (?P<authority>[^\s:]+)",
        _("The certificate {file} is not signed by the authority in {authority}."),
        _("Put files there that belong together (https://libvirt.org/kbase/tlscerts.html)."),
        lasting=True,
        kind=AccessDenied,
    ),
    Failure(
        "key of another certificate",
        r"Unable to set x509 key and certificate: (?P<key>[^,]+), (?P<file>\S+): .*do not match",
        _("The key {key} does not belong to the certificate {file}."),
        _("Put files there that belong together (https://libvirt.org/kbase/tlscerts.html)."),
        lasting=True,
        kind=AccessDenied,
    ),
    Failure(
        "host's certificate refused",
        r"Failed to verify peer's certificate",
        _("{host} shows a certificate that is for another name, or of another authority."),
        _("Use the name that is in it, or ask the administrator (tlscerts.html of libvirt.org)."),
        lasting=True,
        kind=AccessDenied,
    ),
    Failure(
        "certificate refused",
        r"certificate|x509|TLS handshake|gnutls|unable to verify",
        _("The certificates of {host} and of this machine do not fit together."),
        _("See https://libvirt.org/kbase/tlscerts.html, or connect by SSH."),
        lasting=True,
        kind=AccessDenied,
    ),
    Failure(
        "no access to the socket",
        r"Failed to connect socket to '(?P<socket>.*)': Permission denied",
        _("You may not use the service's socket {socket}."),
        _(
            "Join the group that owns it (often: sudo usermod -aG libvirt $USER, then sign in "
            "again), or use {driver}:///session."
        ),
        lasting=True,
        kind=AccessDenied,
    ),
    Failure(
        "service not running",
        r"Failed to connect socket to '(?P<socket>.*)': ",
        _("The libvirt service does not run: nobody listens on {socket}."),
        _(
            "Start it (often: sudo systemctl start libvirtd.socket), or install it "
            "(Debian: libvirt-daemon-system)."
        ),
    ),
    Failure(
        "remote service not running",
        r"(?:libvirt-sock|virtqemud-sock).*(?:No such file|Connection refused)"
        r"|End of file while reading data",
        _("The libvirt service on {host} does not run, or closed the connection."),
        _("Start it there (often: sudo systemctl start libvirtd.socket)."),
    ),
    Failure(
        "text at sign-in",
        r"packet \d+ bytes received from server too (?:large|small)",
        _("What {host} answers is not libvirt: a program there writes text at each sign-in."),
        _("Run ssh {host} true in a terminal: it must print nothing. Look into .bashrc there."),
        lasting=True,
    ),
    Failure(
        "no session daemon",
        r"Cannot find '?libvirtd|failed to (?:find|start|spawn).*libvirtd|Failed to spawn",
        _("libvirt is not installed here, so it cannot be started for you."),
        _("Install it (Debian: libvirt-daemon)."),
        lasting=True,
    ),
    Failure(
        "polkit",
        r"polkit|org\.libvirt\.unix|authentication unavailable|no agent is available",
        _("The host's policy does not let you manage its machines."),
        _POLKIT,
        lasting=True,
        kind=AccessDenied,
    ),
    Failure(
        "nobody to answer",
        r"(?:Username|Password) request failed",
        NOBODY,
        ANSWER,
        lasting=True,
        kind=AccessDenied,
    ),
    Failure(
        "sign-in failed",
        r"authentication failed|Failed to (?:start|step) SASL|login (?:failed|incorrect)"
        r"|Could not (?:log|sign) in|requires a password",
        _("{host} does not accept the user name or the password."),
        _("Try again with the right ones."),
        lasting=True,
        kind=AccessDenied,
    ),
    Failure(
        "driver missing here",
        r"libvirt was built without the '(?P<name>[^']*)' driver",
        _("The libvirt on this machine was built without the driver {name}."),
        _("Use a libvirt that has it, or connect to a host that runs libvirtd."),
        lasting=True,
        kind=Unsupported,
    ),
    Failure(
        "driver missing",
        r"no connection driver available|no polkit agent available to|unsupported URI"
        r"|driver is not whitelisted|unknown driver",
        _("The libvirt service has no driver for {driver}."),
        _("Check the URI; the driver may be a package of its own (libvirt-daemon-driver-...)."),
        lasting=True,
        kind=Unsupported,
    ),
    Failure(
        "no such file",
        r"[Ff]ailed to (?:open|read) file '?(?P<file>[^':]*)'?: No such file",
        _("There is no file {file}."),
        _("Check the path in the URI: it begins with three slashes."),
        lasting=True,
    ),
)
