"""One task of many jobs: the same done to several machines, with a result for each."""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING, Any

from qvirt_jupyter._translation import _
from qvirt_jupyter.hypervisor.errors import OperationFailed, QvirtError
from qvirt_jupyter.hypervisor.job import Job
from qvirt_jupyter.hypervisor.job_state import JobState

if TYPE_CHECKING:
    from collections.abc import Iterable

    from qvirt_jupyter._translation import LazyString


def together(title: str | LazyString, parts: Iterable[Job[Any]]) -> Job[tuple[Any, ...]]:
    """Return a job that goes on while any of these does, and knows how each of them ended.

    All of them are done, also where one fails. Cancelling it cancels those that can be.

    Parameters
    ----------
    title
        What is done, for people: "Start 5 virtual machines".
    parts
        Jobs that have begun: ``[vm.submit.start() for vm in conn.domains.tagged("lab1")]``.

    Returns
    -------
    Job
        Its result are the results of all, in their order; its error is an
        :class:`OperationFailed` whose details name each that failed.
    """
    jobs = tuple(parts)

    def cancel() -> None:
        for job in jobs:
            job.cancel()

    code = "\n".join(job.code for job in jobs if job.code)
    whole: Job[tuple[Any, ...]] = Job(title, code=code, cancel=cancel)
    whole.parts = jobs
    for job in jobs:
        job.whole = whole
    # Not in a pool: who waits there keeps those waiting for whom it waits.
    threading.Thread(
        target=lambda: whole.run(lambda: _wait(whole, jobs)), name="qvirt-together", daemon=True
    ).start()
    return whole


def _wait(whole: Job[Any], jobs: tuple[Job[Any], ...]) -> tuple[Any, ...]:
    failed: list[str] = []
    results: list[Any] = []
    for done, job in enumerate(jobs):
        whole.report(
            progress=done / len(jobs),
            phase=_("{done} of {count} done").format(done=done, count=len(jobs)),
        )
        try:
            results.append(job.result())
        except QvirtError as error:
            if job.state is JobState.FAILED:
                failed.append(str(error))
    if failed:
        raise OperationFailed(
            _("{failed} of {count} failed.").format(failed=len(failed), count=len(jobs)),
            details="\n".join(failed),
        )
    whole.check_cancelled()
    return tuple(results)
