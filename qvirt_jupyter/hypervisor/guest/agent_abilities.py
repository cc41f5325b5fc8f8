"""What the agent of a guest can do, and what its guest forbids it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from qvirt_jupyter._translation import _
from qvirt_jupyter.hypervisor import html
from qvirt_jupyter.hypervisor.guest.agent_line import printable

if TYPE_CHECKING:
    from qvirt_jupyter._translation import LazyString
    from qvirt_jupyter.hypervisor.guest.agent_line import AgentLine

_COMMANDS_AT_MOST: Final = 500
_NAME_AT_MOST: Final = 80

NEEDED: Final[dict[str, tuple[LazyString, tuple[str, ...]]]] = {
    "exec": (_("Run programs"), ("guest-exec", "guest-exec-status")),
    "files": (
        _("Read and write files"),
        (
            "guest-file-open",
            "guest-file-read",
            "guest-file-write",
            "guest-file-flush",
            "guest-file-close",
        ),
    ),
    "freeze": (
        _("Freeze file systems"),
        ("guest-fsfreeze-status", "guest-fsfreeze-freeze", "guest-fsfreeze-thaw"),
    ),
    "trim": (_("Give unused blocks back"), ("guest-fstrim",)),
    "password": (_("Set passwords"), ("guest-set-user-password",)),
    "ssh_keys": (
        _("Manage SSH keys"),
        (
            "guest-ssh-get-authorized-keys",
            "guest-ssh-add-authorized-keys",
            "guest-ssh-remove-authorized-keys",
        ),
    ),
    "time": (_("Set the clock"), ("guest-set-time",)),
    "system": (_("Say what system it is"), ("guest-get-osinfo",)),
    "file_systems": (_("List file systems"), ("guest-get-fsinfo",)),
    "users": (_("List users"), ("guest-get-users",)),
    "addresses": (_("List addresses"), ("guest-network-get-interfaces",)),
    "shutdown": (_("Shut down"), ("guest-shutdown",)),
}
"""What people want of an agent, and the commands of the agent that it takes.
https://qemu-project.gitlab.io/qemu/interop/qemu-ga-ref.html"""


@dataclass(frozen=True, slots=True)
class AgentAbilities:
    """What the agent of a guest can do.

    Parameters
    ----------
    version
        Of the agent.
    commands
        The agent's commands that may be used.
    forbidden
        Those that it knows, but that the guest does not allow it or cannot do.
    """

    version: str
    commands: frozenset[str]
    forbidden: frozenset[str]

    def missing(self, ability: str) -> tuple[str, ...]:
        """Return the commands that it lacks for something; none means that it can.

        Parameters
        ----------
        ability
            One of ``NEEDED``: ``"exec"``, ``"files"``, ``"freeze"`` and so on.
        """
        return tuple(name for name in NEEDED[ability][1] if name not in self.commands)

    def __contains__(self, ability: str) -> bool:
        return ability in NEEDED and not self.missing(ability)

    def __str__(self) -> str:
        return html.text_table((_("Can"), _("State")), self._rows())

    def __repr__(self) -> str:
        return f"<{_('Guest agent {version}').format(version=self.version)}>\n{self}"

    def _repr_html_(self) -> str:
        return html.table(
            _("Guest agent {version}").format(version=self.version),
            (_("Can"), _("State")),
            self._rows(),
        )

    def _rows(self) -> list[tuple[object, object]]:
        return [(label, self._state(ability)) for ability, (label, _commands) in NEEDED.items()]

    def _state(self, ability: str) -> LazyString:
        missing = self.missing(ability)
        if not missing:
            return _("yes")
        names = ", ".join(missing)
        if set(missing) <= self.forbidden:
            return _("the guest does not allow it: {names}").format(names=names)
        return _("this version does not know {names}").format(names=names)


def read(line: AgentLine) -> AgentAbilities:
    """Ask an agent what it can do.

    Raises
    ------
    QvirtError
        It does not answer.
    """
    return understood(line.ask("guest-info"))


def understood(answer: Any) -> AgentAbilities:  # noqa: ANN401 - JSON of a stranger
    """Return what makes sense of an answer to ``guest-info``."""
    found = answer if isinstance(answer, dict) else {}
    version, commands = found.get("version"), found.get("supported_commands")
    by_state: dict[bool, set[str]] = {True: set(), False: set()}
    for command in (commands if isinstance(commands, list) else [])[:_COMMANDS_AT_MOST]:
        name = command.get("name") if isinstance(command, dict) else None
        if isinstance(name, str):
            by_state[command.get("enabled") is True].add(printable(name, _NAME_AT_MOST))
    return AgentAbilities(
        version=printable(version, _NAME_AT_MOST) if isinstance(version, str) else "",
        commands=frozenset(by_state[True]),
        forbidden=frozenset(by_state[False]),
    )
