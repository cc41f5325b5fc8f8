"""What is wrong on a page of the wizard is said there, asked about, or taken away."""

from __future__ import annotations

import dataclasses
from functools import partial
from typing import TYPE_CHECKING, Final

from qvirt_jupyter._translation import LazyString, _
from qvirt_jupyter.widgets.creation import checks
from qvirt_jupyter.widgets.creation.conversation import Conversation
from qvirt_jupyter.widgets.creation.draft import KINDS
from qvirt_jupyter.widgets.creation.facts import uefi_of
from qvirt_jupyter.widgets.creation.kinds import kind_of
from qvirt_jupyter.widgets.creation.making import why
from qvirt_jupyter.widgets.creation.medium_check import medium_problem
from qvirt_jupyter.widgets.creation.requested import install_problem, name_of
from qvirt_jupyter.widgets.creation.ways import way_of
from qvirt_jupyter.widgets.questions import Question

if TYPE_CHECKING:
    from collections.abc import Callable

    from qvirt_jupyter.hypervisor import Domain
    from qvirt_jupyter.hypervisor.connection import Connection
    from qvirt_jupyter.provision.transfers import Upload
    from qvirt_jupyter.widgets.creation.checks import Problems
    from qvirt_jupyter.widgets.creation.inputs import Shown
    from qvirt_jupyter.widgets.questions import Answer, QuestionBoard

_FILES: Final = frozenset({"media", "disk", "image"})
_NEEDED: Final = _FILES | {"url", "root", "bridge", "device"}
_CHOOSE: Final = _("Choose a file: type its path, or press Browse.")
_MISSING: Final = {
    "url": _("Enter the address of an installation tree."),
    "root": _("Enter the folder in which the system of the container lies."),
    "bridge": _("Enter the name of a bridge of the host."),
    "device": _("Enter the name of a network device of the host."),
    **dict.fromkeys(_FILES, _CHOOSE),
}
_MEDIUM: Final = "a medium that is not whole"
_SHARED: Final = "a disk of another machine"


class CheckedConversation(Conversation):
    """Looks whether a page is right before the wizard goes on.

    The parameters are those of :class:`Conversation`.
    """

    def __init__(
        self,
        questions: QuestionBoard,
        on_change: Callable[[], object],
        on_connection: Callable[[str], object],
        *,
        tell: Callable[[str, int, Upload], object],
        quick: bool = False,
    ) -> None:
        super().__init__(questions, on_change, on_connection, tell=tell, quick=quick)
        self._agreed: set[tuple[str, ...]] = set()
        self.made: Domain | None = None

    def edit(self, name: str, text: str, number: int) -> None:
        """Take what was typed into an input."""
        super().edit(name, text, number)
        if name in KINDS:
            self._look_at_kind()

    def _look_at_kind(self) -> None:
        """Ask the host, once for each kind of machine, whether it has UEFI for them."""
        known = self.facts
        if known is None or self.inputs.errors(tuple(KINDS)):
            return
        kind = kind_of(self.draft, known.offer)
        if kind not in known.uefi:
            self._work(partial(uefi_of, known.offer, *kind), self._kind_known, self._check_failed)
        else:
            self._leave_refused_way()

    def _kind_known(self, found: dict[tuple[str, str], bool | None]) -> None:
        if self.facts is not None:
            self.facts = dataclasses.replace(self.facts, uefi={**self.facts.uefi, **found})
            self._leave_refused_way()
            self._on_change()

    def mend(self, name: str, *, waives: bool = False) -> None:
        """Take away what is wrong with an input, or let it be."""
        problem = self.problems.get(name)
        do = None if problem is None else problem.let_be if waives else problem.do
        if problem is None or do is None or self.busy:
            return
        self._begin(_("Mending…"))

        def mended(_result: object) -> None:
            self.busy = ""
            self.problems.pop(name, None)
            for field, text in ({} if waives else problem.then).items():
                self.edit(field, text, self.answered)
            self._on_change()

        self._work(do, mended, partial(self._mend_failed, name))

    def _mend_failed(self, name: str, error: BaseException) -> None:
        self.busy = ""
        self.problems[name] = checks.Problem(why(error))
        self._on_change()

    def _check(self, then: Callable[[], object]) -> None:
        """Look whether the page is right, and go on where it is."""
        view = self.shown()
        if view is None or self.busy or self.is_making or self.made is not None:
            return
        page, connection = self.page, self.connection
        names = page.inputs(self.draft, view)
        if connection is None or self.facts is None:
            return
        known = self._problems(names, view, connection)
        typed = self.inputs.errors(names)
        lacks_system = self.asks_for_system and not self._has_system()
        is_wrong = bool(known or typed or lacks_system)
        self.problems = known
        files = [
            (name, getattr(self.draft, name))
            for name in names
            if name in _FILES and name not in known and name not in typed
        ]
        pool = view.value("pool") if "volume" in names and self.draft.volume else ""
        if not files and (is_wrong or not pool):
            self._refuse() if is_wrong else then()
            return
        self._begin(_("Looking at the file…"))
        draft = self.draft

        def look() -> tuple[Problems, tuple[str, ...]]:
            found: Problems = {}
            for name, path in files:
                creates = name == "disk" and draft.asks_for_storage
                found.update(checks.file_problem(name, path, connection, creates=creates))
                agreed = (_MEDIUM, path)
                if name == "media" and name not in found and agreed not in self._agreed:
                    let_be = partial(self._agreed.add, agreed)
                    found.update(medium_problem(path, connection, let_be))
            if pool and not is_wrong:
                found.update(checks.volume_problem(draft, pool, connection))
            return found, checks.users_of(draft, connection)

        # All that is wrong on the page is said at once.
        checked = self._refuse_with if is_wrong else partial(self._checked, then)
        self._work(look, checked, self._check_failed)

    def _problems(self, names: tuple[str, ...], view: Shown, connection: Connection) -> Problems:
        found: Problems = {}
        for name in names:
            if name in _NEEDED and not view.value(name):
                found[name] = checks.Problem(_MISSING[name])
        source = way_of(self.draft.method).source
        wrong = install_problem(self.draft) if source in names else ""
        if wrong and source not in found:
            found[source] = checks.Problem(wrong)
        if "size" in names or self.is_quick:
            found.update(checks.size_problem(view, connection) if self.makes_disk else {})
        if "network" in names or self.is_quick:
            found.update(checks.network_problem(view.value("network"), connection))
        if "name" in names and self.facts is not None:
            name = name_of(self.draft, self.facts, connection)
            found.update(checks.name_problem(name, connection))
        return found

    def _has_system(self) -> bool:
        if self.draft.os:
            return True
        if self.systems.is_looking:
            self.systems.error = _("Wait until the medium was looked at, or choose one.")
        else:
            self.systems.error = _(
                "Choose the operating system; the generic one at the end of the list suits any."
            )
        return False

    def _checked(self, then: Callable[[], object], found: tuple[Problems, tuple[str, ...]]) -> None:
        self.busy = ""
        self.problems, users = found
        if self.problems:
            self._refuse()
            return
        agreed = (self.draft.disk, *users)
        if not users or agreed in self._agreed:
            then()
            return

        def answered(answer: Answer | None) -> None:
            if answer is not None:
                self._agreed.add(agreed)
                then()

        self._questions.withdraw(_SHARED)
        self._questions.ask(
            Question(
                _("Use a disk of another machine?"),
                _(
                    "{path} is used by {names}. Two machines that write to one disk at the same "
                    "time destroy what is on it."
                ).format(path=self.draft.disk, names=", ".join(users)),
                _("Use it"),
                danger=True,
                about=_SHARED,
            ),
            answered,
        )
        self._on_change()

    def _check_failed(self, error: BaseException) -> None:
        self.busy, self.problem = "", why(error)
        self._on_change()

    def _refuse_with(self, found: tuple[Problems, tuple[str, ...]]) -> None:
        self.busy = ""
        self.problems |= found[0]
        self._refuse()

    def _refuse(self) -> None:
        self.attempt += 1
        self._on_change()

    def _begin(self, words: LazyString | str) -> None:
        self.busy, self.problem = words, ""
        self._on_change()
