"""The wish to delete virtual machines, with those of their files that nobody else needs."""

from __future__ import annotations

import threading
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from qvirt_jupyter._translation import LazyString, _, ngettext
from qvirt_jupyter.hypervisor import ConnectionLost, Domain, Subject, WrongState, current_job
from qvirt_jupyter.hypervisor.actions import perform, submit
from qvirt_jupyter.provision.deletion.planning import plan_of
from qvirt_jupyter.provision.deletion.results import DeleteResults, NotAllDeleted
from qvirt_jupyter.provision.deletion.run import Run

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterable

    from qvirt_jupyter.hypervisor.connection import Connection
    from qvirt_jupyter.hypervisor.job import Job
    from qvirt_jupyter.hypervisor.transfer import Reporter
    from qvirt_jupyter.provision.deletion.plan import DeletePlan

_MOMENT: Final = 30.0
"""Seconds to wait at most until a run has noticed that its connection is lost."""


@dataclass(frozen=True, slots=True, init=False)
class DeleteRequest:
    """What is to be deleted: ``DeleteRequest(conn.domains["web"])``.

    :meth:`plan` says what would happen to each file, and does nothing; :meth:`run` does it::

        request = DeleteRequest(conn.domains.tagged("lab1"), power_off=True)
        plan = request.plan()
        request.run(plan.untick("/srv/images/shared.qcow2"))

    Parameters
    ----------
    domains
        One machine, or several of one connection.
    delete
        The paths of the files that are to be deleted; None for those that only these machines use,
        as :meth:`plan` ticks them.
    power_off
        Whether machines that run may be forced off.

    Raises
    ------
    ValueError
        There is no machine, or they are of several connections.
    """

    domains: tuple[Domain, ...]
    delete: tuple[str, ...] | None
    power_off: bool

    def __init__(
        self,
        domains: Domain | Iterable[Domain],
        *,
        delete: Collection[str] | None = None,
        power_off: bool = False,
    ) -> None:
        several = (domains,) if isinstance(domains, Domain) else tuple(domains)
        if not several:
            raise ValueError(str(_("Name a machine to delete.")))
        if len({domain.connection.uri for domain in several}) > 1:
            raise ValueError(
                str(_("These machines are on several hosts: make a request for each host."))
            )
        if isinstance(delete, str):
            raise TypeError(str(_("The files to delete are a list of paths.")))
        object.__setattr__(self, "domains", several)
        object.__setattr__(self, "delete", None if delete is None else tuple(delete))
        object.__setattr__(self, "power_off", power_off)

    @property
    def connection(self) -> Connection:
        """Where the machines are."""
        return self.domains[0].connection

    @property
    def code(self) -> str:
        """The same request in Python."""
        several = ", ".join(domain.code for domain in self.domains)
        what = several if len(self.domains) == 1 else f"[{several}]"
        options = "" if self.delete is None else f", delete={list(self.delete)!r}"
        options += ", power_off=True" if self.power_off else ""
        return f"DeleteRequest({what}{options})"

    def plan(self) -> DeletePlan:
        """Return what would become of the machines and each of their files; nothing is done.

        Machines that are gone are left out.

        Raises
        ------
        ValueError
            A file of ``delete`` is none of theirs, or cannot be deleted.
        QvirtError
            The host does not answer.
        """
        plan = self._look()
        return plan if self.delete is None else plan.choosing(self.delete)

    def run(
        self, plan: DeletePlan | None = None, progress: Reporter | None = None
    ) -> DeleteResults:
        """Delete: machines off, then the files that are ticked, then the definitions.

        What changed since the plan was made is not deleted: a file that another machine needs by
        now stays. That a file cannot be deleted does not keep its machine.

        Parameters
        ----------
        plan
            What :meth:`plan` returned, with other ticks where they are wanted; None for a new one.
        progress
            Told how far it is, and asked whether to stop: a job. What was deleted till then is in
            the results.

        Returns
        -------
        DeleteResults
            What became of each file and machine, also where something failed; ``left`` is empty
            where all is gone that should be.

        Raises
        ------
        WrongState
            A machine runs, and nobody said that it may be forced off; nothing was done.
        QvirtError
            The host does not answer; nothing was done.
        """
        wanted = self.plan() if plan is None else plan
        listeners = () if progress is None else (progress,)
        told = _Told()
        try:
            return perform(
                self.connection,
                self._subject,
                self._title,
                self._code_of(wanted),
                lambda: self._run(wanted, listeners, told),
                cancel=_leave_off,
            )
        except NotAllDeleted as error:
            return error.results
        except ConnectionLost:
            # The pool gave the job up; what was done by then is known in a moment.
            if told.results is None:
                raise
            return told.results

    def submit(
        self, plan: DeletePlan, on_lost: Callable[[DeleteResults], object] | None = None
    ) -> Job[DeleteResults]:
        """Begin what :meth:`run` does, and return its job at once.

        It fails with :class:`NotAllDeleted`, which has the results, where something is left.

        Parameters
        ----------
        plan
            What is to be done.
        on_lost
            Called with the results, on any thread, where the connection was lost meanwhile: the job
            itself ends before they are known then.
        """
        told = _Told(on_lost)
        return submit(
            self.connection,
            self._subject,
            self._title,
            self._code_of(plan),
            lambda: self._run(plan, (), told),
            cancel=_leave_off,
        )

    def _look(self) -> DeletePlan:
        uuids = [domain.uuid for domain in self.domains]
        return self.connection.call(
            lambda connection: plan_of(connection, uuids), subject=self._subject
        )

    def _run(self, plan: DeletePlan, listeners: tuple[Reporter, ...], told: _Told) -> DeleteResults:
        running = plan.running
        if running and not self.power_off:
            text = ngettext("{names} is running.", "{names} are running.", len(running))
            raise WrongState(
                text.format(names=", ".join(running)),
                subject=self._subject,
                next_step=_("Shut down first, or allow to force off (power_off=True)."),
            )
        current = current_job()
        own: tuple[Reporter, ...] = () if current is None else (current,)
        run = Run(self.connection, plan, self._look(), (*own, *listeners))
        with told:
            results = told.take(run.run(), lost=run.is_lost)
        if results.left:
            left = results.left
            text = ngettext(
                "{number} of {count} could not be deleted.",
                "{number} of {count} could not be deleted.",
                len(left),
            )
            wanted = sum(row.wanted for row in results)
            raise NotAllDeleted(
                text.format(number=len(left), count=wanted),
                results=results,
                subject=self._subject,
                next_step=_("See what is left and why, then try again."),
                details="\n".join(map(str, left)),
            )
        return results

    @property
    def _subject(self) -> Subject:
        return self.domains[0].subject if len(self.domains) == 1 else self.connection.subject

    @property
    def _title(self) -> LazyString:
        if len(self.domains) == 1:
            return _("Delete {name}").format(name=self.domains[0].subject)
        return _("Delete {count} virtual machines").format(count=len(self.domains))

    def _code_of(self, plan: DeletePlan) -> str:
        paths = [row.path or row.key for row in plan.ticked if not row.fixed]
        same = DeleteRequest(self.domains, delete=paths, power_off=self.power_off)
        return f"{same.code}.run()"


class _Told:
    """The results of a run whose job may have been given up before they were known.

    Parameters
    ----------
    on_lost
        Called with them where the connection was lost.
    """

    def __init__(self, on_lost: Callable[[DeleteResults], object] | None = None) -> None:
        self._on_lost = on_lost
        self._begun, self._over = threading.Event(), threading.Event()
        self._results: DeleteResults | None = None

    def take(self, results: DeleteResults, *, lost: bool) -> DeleteResults:
        """Keep them, and return them."""
        self._results = results
        if lost and self._on_lost is not None:
            self._on_lost(results)
        return results

    @property
    def results(self) -> DeleteResults | None:
        """Them, after a moment's wait; None where nothing was begun."""
        if self._begun.is_set():
            self._over.wait(_MOMENT)
        return self._results

    def __enter__(self) -> None:
        self._begun.set()

    def __exit__(self, *_error: object) -> None:
        self._over.set()


def _leave_off() -> None:
    """Stop a run: it looks for the wish itself, between two things."""
