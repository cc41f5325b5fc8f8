"""Makes the pool of a request; what fails half-way is taken back."""

from __future__ import annotations

import threading
import uuid
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from qvirt_jupyter._translation import LazyString, _
from qvirt_jupyter.hypervisor import (
    AlreadyExists,
    InvalidDefinition,
    NotFound,
    OperationFailed,
    QvirtError,
    StoragePool,
    Subject,
)
from qvirt_jupyter.hypervisor.actions import perform, submit
from qvirt_jupyter.hypervisor.job import current_job
from qvirt_jupyter.provision.lost_work import named_where_lost
from qvirt_jupyter.provision.pools import reasons, sign_in
from qvirt_jupyter.provision.pools.building import definition_of

if TYPE_CHECKING:
    from collections.abc import Callable

    from qvirt_jupyter.hypervisor import Job
    from qvirt_jupyter.hypervisor.connection import Connection
    from qvirt_jupyter.hypervisor.transfer import Reporter
    from qvirt_jupyter.provision.pools.request import PoolRequest

# What libvirt's build is told, by the preparation of the request; other kinds are never formatted.
_OVERWRITE: Final[dict[str, bool]] = {"new": False, "erase": True}
# What building makes and tearing down removes with all that is in it: only where it is new.
_MADE_WHOLE: Final = frozenset({"volume group", "zfs pool"})


class Creation:
    """Makes the pool of one request.

    Parameters
    ----------
    request
        What is wanted.
    connection
        Where.
    progress
        Told how far it is, besides the job that this runs in.
    """

    def __init__(
        self, request: PoolRequest, connection: Connection, progress: Reporter | None = None
    ) -> None:
        self._request = request
        self._connection = connection
        self._listeners = [progress] if progress is not None else []
        self._undo: list[tuple[LazyString, Callable[[], object]]] = []
        self._left: list[str] = []
        self._begun, self._over = threading.Event(), threading.Event()

    def run(self) -> StoragePool:
        """Make it and wait; see :meth:`PoolRequest.create`."""
        with named_where_lost(self._left, self._begun, self._over):
            made: StoragePool = self._begin(perform)
        return made

    def submit(self) -> Job[StoragePool]:
        """Begin, and return the job at once."""
        job: Job[StoragePool] = self._begin(submit)
        return job

    def _begin(self, how: Callable[..., Any]) -> Any:  # noqa: ANN401 - by how it begins
        request = self._request.completed(self._connection)
        return how(
            self._connection,
            Subject("pool", request.name, self._connection.uri),
            _("Create the storage pool {name}").format(name=request.name),
            f"{request.code}.create({self._connection.code})",
            lambda: self._make(request),
            # The job is asked between two steps.
            cancel=lambda: None,
        )

    # The steps ----------------------------------------------------------------------------------

    def _make(self, request: PoolRequest) -> StoragePool:
        self._begun.set()
        job = current_job()
        if job is not None:
            self._listeners.append(job)
        try:
            self._refuse_wrong(request)
            return self._steps(request)
        except OperationFailed as error:
            explained = reasons.explained(error, request, self._connection)
            self._take_back(explained)
            raise explained from error
        except BaseException as error:
            self._take_back(error)
            raise
        finally:
            self._over.set()
            # Objects of its kind came or went.
            self._connection.settled("pool", None)

    def _refuse_wrong(self, request: PoolRequest) -> None:
        for field, words in request.problems(self._connection).items():
            taken = field == "name" and request.name in self._connection.storage_pools
            kind = AlreadyExists if taken else InvalidDefinition
            raise kind(
                words,
                subject=Subject("pool", request.name, self._connection.uri),
                next_step=_("Choose another name.") if taken else _("Correct it and try again."),
                details=field,
            )

    def _steps(self, request: PoolRequest) -> StoragePool:
        document = definition_of(request)
        if request.password and request.kind.auth:
            self._tell(0.0, _("Keeping the password"))
            secret = sign_in.keep(request, self._connection)
            self._undo.append((_("the secret of its password"), secret.delete))
            document.source.auth.secret.uuid = secret.uuid
        self._tell(0.1, _("Defining the pool"))
        # By a UUID of our own: it can be found again although libvirt's answer was lost.
        document.uuid = str(uuid.uuid4())
        pool = StoragePool(self._connection, document.uuid, request.name)
        self._undo.append((_("the definition of the pool"), pool.delete))
        self._connection.storage_pools.define(document)
        if request.kind.makes:
            self._tell(0.2, _("Making what it lives in"))
            self._build(request, pool)
        if request.start:
            self._tell(0.6, _("Switching it on"))
            pool.start()
            self._undo.append((_("the pool, which is on"), pool.stop))
        if request.autostart:
            self._tell(0.9, _("Starting it with the host"))
            pool.set_autostart(True)
        self._tell(1.0, "")
        return pool

    def _build(self, request: PoolRequest, pool: StoragePool) -> None:
        made = request.kind.makes
        was_there = self._is_there(request)
        if request.preparation == "keep" and request.kind.prepares and made != "file system":
            return
        overwrite = _OVERWRITE.get(request.preparation) if request.kind.prepares else None
        # zpool refuses what is in use by itself, and knows neither flag.
        pool.build(overwrite=None if made == "zfs pool" else overwrite)
        if made in _MADE_WHOLE or was_there is False:
            self._undo.append((_("what the pool lives in"), pool.tear_down))

    def _is_there(self, request: PoolRequest) -> bool | None:
        """Whether the folder is there before it is made; None where nobody can see."""
        if not request.kind.is_folder or self._connection.parts.is_remote:
            return None
        try:
            return Path(request.target).exists()
        except OSError:
            return None

    # Who is told, and what is taken back ---------------------------------------------------------

    def _tell(self, progress: float, phase: LazyString | str) -> None:
        for listener in self._listeners:
            listener.check_cancelled()
            listener.report(progress=progress, phase=phase)

    def _take_back(self, error: BaseException) -> None:
        while self._undo:
            what, undo = self._undo.pop()
            try:
                undo()
            except NotFound:
                # It did not come so far.
                continue
            except QvirtError as second:
                note = _("{what} could not be removed: {reason}")
                self._left.append(str(note.format(what=what, reason=second.reason)))
        for left in self._left:
            error.add_note(left)
