"""What to raise for an open that failed, by the table of what goes wrong."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

import libvirt

from qvirt_jupyter._translation import _
from qvirt_jupyter.hypervisor.errors import (
    AccessDenied,
    ConnectionFailed,
    QvirtError,
    Subject,
    Unsupported,
)
from qvirt_jupyter.hypervisor.libvirt_errors import error_text
from qvirt_jupyter.hypervisor.opening.open_failure_rows import ANSWER, FAILURES, NOBODY, Failure

if TYPE_CHECKING:
    from qvirt_jupyter._translation import LazyString
    from qvirt_jupyter.hypervisor.opening.credentials import Questions
    from qvirt_jupyter.hypervisor.uri import ConnectionUri

_LOCAL: Final = _("this machine")
_QEMU_PATHS: Final = ("/session", "/system", "/embed")
"""https://libvirt.org/drvqemu.html"""


def open_failure(
    error: libvirt.libvirtError,
    uri: ConnectionUri,
    subject: Subject,
    questions: Questions | None = None,
) -> QvirtError:
    """Return what to raise for an open that failed.

    Parameters
    ----------
    error
        What libvirt raised.
    uri
        What was opened.
    subject
        The connection.
    questions
        What was asked meanwhile.
    """
    return failure_of(
        str(error),
        uri,
        subject,
        questions,
        code=error.get_error_code(),
        details=error_text(error),
        next_step=_("The details have libvirt's own words."),
    )


def failure_of(
    text: str,
    uri: ConnectionUri,
    subject: Subject,
    questions: Questions | None = None,
    *,
    code: int | None = None,
    details: str,
    next_step: LazyString,
) -> QvirtError:
    """Return what to raise for an attempt to reach a host, by what was said about it.

    Parameters
    ----------
    text
        The words of libvirt or ssh.
    uri, subject, questions
        As for :func:`open_failure`.
    code
        libvirt's code.
    details
        What the dialog folds away.
    next_step
        What to do where the table has no row.
    """
    if questions is not None and questions.prompts:
        details += "\n" + "\n".join(
            str(_("Asked: {prompt}").format(prompt=prompt)) for prompt in questions.prompts
        )
    cancelled = code == libvirt.VIR_ERR_AUTH_CANCELLED or (
        questions is not None and questions.cancelled
    )
    if cancelled:
        by_somebody = questions is None or questions.cancelled
        return AccessDenied(
            _("The sign-in was cancelled.") if by_somebody else NOBODY,
            cancelled=by_somebody,
            subject=subject,
            next_step=_("Connect again and answer.") if by_somebody else ANSWER,
            code=code,
            details=details,
        )
    if uri.driver == "qemu" and not uri.is_remote and uri.path not in _QEMU_PATHS:
        # libvirt looks for the daemon of the system then, and says that it is not there.
        return ConnectionFailed(
            _("QEMU has no libvirt called {path}.").format(path=uri.path),
            subject=subject,
            next_step=_("Write qemu:///session for your own, or qemu:///system for the host's."),
            code=code,
            details=details,
        )
    row, found = _row(text, uri)
    if row is None:
        return ConnectionFailed(
            text[:1].upper() + text[1:] + ("" if text.endswith(".") else "."),
            subject=subject,
            next_step=next_step,
            code=code,
            details=details,
        )
    words = {
        "host": uri.host or _LOCAL,
        "driver": uri.driver,
        "file": str(row.look(uri)) if row.look is not None else "",
        **{name: value or "" for name, value in (found.groupdict() if found else {}).items()},
    }
    reason = str(row.reason.format(**words))
    if reason.startswith(str(_LOCAL)):
        reason = reason[:1].upper() + reason[1:]
    return row.kind(
        reason,
        subject=subject,
        next_step=row.next_step.format(**words),
        code=code,
        details=details,
    )


def is_lasting(error: QvirtError) -> bool:
    """Whether trying again by itself cannot help: a person has to do something first."""
    if isinstance(error, AccessDenied | Unsupported):
        return True
    row, _found = _row(error.details)
    return row is not None and row.lasting


def _row(
    text: str, uri: ConnectionUri | None = None
) -> tuple[Failure | None, re.Match[str] | None]:
    for row in FAILURES:
        found = re.search(row.pattern, text)
        if found is None:
            continue
        if row.look is None or (uri is not None and row.look(uri) is not None):
            return row, found
    return None, None
