# ruff: noqa: N818 - the names are the design's; "NotFoundError" would say nothing more
"""Every error that the package raises on purpose.

::

    QvirtError
    ├── ConnectionLost          the connection is closed or broke
    │   └── ConnectionFailed    it could not be opened
    ├── NotFound                the object is gone
    ├── AlreadyExists           the name or UUID is taken
    ├── InUse                   somebody else holds it
    ├── AccessDenied            not allowed, or the question for a password was cancelled
    ├── Unsupported             this driver, host or libvirt cannot do it
    ├── InvalidDefinition       libvirt refuses the XML or an argument
    ├── EditConflict            somebody else changed the definition meanwhile
    └── OperationFailed         it was tried and failed
        ├── WrongState          the state of the object does not allow it
        ├── RestoreFailed       a saved state could not be used; dropping it is a way out
        └── OperationCancelled  the user stopped it

Each carries the object, the reason in plain words, the next step, libvirt's code and its raw text.
Codes are those of https://libvirt.org/html/libvirt-virterror.html.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

import libvirt

from qvirt_jupyter._translation import _

if TYPE_CHECKING:
    from qvirt_jupyter._translation import LazyString
    from qvirt_jupyter.documents import Diff, Document


@dataclass(frozen=True, slots=True)
class Subject:
    """What an action or an error is about.

    Parameters
    ----------
    kind
        ``"domain"``, ``"network"``, ``"pool"``, ``"volume"``, ``"node_device"``, ``"connection"``.
    name
        Its name, as people know it.
    uri
        The connection that it belongs to.
    uuid
        Its UUID, for the kinds that have one.
    """

    kind: str
    name: str
    uri: str
    uuid: str | None = None

    def __str__(self) -> str:
        return self.name or self.uri


class QvirtError(Exception):
    """The root of the tree.

    Parameters
    ----------
    reason
        What is wrong, in plain words; a whole sentence.
    subject
        The object concerned.
    next_step
        What to do about it; a whole sentence, or empty where there is nothing to do.
    code
        libvirt's error code, where libvirt refused.
    details
        The raw text, for the part of a dialog that is folded away.
    """

    def __init__(
        self,
        reason: str | LazyString = "",
        *,
        subject: Subject | None = None,
        next_step: str | LazyString = "",
        code: int | None = None,
        details: str = "",
    ) -> None:
        super().__init__(reason)
        self._reason = reason
        self._next_step = next_step
        self.subject = subject
        self.code = code
        self.details = details

    @property
    def reason(self) -> str:
        """What is wrong, in plain words."""
        return str(self._reason)

    @property
    def next_step(self) -> str:
        """What to do about it; may be empty."""
        return str(self._next_step)

    def __str__(self) -> str:
        text = " ".join(part for part in (self.reason, self.next_step) if part)
        return f"{self.subject}: {text}" if self.subject is not None else text


class ConnectionLost(QvirtError):
    """The connection to the hypervisor is closed or broke while it was used."""


class ConnectionFailed(ConnectionLost):
    """The connection could not be opened."""


class NotFound(QvirtError, KeyError):
    """The object does not exist (any more); a ``KeyError`` too, as collections promise."""


class AlreadyExists(QvirtError):
    """The name, UUID or path is taken."""


class InUse(QvirtError):
    """Somebody else holds the object: a job, a guest, an open console."""


class AccessDenied(QvirtError):
    """The user may not do this, or cancelled the question for a password.

    Parameters
    ----------
    reason
        What is wrong.
    cancelled
        The user closed the question; there is nothing to show (CON-12 of the parity list).
    **keywords
        As for :class:`QvirtError`.
    """

    def __init__(
        self,
        reason: str | LazyString = "",
        *,
        cancelled: bool = False,
        **keywords: Any,  # noqa: ANN401 - handed to QvirtError, which names them
    ) -> None:
        super().__init__(reason, **keywords)
        self.cancelled = cancelled


class Unsupported(QvirtError):
    """The driver, host or version of libvirt cannot do it."""


class InvalidDefinition(QvirtError):
    """libvirt refuses the XML or an argument."""


class EditConflict(QvirtError):
    """Somebody else changed the definition between reading and writing; nothing was written.

    Parameters
    ----------
    reason
        What is wrong.
    mine
        The changes that were to be written.
    theirs
        The changes that somebody else made.
    base
        The definition that both began with.
    my_document
        The definition that was to be written; it may contain passwords, as the other two.
    their_document
        The definition that is there now.
    **keywords
        As for :class:`QvirtError`.
    """

    def __init__(
        self,
        reason: str | LazyString = "",
        *,
        mine: Diff | None = None,
        theirs: Diff | None = None,
        base: Document | None = None,
        my_document: Document | None = None,
        their_document: Document | None = None,
        **keywords: Any,  # noqa: ANN401 - handed to QvirtError, which names them
    ) -> None:
        super().__init__(reason, **keywords)
        self.mine = mine
        self.theirs = theirs
        self.base = base
        self.my_document = my_document
        self.their_document = their_document


class OperationFailed(QvirtError):
    """The operation was tried and failed."""


class WrongState(OperationFailed):
    """The state of the object does not allow the action."""


class RestoreFailed(OperationFailed):
    """A saved state could not be used; it is still there.

    A caller may offer to drop it and to start anew (MGR-09 of the parity list).
    """


class OperationCancelled(OperationFailed):
    """The user stopped the job."""


_NOT_FOUND: Final = {
    "VIR_ERR_NO_DOMAIN": _("The virtual machine does not exist any more."),
    "VIR_ERR_NO_NETWORK": _("The network does not exist any more."),
    "VIR_ERR_NO_STORAGE_POOL": _("The storage pool does not exist any more."),
    "VIR_ERR_NO_STORAGE_VOL": _("The storage volume does not exist any more."),
    "VIR_ERR_NO_NODE_DEVICE": _("The host device does not exist any more."),
    "VIR_ERR_NO_INTERFACE": _("The host interface does not exist any more."),
    "VIR_ERR_NO_NWFILTER": _("The network filter does not exist any more."),
    "VIR_ERR_NO_SECRET": _("The secret does not exist any more."),
    "VIR_ERR_NO_DOMAIN_SNAPSHOT": _("The snapshot does not exist any more."),
    "VIR_ERR_NO_DOMAIN_CHECKPOINT": _("The checkpoint does not exist any more."),
    "VIR_ERR_NO_DOMAIN_METADATA": _("The virtual machine has no such metadata."),
}

_CLASSES: Final[dict[str, type[QvirtError]]] = {
    **dict.fromkeys(_NOT_FOUND, NotFound),
    "VIR_ERR_DOM_EXIST": AlreadyExists,
    "VIR_ERR_NETWORK_EXIST": AlreadyExists,
    "VIR_ERR_STORAGE_VOL_EXIST": AlreadyExists,
    "VIR_ERR_STORAGE_POOL_BUILT": AlreadyExists,
    "VIR_ERR_RESOURCE_BUSY": InUse,
    "VIR_ERR_BLOCK_COPY_ACTIVE": InUse,
    "VIR_ERR_ACCESS_DENIED": AccessDenied,
    "VIR_ERR_OPERATION_DENIED": AccessDenied,
    "VIR_ERR_AUTH_FAILED": AccessDenied,
    "VIR_ERR_AUTH_CANCELLED": AccessDenied,
    "VIR_ERR_AUTH_UNAVAILABLE": AccessDenied,
    "VIR_ERR_NO_SUPPORT": Unsupported,
    "VIR_ERR_OPERATION_UNSUPPORTED": Unsupported,
    "VIR_ERR_ARGUMENT_UNSUPPORTED": Unsupported,
    "VIR_ERR_CONFIG_UNSUPPORTED": Unsupported,
    "VIR_ERR_XML_ERROR": InvalidDefinition,
    "VIR_ERR_XML_DETAIL": InvalidDefinition,
    "VIR_ERR_XML_INVALID_SCHEMA": InvalidDefinition,
    "VIR_ERR_INVALID_ARG": InvalidDefinition,
    "VIR_ERR_OPERATION_INVALID": WrongState,
    "VIR_ERR_OPERATION_ABORTED": OperationCancelled,
    "VIR_ERR_INVALID_CONN": ConnectionLost,
    "VIR_ERR_NO_CONNECT": ConnectionLost,
}

# What the code alone says in plain words; libvirt's own sentence is used for all others.
_REASONS: Final = {
    **_NOT_FOUND,
    "VIR_ERR_AUTH_CANCELLED": _("The sign-in was cancelled."),
    "VIR_ERR_INVALID_CONN": _("The connection is closed."),
    "VIR_ERR_NO_CONNECT": _("The connection is closed."),
    "VIR_ERR_AGENT_UNRESPONSIVE": _("The guest agent does not answer."),
    "VIR_ERR_OPERATION_TIMEOUT": _("The hypervisor did not answer in time."),
    # libvirt uses it for what a read-only connection must not do; polkit's refusal has another.
    "VIR_ERR_OPERATION_DENIED": _("The connection is read-only."),
}

_NEXT_STEPS: Final = {
    "VIR_ERR_AGENT_UNRESPONSIVE": _(
        "Wait until the guest has booted, and check that qemu-guest-agent runs in it."
    ),
    "VIR_ERR_OPERATION_TIMEOUT": _("Another job may be running on it: wait and try again."),
    "VIR_ERR_RESOURCE_BUSY": _("Wait until the other user of it has finished."),
    "VIR_ERR_DOM_EXIST": _("Choose another name or UUID."),
    "VIR_ERR_NETWORK_EXIST": _("Choose another name or UUID."),
    "VIR_ERR_STORAGE_VOL_EXIST": _("Choose another name."),
    "VIR_ERR_OPERATION_DENIED": _("Open the connection again without read-only."),
    "VIR_ERR_ACCESS_DENIED": _("Ask the administrator of the host for the right to do this."),
    "VIR_ERR_INVALID_CONN": _("Connect again."),
    "VIR_ERR_NO_CONNECT": _("Connect again."),
}

# Where the code has no step of its own.
_NEXT_STEPS_OF_CLASSES: Final = {
    NotFound: _("Somebody removed or renamed it: look at what is there now."),
    AlreadyExists: _("Choose another name."),
    AccessDenied: _("Ask the administrator of the host for the right to do this."),
    Unsupported: _("Another driver or a newer libvirt may be able to."),
    InvalidDefinition: _("Correct what it names and try again."),
    WrongState: _("Look at its present state, then try again."),
    OperationFailed: _("Mend what it names and try again; libvirt's log on the host may say more."),
}

_PREAMBLE: Final = re.compile(
    r"^internal error: unable to execute QEMU command '[\w-]+': ", re.IGNORECASE
)

_NAMES: Final[dict[int, str]] = {
    getattr(libvirt, name): name
    for name in (*_CLASSES, *_REASONS, *_NEXT_STEPS)
    if hasattr(libvirt, name)
}


_ALL_CODES: Final[dict[int, str]] = {
    value: name for name, value in vars(libvirt).items() if name.startswith("VIR_ERR_")
}


def error_text(error: libvirt.libvirtError) -> str:
    """Return libvirt's own sentence, with its code and domain, for the details of a dialog."""
    code = error.get_error_code()
    name = _ALL_CODES.get(code if code is not None else -1, code)
    return f"libvirt: {error} ({name}, error domain {error.get_error_domain()})"


def from_libvirt(error: libvirt.libvirtError, subject: Subject | None = None) -> QvirtError:
    """Turn libvirt's error into one of the tree; the caller raises it ``from`` the original.

    Parameters
    ----------
    error
        What libvirt-python raised.
    subject
        The object that was asked.
    """
    code = error.get_error_code()
    name = _NAMES.get(code if code is not None else -1, "")
    kind = _CLASSES.get(name, OperationFailed)
    # The details have it in full: nobody is helped by whose error it is, or by QEMU's own command.
    text = _PREAMBLE.sub("", str(error))
    if not text.endswith("."):
        text += "."
    mapped = kind(
        _REASONS.get(name, text[:1].upper() + text[1:]),
        subject=subject,
        next_step=_NEXT_STEPS.get(name, _NEXT_STEPS_OF_CLASSES.get(kind, "")),
        code=code,
        details=error_text(error),
    )
    if isinstance(mapped, AccessDenied):
        mapped.cancelled = name == "VIR_ERR_AUTH_CANCELLED"
    return mapped
