"""Why a display cannot be reached through ssh, in plain words and with ssh's own in the details."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from qvirt_jupyter._translation import _
from qvirt_jupyter.hypervisor.errors import AccessDenied, ConnectionLost, QvirtError
from qvirt_jupyter.hypervisor.opening.open_failures import failure_of

if TYPE_CHECKING:
    from qvirt_jupyter._translation import LazyString
    from qvirt_jupyter.hypervisor.errors import Subject
    from qvirt_jupyter.hypervisor.opening.credentials import Questions
    from qvirt_jupyter.hypervisor.uri import ConnectionUri


@dataclass(frozen=True, slots=True)
class Leg:
    """One way in which the part behind the sign-in fails.

    Parameters
    ----------
    pattern
        What ssh's words match.
    reason, next_step
        For people; ``{place}`` is where the display listens, ``{host}`` the host.
    kind
        The class that is raised.
    """

    pattern: str
    reason: LazyString
    next_step: LazyString
    kind: type[QvirtError] = ConnectionLost


# The words are those of OpenSSH's channels.c and mux.c.
LEGS: Final = (
    Leg(
        r"administratively prohibited",
        _("You may sign in to {host}, but its sshd does not let you through to {place}."),
        _("Ask its administrator for AllowTcpForwarding (sshd_config) and for this PermitOpen."),
        kind=AccessDenied,
    ),
    Leg(
        r"connect failed: Connection refused",
        _("Nothing listens on {place} of {host}, where libvirt says that the screen is."),
        _("Try again: the machine may have been restarted. Else look into its log on the host."),
    ),
    Leg(
        r"connect failed: (?:Connection timed out|No route to host|Network is unreachable)",
        _("{host} itself does not reach {place}, where libvirt says that the screen is."),
        _("Check the network of the host, or let the screen listen on 127.0.0.1."),
    ),
    Leg(
        r"connect failed: (?:open failed|No such file|Permission denied)",
        _("{host} does not connect you to the unix socket {place}."),
        _(
            "The user that you sign in as must be allowed to use the socket, and the sshd must "
            "have AllowStreamLocalForwarding; or let the screen listen on 127.0.0.1."
        ),
        kind=AccessDenied,
    ),
    Leg(
        r"refused by peer|forwarding (?:request )?failed|open failed",
        _("{host} does not connect you to {place}: nothing listens there, or you may not."),
        _("Run ssh -W {place} {host} in a terminal: it says which of the two."),
    ),
)


def ssh_failure(
    words: str, uri: ConnectionUri, place: object, subject: Subject, questions: Questions
) -> QvirtError:
    """Return what to raise for an ssh that ended.

    Parameters
    ----------
    words
        What it said.
    uri
        The connection to its host.
    place
        Where the display listens there.
    subject
        The machine.
    questions
        What was asked meanwhile.
    """
    for leg in LEGS:
        if re.search(leg.pattern, words):
            return leg.kind(
                leg.reason.format(place=place, host=uri.host),
                subject=subject,
                next_step=leg.next_step.format(place=place, host=uri.host),
                details=words,
            )
    return failure_of(
        # Its table knows ssh's words; others are shown as they are.
        words or str(_("ssh ended without a word.")),
        uri,
        subject,
        questions,
        details=words,
        next_step=_("Run ssh {host} in a terminal: it says more.").format(host=uri.host),
    )
