"""What a guest says of itself, on its machine's overview: system, name, file systems, users.

Its agent is asked now and then while somebody looks, in the connection's pool, so that a guest that
does not answer holds nothing up. What libvirt knows without it, that no agent is there, is looked
at first. The agent's version is not asked for: libvirt marks a machine as tainted whose agent gets
a command of ours (``vm.agent.abilities`` does that on demand).
"""

from __future__ import annotations

import html
import time
from typing import TYPE_CHECKING, Final, TypeAlias

import ipywidgets

from qvirt_jupyter._translation import LazyString, _
from qvirt_jupyter.hypervisor import GuestInfo, QvirtError, publisher
from qvirt_jupyter.hypervisor.guest.condition import AgentCondition, sight_of
from qvirt_jupyter.widgets.details.work import work_in_pool

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from qvirt_jupyter.hypervisor import Domain, DomainRecord

Answer: TypeAlias = "GuestInfo | tuple[str, str]"
"""What the guest says; or why it says nothing, and what to do."""
KNOWN: Final = 60.0
"""Seconds until a guest that answered is asked again."""
SILENT: Final = 10.0
"""Seconds until one is looked at again that did not: it may be booting."""
LINES: Final = 8
"""So many file systems and users are listed."""
_NO_CHANNEL: Final = _(
    "“Add hardware” in Details makes one, a channel of the type of the guest agent; the program "
    "qemu-guest-agent must run in the guest."
)


def look(domain: Domain) -> Answer:
    """Ask a guest, if there is somebody to ask; in the pool.

    Parameters
    ----------
    domain
        Its machine, which runs.

    Raises
    ------
    QvirtError
        The machine or its connection is gone, or the agent refuses.
    """
    features = domain.connection.features
    if not features.agent:
        return str(features.reason("agent")), ""
    line = domain.agent.line
    condition = line.with_domain(sight_of).agent
    if condition is AgentCondition.SILENT:
        return domain.agent.info()
    error = condition.error(domain.subject)
    is_channel = condition is AgentCondition.NO_CHANNEL
    return str(error.reason), str(_NO_CHANNEL if is_channel else error.next_step)


class GuestSection(ipywidgets.VBox):
    """What the guest says of itself; on the publisher thread, but for the question.

    Parameters
    ----------
    domain
        Its machine.
    clock
        Seconds that only go forwards.
    """

    def __init__(self, domain: Domain, clock: Callable[[], float] = time.monotonic) -> None:
        self._domain, self._clock = domain, clock
        self._run: tuple[object, ...] | None = None
        self._is_asking = False
        self._due = 0.0
        self._text = ipywidgets.HTML()
        self._again = ipywidgets.Button(
            description=str(_("Ask again")),
            tooltip=str(_("Ask the guest's agent now")),
            layout=ipywidgets.Layout(width="max-content"),
        )
        self._again.on_click(lambda _button: publisher.post(("guest", id(self)), self._ask))
        super().__init__([self._text, self._again], layout=ipywidgets.Layout(display="none"))
        self.add_class("qvirt-guest")

    def follow(self, record: DomainRecord | None, *, is_seen: bool) -> None:
        """Take what is known of the machine, and ask the guest if it is time.

        Parameters
        ----------
        record
            The machine; None where it is not there.
        is_seen
            Whether somebody looks at the section.
        """
        runs = record is not None and record.state.is_active
        run = (record.id, record.started_at) if record is not None and runs else None
        if run != self._run:
            # What it said before is of another boot.
            self._run, self._due = run, 0.0
            self._text.value = _page([], str(_("Its agent is asked…")))
            self.layout.display = None if run is not None else "none"
        if is_seen and run is not None and self._clock() >= self._due:
            self._ask()

    def _ask(self) -> None:
        if self._is_asking or self._run is None:
            return
        self._is_asking = True
        run = self._run
        work_in_pool(
            self._domain.connection,
            lambda: look(self._domain),
            lambda answer: self._take(run, answer),
            lambda error: self._fail(run, error),
        )

    def _take(self, run: object, answer: Answer) -> None:
        self._is_asking = False
        if run != self._run:
            # It is another boot by now, which is asked with the next record.
            return
        is_known = isinstance(answer, GuestInfo)
        self._due = self._clock() + (KNOWN if is_known else SILENT)
        text = said(answer) if isinstance(answer, GuestInfo) else _page([], *answer)
        if text != self._text.value:
            self._text.value = text

    def _fail(self, run: object, error: BaseException) -> None:
        if isinstance(error, QvirtError):
            self._take(run, (str(error.reason), str(error.next_step)))
        else:
            self._take(run, (str(error), ""))


def said(info: GuestInfo) -> str:
    """Return what a guest said as HTML; all of it is a stranger's, and escaped."""
    rows: list[tuple[LazyString, str]] = [
        (_("System in the guest"), info.system),
        (_("Kernel"), info.kernel),
        (_("Host name"), info.hostname),
        (_("Time zone"), info.timezone),
        (_("File systems"), _lines(info.file_systems)),
        (_("Logged in"), _lines(info.users)),
    ]
    known = [(str(label), value) for label, value in rows if value]
    return _page(known, "" if known else str(_("Its agent answers, but says nothing of it.")))


def _lines(items: Iterable[object]) -> str:
    # The same file system may be mounted in many places, and one user be logged in often.
    found = list(dict.fromkeys(map(str, items)))
    lines = found[:LINES]
    if len(found) > LINES:
        lines.append(str(_("… and {count} more").format(count=len(found) - LINES)))
    return "\n".join(lines)


def _page(rows: Iterable[tuple[str, str]], *sentences: str) -> str:
    listed = "".join(
        f"<dt>{html.escape(label)}</dt><dd>{html.escape(value)}</dd>" for label, value in rows
    )
    facts = f'<dl class="qvirt-facts">{listed}</dl>' if listed else ""
    words = html.escape(" ".join(filter(None, sentences)))
    told = f'<p class="qvirt-muted">{words}</p>' if words else ""
    return f"<h3>{html.escape(str(_('In the guest')))}</h3>{facts}{told}"
