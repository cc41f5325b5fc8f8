"""Makes templates of machines and machines of templates, after a question."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from qvirt_jupyter._translation import _
from qvirt_jupyter.hypervisor import NotFound
from qvirt_jupyter.widgets.questions import Question

if TYPE_CHECKING:
    from collections.abc import Iterable

    from qvirt_jupyter.hypervisor import Domain
    from qvirt_jupyter.widgets.machine.actions import MachineActions
    from qvirt_jupyter.widgets.questions import Answer, QuestionBoard


def ask_about_template(
    domains: Iterable[Domain], actions: MachineActions, questions: QuestionBoard, client: str = ""
) -> None:
    """Ask what being a template means for these machines, and do it.

    Parameters
    ----------
    domains
        The machines; what the first one is decides what is asked.
    actions, questions
        Of the panel.
    client
        The browser window that wants it.
    """
    wanted = tuple(domains)
    enabled = not _is_template(wanted[0])
    names = ", ".join(str(domain.subject) for domain in wanted)

    def go_on(answer: Answer | None) -> None:
        if answer is None:
            return
        for domain in wanted:
            actions.run(_("Template"), partial(domain.submit.set_template, enabled))

    questions.ask(_becomes(names, client) if enabled else _no_longer(names, client), go_on)


def _is_template(domain: Domain) -> bool:
    try:
        return domain.record.is_template
    except NotFound:
        # It went while its row was pressed; the action says so.
        return False


def _becomes(names: str, client: str) -> Question:
    return Question(
        _("Mark as template"),
        _(
            "Make {names} a template? It is offered to be cloned and does not start, so that its "
            "disks stay as they are."
        ).format(names=names),
        _("Mark as template"),
        client=client,
    )


def _no_longer(names: str, client: str) -> Question:
    return Question(
        _("No longer a template"),
        _(
            "Let {names} start again? If linked clones build on its disks, starting it destroys "
            "theirs."
        ).format(names=names),
        _("No longer a template"),
        danger=True,
        client=client,
    )
