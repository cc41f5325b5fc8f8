"""How an action of an object runs: blocking or as a job, and always into the action log."""

from __future__ import annotations

import functools
import inspect
import threading
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Concatenate, Final, ParamSpec, Protocol, TypeVar

from qvirt_jupyter.documents.document import Document
from qvirt_jupyter.hypervisor import pool
from qvirt_jupyter.hypervisor.action_log import MASK, action_log, mask
from qvirt_jupyter.hypervisor.errors import ConnectionLost
from qvirt_jupyter.hypervisor.job import Job, current_job

if TYPE_CHECKING:
    from types import TracebackType

    from qvirt_jupyter._translation import LazyString
    from qvirt_jupyter.hypervisor.errors import Subject

_Result = TypeVar("_Result")
_Arguments = ParamSpec("_Arguments")
_ACTION: Final = "__qvirt_action__"
THREAD_NAME: Final = "qvirt-action"
Progress = Callable[[], "tuple[float | None, str | LazyString] | None"]


class WorksInPool(Protocol):
    """What an action needs of its connection."""

    @property
    def pool(self) -> pool.WorkerPool:
        """Where libvirt calls run."""

    def settled(self, kind: str, identity: str | None) -> None:
        """Read an object again now, because an action on it has ended."""


class Owner(Protocol):
    """What an object with actions offers."""

    @property
    def connection(self) -> WorksInPool:
        """The connection in whose pool the actions run."""

    @property
    def subject(self) -> Subject:
        """The object, for titles and errors."""

    @property
    def code(self) -> str:
        """A Python expression for the object: ``connect(...).domains["web"]``."""


_Owner = TypeVar("_Owner", bound=Owner)


def perform(
    connection: WorksInPool,
    subject: Subject,
    title: str | LazyString,
    code: str,
    function: Callable[[], _Result],
    *,
    progress: Progress | None = None,
    cancel: Callable[[], object] | None = None,
    own_thread: bool = False,
) -> _Result:
    """Do it in the connection's pool, log it, and return what it returns.

    Parameters
    ----------
    connection
        The connection that it happens on.
    subject
        The object concerned.
    title
        What it does, for people.
    code
        The equivalent Python call.
    function
        What is to be done; it may call :func:`~qvirt_jupyter.hypervisor.job.current_job`.
    progress
        Asked twice a second: how far (0 to 1) and which phase.
    cancel
        What stops it.
    own_thread
        It deals with a guest rather than with libvirt: it runs on a thread of its own, takes none
        of the few of the pool away from others, and has changed nothing that must be read again.

    Raises
    ------
    QvirtError
        It failed, or was cancelled.
    RuntimeError
        Called on libvirt's event thread.
    """
    pool.refuse_on_event_thread()
    if current_job() is not None:
        # A step of a greater action: that one is in the log.
        return function()
    job: Job[_Result] = _new_job(subject, title, code, cancel)
    if pool.is_pool_thread():
        _run_logged(connection, job, function, progress)
    else:
        _begin(connection, job, function, progress, own_thread=own_thread)
    try:
        return job.result()
    except KeyboardInterrupt:
        # "Interrupt the kernel" means this call, where it can be stopped.
        job.cancel()
        raise


def submit(
    connection: WorksInPool,
    subject: Subject,
    title: str | LazyString,
    code: str,
    function: Callable[[], _Result],
    *,
    progress: Progress | None = None,
    cancel: Callable[[], object] | None = None,
    own_thread: bool = False,
) -> Job[_Result]:
    """Begin it in the connection's pool, log it, and return its job at once.

    The parameters are those of :func:`perform`.

    A connection that is closed makes a job that failed.
    """
    job: Job[_Result] = _new_job(subject, title, code, cancel)
    _begin(connection, job, function, progress, own_thread=own_thread)
    return job


def _begin(
    connection: WorksInPool,
    job: Job[_Result],
    function: Callable[[], _Result],
    progress: Progress | None,
    *,
    own_thread: bool,
) -> None:
    """Hand it to the pool; a connection that is closed, now or before its turn, is the outcome."""
    if own_thread:
        threading.Thread(
            target=_run_logged,
            args=(None, job, function, progress),
            name=THREAD_NAME,
            daemon=True,
        ).start()
        return
    try:
        future = connection.pool.submit(lambda: _run_logged(connection, job, function, progress))
    except ConnectionLost as error:
        _fail(job, error)
    else:
        future.add_done_callback(lambda ended: _fail(job, ended.exception()))


def _fail(job: Job[Any], error: BaseException | None) -> None:
    """End a job that did not come to run, or that was written off while it ran."""
    if error is not None and job.fail(error):
        action_log.record(job)


def _new_job(
    subject: Subject,
    title: str | LazyString,
    code: str,
    cancel: Callable[[], object] | None,
) -> Job[Any]:
    job: Job[Any] = Job(title, subject, mask(code), cancel)
    action_log.record(job)
    return job


def _run_logged(
    settles: WorksInPool | None,
    job: Job[_Result],
    function: Callable[[], _Result],
    progress: Progress | None,
) -> None:
    def work() -> _Result:
        action_log.record(job)
        try:
            return function()
        finally:
            # The next line of a cell can rely on the inventory, also where there is no event
            # (autostart, a removed managed-save image) and where half of it was done.
            subject = job.subject
            if settles is not None and subject is not None:
                settles.settled(subject.kind, subject.uuid)

    job.run(work, progress)
    action_log.record(job)


@dataclass(frozen=True, slots=True)
class _Marked:
    """What :func:`action` knows of a method."""

    title: str | LazyString
    method: Callable[..., Any]
    secrets: frozenset[str]
    progress: Callable[[Any], Progress] | None
    cancel: Callable[[Any], Callable[[], object] | None] | None
    own_thread: bool

    def start(
        self,
        begin: Callable[..., Any],
        owner: Owner,
        arguments: tuple[Any, ...],
        keywords: Mapping[str, Any],
    ) -> Any:  # noqa: ANN401 - what the method or submit() returns
        signature = inspect.signature(self.method)
        try:
            bound = signature.bind(owner, *arguments, **keywords)
        except TypeError as error:
            # Python's own words name neither the method nor what it takes.
            raise TypeError(f"{self.method.__name__}{_takes(signature)}: {error}") from None
        bound.apply_defaults()
        given = dict(list(bound.arguments.items())[1:])
        shown = {name: value for name, value in given.items() if name not in self.secrets}
        title = self.title
        if not isinstance(title, str):
            names = {name: _named(value) for name, value in shown.items()}
            title = title.format(**{**names, "name": owner.subject.name})
        return begin(
            owner.connection,
            owner.subject,
            title,
            f"{owner.code}.{self.method.__name__}({self._arguments_code(arguments, keywords)})",
            lambda: self._work(owner, arguments, keywords),
            progress=self.progress(owner) if self.progress is not None else None,
            cancel=self.cancel(owner) if self.cancel is not None else None,
            own_thread=self.own_thread,
        )

    def _work(self, owner: Owner, arguments: tuple[Any, ...], keywords: Mapping[str, Any]) -> Any:  # noqa: ANN401 - what the method returns
        try:
            return self.method(owner, *arguments, **keywords)
        finally:
            # A collection's subject is the connection, but objects of its own kind came or went.
            kind = getattr(owner, "kind", None)
            if kind is not None and kind != owner.subject.kind:
                owner.connection.settled(kind, None)

    def _arguments_code(self, arguments: tuple[Any, ...], keywords: Mapping[str, Any]) -> str:
        names = list(inspect.signature(self.method).parameters)[1:]

        def shown(name: str, value: object) -> str:
            return repr(MASK if name in self.secrets and value is not None else value)

        positional = (
            shown(names[position] if position < len(names) else "", value)
            for position, value in enumerate(arguments)
        )
        named = (f"{name}={shown(name, value)}" for name, value in keywords.items())
        return ", ".join((*positional, *named))


def _takes(signature: inspect.Signature) -> str:
    """Return what a method takes, without ``self`` and types: ``(*, text=None, timeout=60)``."""
    _self, *others = signature.parameters.values()
    bare = [each.replace(annotation=inspect.Parameter.empty) for each in others]
    return str(inspect.Signature(bare))


def _from(method: Callable[..., Any], traceback: TracebackType | None) -> TracebackType | None:
    """Return the part of a traceback that begins in a method; all of it where it is not in it.

    What lies between a call and its method (log, job, thread) is the same for each action and says
    nothing of the error, but is longer than a notebook's window.
    """
    part = traceback
    while part is not None and part.tb_frame.f_code is not getattr(method, "__code__", None):
        part = part.tb_next
    return part or traceback


def _named(value: object) -> object:
    """Return what a title says of an argument: of a document its name."""
    return getattr(value, "name", "") if isinstance(value, Document) else value


def action(
    title: str | LazyString,
    *,
    secrets: Iterable[str] = (),
    progress: Callable[[Any], Progress] | None = None,
    cancel: Callable[[Any], Callable[[], object] | None] | None = None,
    own_thread: bool = False,
) -> Callable[
    [Callable[Concatenate[_Owner, _Arguments], _Result]],
    Callable[Concatenate[_Owner, _Arguments], _Result],
]:
    """Mark a method as an action: it runs in the pool, is logged, and appears under ``submit``.

    Parameters
    ----------
    title
        What it does; ``{name}`` is the object's name, other fields are the method's arguments.
    secrets
        Names of parameters whose values must not be logged.
    progress
        Called with the object when the action begins; returns what :func:`perform` asks.
    cancel
        Called with the object when the action begins; returns what stops it, or None where the
        driver cannot.
    own_thread
        As for :func:`perform`; each call of libvirt in it is one in the pool.
    """

    def mark(
        method: Callable[Concatenate[_Owner, _Arguments], _Result],
    ) -> Callable[Concatenate[_Owner, _Arguments], _Result]:
        marked = _Marked(title, method, frozenset(secrets), progress, cancel, own_thread)

        @functools.wraps(method)
        def wrapper(
            owner: _Owner, /, *arguments: _Arguments.args, **keywords: _Arguments.kwargs
        ) -> _Result:
            try:
                result: _Result = marked.start(perform, owner, arguments, keywords)
            except Exception as error:
                error.__traceback__ = _from(method, error.__traceback__)
                raise
            return result

        setattr(wrapper, _ACTION, marked)
        return wrapper

    return mark


class Submit:
    """The actions of an object, each returning a :class:`Job` at once.

    Parameters
    ----------
    owner
        The object.
    """

    def __init__(self, owner: Owner) -> None:
        self._owner = owner

    def __getattr__(self, name: str) -> Callable[..., Job[Any]]:
        marked = getattr(getattr(type(self._owner), name, None), _ACTION, None)
        if marked is None:
            raise AttributeError(
                f"{type(self._owner).__name__} has no action {name!r}; "
                f"there are {', '.join(dir(self))}."
            )

        @functools.wraps(marked.method)
        def begin(*arguments: Any, **keywords: Any) -> Job[Any]:  # noqa: ANN401 - the method's own
            job: Job[Any] = marked.start(submit, self._owner, arguments, keywords)
            return job

        return begin

    def __dir__(self) -> list[str]:
        return sorted(
            name
            for name in dir(type(self._owner))
            if hasattr(getattr(type(self._owner), name, None), _ACTION)
        )

    def __repr__(self) -> str:
        return f"<actions of {self._owner!r}: {', '.join(dir(self))}>"
