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
        ├── TimedOut            what was waited for did not come in time
        └── OperationCancelled  the user stopped it

Each carries the object, the reason in plain words, the next step, libvirt's code and its raw text.
libvirt's own errors become these by :mod:`~qvirt_jupyter.hypervisor.libvirt_errors`.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from qvirt_jupyter._translation import LazyString
    from qvirt_jupyter.documents import Diff, Document


@dataclass(frozen=True, slots=True)
class Subject:
    """What an action or an error is about.

    Parameters
    ----------
    kind
        ``"domain"``, ``"network"``, ``"pool"``, ``"volume"``, ``"node_device"``, ``"secret"``,
        ``"connection"``.
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
    field
        The declared field that is wrong, such as ``mac``; empty where it is no single one.
    """

    def __init__(
        self,
        reason: str | LazyString = "",
        *,
        subject: Subject | None = None,
        next_step: str | LazyString = "",
        code: int | None = None,
        details: str = "",
        field: str = "",
    ) -> None:
        super().__init__(reason)
        self._reason = reason
        self._next_step = next_step
        self.subject = subject
        self.code = code
        self.details = details
        self.field = field

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


class TimedOut(OperationFailed):
    """What was waited for did not come in time.

    Parameters
    ----------
    reason
        What is wrong: what was waited for, how long, and what was seen instead.
    waited_for
        What was waited for.
    last_seen
        What the last look saw instead.
    seconds
        How long it was waited.
    **keywords
        As for :class:`QvirtError`.
    """

    def __init__(
        self,
        reason: str | LazyString = "",
        *,
        waited_for: str | LazyString = "",
        last_seen: str | LazyString = "",
        seconds: float = 0.0,
        **keywords: Any,  # noqa: ANN401 - handed to QvirtError, which names them
    ) -> None:
        super().__init__(reason, **keywords)
        self._waited_for = waited_for
        self._last_seen = last_seen
        self.seconds = seconds

    @property
    def waited_for(self) -> str:
        """What was waited for."""
        return str(self._waited_for)

    @property
    def last_seen(self) -> str:
        """What the last look saw instead."""
        return str(self._last_seen)


class OperationCancelled(OperationFailed):
    """The user stopped the job."""
