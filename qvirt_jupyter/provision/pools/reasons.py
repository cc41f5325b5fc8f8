"""What to do about a pool that failed, where the text of a program shows why."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from qvirt_jupyter._translation import LazyString, _
from qvirt_jupyter.hypervisor import AccessDenied, OperationCancelled, OperationFailed, QvirtError
from qvirt_jupyter.provision.pools.offer import system_warning

if TYPE_CHECKING:
    from qvirt_jupyter.hypervisor.connection import Connection
    from qvirt_jupyter.provision.pools.request import PoolRequest


@dataclass(frozen=True, slots=True)
class _Reason:
    """A text by which a failure is known, in lower case, and what to do about it."""

    text: str
    next_step: LazyString
    kind: type[QvirtError] = OperationFailed


_REASONS: Final = (
    _Reason("authentication failure", _("Check the user and the password."), AccessDenied),
    _Reason("logon failure", _("Check the user and the password."), AccessDenied),
    _Reason(
        "permission denied",
        _("Choose a place that libvirt's service may use, or give it the right to."),
        AccessDenied,
    ),
    _Reason(
        "operation not permitted",
        _("Choose a place that libvirt's service may use, or give it the right to."),
        AccessDenied,
    ),
    _Reason("no such device", _("The kernel of the host cannot mount it: load its module there.")),
    _Reason(
        "unknown filesystem type",
        _("The kernel of the host does not know this file system: choose another one."),
    ),
    _Reason("wrong fs type", _("Choose the file system that is on it, or make a new one.")),
    _Reason("bad option", _("Check the mount options; a program for it may be missing there.")),
    _Reason(
        "iscsi driver",
        _("Load the module iscsi_tcp on the host, or type the name of the target yourself."),
    ),
    _Reason("connect to iscsi", _("Start the service iscsid on the host.")),
    _Reason(
        "no storage pools were found",
        _("Check the name of the server, and what it exports to this host."),
    ),
    _Reason("connection refused", _("Check the name and the port of the server.")),
    _Reason("could not resolve", _("Check the name of the server.")),
    _Reason("cannot find", _("Install the program that it names on the host.")),
)


def explained(error: OperationFailed, request: PoolRequest, connection: Connection) -> QvirtError:
    """Return the error with the next step that suits it best, or itself.

    Parameters
    ----------
    error
        What libvirt said.
    request
        What was wanted.
    connection
        Where.
    """
    if isinstance(error, OperationCancelled):
        return error
    text = error.details.casefold()
    reason = next((each for each in _REASONS if each.text in text), None)
    # An ordinary user's service fails in many ways, all for the same reason.
    rights = system_warning(request.kind, connection)
    if reason is None and not rights:
        return error
    kind = type(error) if reason is None or reason.kind is OperationFailed else reason.kind
    return kind(
        error.reason,
        subject=error.subject,
        next_step=rights or (reason.next_step if reason is not None else ""),
        code=error.code,
        details=error.details,
    )
