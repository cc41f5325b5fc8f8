"""The clone dialog: what becomes of each disk, what clones are called, whether there is room."""

from __future__ import annotations

import dataclasses
from functools import partial
from typing import TYPE_CHECKING, Any, ClassVar

from qvirt_jupyter._translation import LazyString, _, ngettext
from qvirt_jupyter.hypervisor import NotFound, QvirtError, publisher, together
from qvirt_jupyter.widgets import quantities
from qvirt_jupyter.widgets.cloning.disk_states import disk_state, space_state
from qvirt_jupyter.widgets.cloning.draft import Draft, MachineDraft
from qvirt_jupyter.widgets.cloning.place_search import PlaceSearch
from qvirt_jupyter.widgets.cloning.progress import leaving_text, progress_state
from qvirt_jupyter.widgets.cloning.renewals import renewal_text
from qvirt_jupyter.widgets.details.page_view import PageView, storage_wish
from qvirt_jupyter.widgets.details.work import work_in_pool
from qvirt_jupyter.widgets.panel_part import PanelPart

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping

    from qvirt_jupyter.hypervisor import Domain, Job
    from qvirt_jupyter.hypervisor.publisher import Subscription
    from qvirt_jupyter.provision.cloning import ClonePlan, CloneRequest
    from qvirt_jupyter.widgets._clone_messages import (
        ChoiceState,
        CloneMachineState,
        CloneState,
        ProgressState,
    )


class CloneDialog(PanelPart):
    """Clones one machine or several.

    Parameters
    ----------
    domains
        What is cloned.
    close
        Called when the dialog is no longer needed.
    """

    _part: ClassVar[str] = "clone"
    _strings: ClassVar[Mapping[str, LazyString]] = {
        **PageView._strings,  # noqa: SLF001 - the storage browser's words
        "name": _("Name"),
        "namePattern": _("Names; {n} is the number"),
        "count": _("Number of clones"),
        "linked": _("Linked clones"),
        "linkedHelp": _("Made at once: they hold the differences to the original's disks only."),
        "start": _("Start the clones"),
        "renew": _("New host name and machine ID"),
        "pool": _("Storage pool"),
        "disk": _("Disk"),
        "size": _("Size"),
        "how": _("What becomes of it"),
        "browse": _("Browse…"),
        "volumeHelp": _("A name in the storage pool, or the whole path of a file elsewhere."),
        "noDisks": _("It has no disks."),
        "space": _("Space"),
        "agree": _("I have read this; clone all the same"),
        "clone": _("Clone"),
        "cancel": _("Cancel"),
        "close": _("Close"),
        "stop": _("Stop"),
        "leave": _("Close, it goes on"),
        "again": _("Try again"),
        "log": _("Log"),
        "looking": _("Looking at the disks…"),
        "made": _("Will be called"),
    }

    def __init__(self, domains: Iterable[Domain], close: Callable[[], object]) -> None:
        super().__init__()
        self._draft = Draft([MachineDraft(domain) for domain in domains])
        self._connection = self._draft.machines[0].source.connection
        self._close = close
        self._is_left = False
        self._plans: tuple[ClonePlan | str, ...] = ()
        self._asked = self._answered = 0
        self._is_busy = False
        self._agreed = False
        self._job: Job[Any] | None = None
        self._progress: ProgressState | None = None
        self._left: tuple[str, ...] = ()
        self._search = PlaceSearch(self._show)
        self._following: list[Subscription] = []
        every = {machine.source.connection for machine in self._draft.machines}
        self._is_one_host = len(every) == 1
        self._watching = [one.inventory.subscribe(lambda _batch: self._look()) for one in every]
        self._plan()

    def close(self) -> None:
        """Take the dialog away; what it began goes on."""
        for watch in self._watching:
            watch.close()
        for subscription in self._following:
            subscription.close()
        super().close()

    def _leave(self) -> None:
        # Several jobs may end, and their machines go, before the panel has taken it away.
        if not self._is_left:
            self._is_left = True
            self._close()

    # What is planned: on the publisher thread ----------------------------------------------------

    def _look(self) -> None:
        """Leave when a machine that is to be cloned is gone (CLONE-14)."""
        if self._job is not None:
            return
        try:
            for machine in self._draft.machines:
                _record = machine.source.record
        except NotFound:
            self._leave()

    def _plan(self) -> None:
        self._asked += 1
        self._is_busy = True
        try:
            requests = self._draft.requests()
        except ValueError as error:
            self._planned(self._asked, (str(error),))
            return

        def plan() -> tuple[ClonePlan | str, ...]:
            found: list[ClonePlan | str] = []
            for request in requests:
                try:
                    found.append(request.plan())
                except ValueError as error:
                    found.append(str(error))
            return tuple(found)

        number = self._asked
        work_in_pool(
            self._connection,
            plan,
            partial(self._planned, number),
            lambda error: self._planned(number, (_reason(error),)),
        )
        self._show()

    def _planned(self, number: int, plans: tuple[ClonePlan | str, ...]) -> None:
        if number != self._asked:
            # Something else is wanted by now.
            return
        self._is_busy = False
        self._plans = plans
        self._show()

    # What it shows -------------------------------------------------------------------------------

    def _show(self) -> None:
        draft = self._draft
        plans = [plan for plan in self._plans if not isinstance(plan, str)]
        problems = [plan for plan in self._plans if isinstance(plan, str)]
        names = [str(machine.source.subject) for machine in draft.machines]
        title = str(
            ngettext("Clone {names}", "Clone {number} virtual machines", len(names)).format(
                names=names[0], number=len(names)
            )
        )
        if self._connection.parts.is_remote:
            title = str(_("{title} on {host}")).format(title=title, host=self._connection.label)
        taken = _twice([clone.name for plan in plans for clone in plan.clones])
        state: CloneState = {
            "title": title,
            "machines": [
                self._machine(machine, self._plans[number] if number < len(self._plans) else None)
                for number, machine in enumerate(draft.machines)
            ],
            "count": draft.count,
            "linked": draft.linked,
            "start": draft.start,
            "renew": draft.renew,
            "renew_help": renewal_text(plan.renewal for plan in plans),
            "pool": draft.pool,
            "pools": self._pools(),
            "space": space_state(plans),
            "refusals": [
                *problems,
                *(str(text) for plan in plans for text in plan.refusals),
                *(str(_("Two clones would be called {name}.")).format(name=name) for name in taken),
            ],
            "warnings": [str(text) for plan in plans for text in plan.warnings],
            "agreed": self._agreed,
            "busy": self._is_busy,
            "progress": self._progress,
            "storage": self._search.state,
            "leaving": str(leaving_text(self._job)),
            "answered": self._answered,
        }
        self.show(state)

    def _machine(self, machine: MachineDraft, plan: ClonePlan | str | None) -> CloneMachineState:
        known = None if plan is None or isinstance(plan, str) else plan
        clones = known.clones if known is not None else ()
        return {
            "id": machine.source.uuid,
            "title": str(machine.source.subject),
            "name": machine.name or (clones[0].name if len(clones) == 1 else ""),
            "made": [clone.name for clone in clones],
            "problem": plan if isinstance(plan, str) else "",
            "disks": [
                disk_state(disk, self._draft.count, machine.names.get(disk.original.target, ""))
                for disk in (clones[0].disks if clones else ())
            ],
        }

    def _pools(self) -> list[ChoiceState]:
        # Of several hosts each has pools of its own.
        snapshot = self._connection.inventory.snapshot()
        found = snapshot.storage_pools if self._is_one_host else ()
        pools: list[ChoiceState] = [
            {"value": "", "label": str(_("beside the original")), "reason": ""}
        ]
        for pool in sorted(found, key=lambda pool: pool.name.casefold()):
            free = quantities.size(pool.available)
            pools.append(
                {
                    "value": pool.name,
                    "label": str(_("{pool} ({size} free)")).format(pool=pool.name, size=free)
                    if pool.active
                    else pool.name,
                    "reason": "" if pool.active else str(_("It is off.")),
                }
            )
        return pools

    # What it does --------------------------------------------------------------------------------

    @property
    def job(self) -> Job[Any] | None:
        """What it began last."""
        return self._job

    def submit(self) -> None:
        """Make the clones, unless something speaks against it or a warning was not read."""
        shown = self.shown
        if self._is_busy or shown is None or self._is_running():
            return
        if shown["refusals"] or (shown["warnings"] and not self._agreed):
            return
        self._left = ()
        try:
            jobs = [
                request.submit(plan=None if isinstance(plan, str) else plan, on_lost=self._on_lost)
                for request, plan in zip(self._as_shown(), self._plans, strict=True)
            ]
        except (QvirtError, RuntimeError) as error:
            self._plans = (_reason(error),)
            self._show()
            return
        title = _("Clone {number} virtual machines").format(number=len(jobs))
        job: Job[Any] = jobs[0] if len(jobs) == 1 else together(title, jobs)
        self._job = job
        self._following = [
            part.on_change(lambda _changed: self._follow(job)) for part in {job, *jobs}
        ]
        self._follow(job)

    def _on_lost(self, left: tuple[str, ...]) -> None:
        """Show what a lost connection left behind, which its job does not know."""

        def take() -> None:
            self._left = (*self._left, *left)
            if self._job is not None:
                self._follow(self._job)

        publisher.post(None, take)

    def _as_shown(self) -> list[CloneRequest]:
        """Return the requests with the names that stand there, were they typed or not.

        Only what was said to be replaced is: what came there since is an error.
        """
        requests = list(self._draft.requests())
        for number, (request, plan) in enumerate(zip(requests, self._plans, strict=True)):
            if isinstance(plan, str):
                continue
            replaced = {disk.original.target for disk in plan.replaced}
            requests[number] = dataclasses.replace(
                request,
                name=plan.clones[0].name if request.count == 1 else request.name,
                disks={
                    target: dataclasses.replace(disk, overwrite=target in replaced)
                    for target, disk in request.disks.items()
                },
            )
        return requests

    def _is_running(self) -> bool:
        return self._job is not None and not self._job.done()

    def _follow(self, job: Job[Any]) -> None:
        if job is not self._job:
            return
        self._progress = progress_state(job, self._left)
        if job.done() and job.error is None:
            self._leave()
            return
        self._show()

    def _said(self, content: dict[str, Any], client: str) -> None:  # noqa: ARG002 - any may fill in
        publisher.post(None, lambda: self._take(content))

    def _take(self, content: dict[str, Any]) -> None:
        match content:
            case {"type": "clone", "wish": "submit"}:
                self.submit()
            case {"type": "storage", "wish": str(wish)}:
                self._search.take(storage_wish(wish, content))
            case {
                "type": "clone",
                "wish": "browse",
                "machine": str(uuid),
                "target": str(target),
            } if not self._is_running():
                self._browse(uuid, target)
            case {"type": "clone", "wish": "close"}:
                self._leave()
            case {"type": "clone", "wish": "stop"} if self._job is not None:
                self._job.cancel()
            case {"type": "clone", "wish": "again"} if not self._is_running():
                self._job = self._progress = None
                self._plan()
            case {"type": "clone", "wish": "agree", "value": str(value)}:
                self._agreed = value == "true"
                self._show()
            case {
                "type": "clone",
                "wish": "edit",
                "machine": str(uuid),
                "target": str(target),
                "name": str(name),
                "value": str(value),
                "number": int(number),
            } if not self._is_running():
                self._answered = max(self._answered, number)
                self._edit(uuid, target, name, value)

    def _browse(self, uuid: str, target: str) -> None:
        """Look for a place for the new volume of a disk."""
        for machine, plan in zip(self._draft.machines, self._plans, strict=False):
            clones = plan.clones if not isinstance(plan, str) else ()
            for disk in clones[0].disks if machine.source.uuid == uuid and clones else ():
                if disk.original.target == target and disk.makes_volume:
                    self._search.begin(
                        machine.source.connection,
                        disk.name,
                        disk.path,
                        partial(self._edit, uuid, target, "name"),
                    )

    def _edit(self, uuid: str, target: str, name: str, value: str) -> None:
        machine = next((each for each in self._draft.machines if each.source.uuid == uuid), None)
        self._agreed = False
        try:
            if machine is None:
                self._draft.edit(name, value)
            elif target:
                self._draft.edit_disk(machine, target, name, value)
            elif name == "name":
                machine.name = value.strip()
                # What was called after the old name by hand stays; the rest follows (CLONE-08).
        except ValueError:
            # A number that is being typed.
            self._show()
            return
        self._plan()


def _reason(error: BaseException) -> str:
    if isinstance(error, QvirtError):
        return " ".join(str(part) for part in (error.reason, error.next_step) if part)
    return str(error)


def _twice(names: list[str]) -> list[str]:
    return sorted({name for name in names if names.count(name) > 1})
