"""What somebody types of a seed: texts and switches, of which a seed is made."""

from __future__ import annotations

import dataclasses
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from qvirt_jupyter._translation import LazyString, _
from qvirt_jupyter.documents import Choice, Flag, Text, option
from qvirt_jupyter.provision import CloudNetwork, CloudSeed, InvalidSeed, own_ssh_keys

if TYPE_CHECKING:
    from collections.abc import Mapping

    from qvirt_jupyter.provision import SeedProblem
    from qvirt_jupyter.widgets._form_messages import CodeFault

DHCP: Final = "dhcp"
STATIC: Final = "static"
_NETWORKS: Final[Mapping[str, LazyString]] = {
    "": _("As the image does"),
    DHCP: _("Automatic (DHCP)"),
    STATIC: _("Fixed address"),
}
_SIGN_IN: Final = _("Sign-in")
_NETWORK: Final = _("Network")
_SOFTWARE: Final = _("Programs")
_REGION: Final = _("Region")
_MORE: Final = _("Everything else")


def _is_static(draft: SeedDraft) -> bool:
    return draft.network == STATIC


class _SeedText(Text):
    """Lines of a field of a seed; what is wrong with them is said as the seed says it.

    Parameters
    ----------
    field
        The field of :class:`~qvirt_jupyter.provision.CloudSeed`.
    multiline
        Whether it has several lines.
    """

    def __init__(self, field: str, *, multiline: bool = False) -> None:
        super().__init__(multiline=multiline)
        self._field = field

    def check(self, value: str | None) -> None:
        """Refuse what the seed would refuse of this field alone."""
        super().check(value)
        for problem in self._problems(value or ""):
            if not problem.is_warning:
                raise ValueError(str(problem))

    def _problems(self, text: str) -> list[SeedProblem]:
        alone: dict[str, Any] = {self._field: text}
        found = SeedDraft(**alone).seed().problems()
        return [problem for problem in found if problem.field == self._field]


class _UserData(_SeedText):
    """Cloud-config, which is edited as code."""

    language = "yaml"

    def faults(self, text: str) -> list[CodeFault]:
        """Return what is wrong with it or looks so, at its lines."""
        return [
            {
                "line": problem.line or 1,
                "text": str(problem.message),
                "level": "warning" if problem.is_warning else "error",
            }
            for problem in self._problems(text)
        ]


@dataclass(frozen=True, kw_only=True)
class SeedDraft:
    """A seed as it is typed; what each value means is said in its declaration.

    The password is in no draft that is shown: the browser sends it with the form.
    """

    host_name: str = option(
        _SeedText("host_name"),
        label=_("Host name"),
        default="",
        help=_("Empty leaves the name that the image has."),
    )
    user: str = option(
        Text(max_length=256),
        label=_("User"),
        default="",
        group=_SIGN_IN,
        help=_("Empty means the user of the image, such as debian, ubuntu or fedora."),
    )
    password: str | None = option(
        Text(secret=True, max_length=1024),
        label=_("Password"),
        default=None,
        group=_SIGN_IN,
        help=_("Only its hash is written. Without one, signing in takes an SSH key."),
    )
    ssh_keys: str = option(
        _SeedText("ssh_keys", multiline=True),
        label=_("SSH keys"),
        default="",
        group=_SIGN_IN,
        help=_("Public keys that may sign in, one in a line."),
    )
    administrator: bool = option(
        Flag(), label=_("Administrator (sudo)"), default=True, group=_SIGN_IN
    )
    ssh_password: bool = option(
        Flag(), label=_("Allow the password over SSH"), default=False, group=_SIGN_IN
    )
    network: str = option(
        Choice(*_NETWORKS, open=False, labels=_NETWORKS),
        label=_("Address"),
        default="",
        group=_NETWORK,
    )
    addresses: str = option(
        Text(),
        label=_("Addresses"),
        default="",
        group=_NETWORK,
        help=_("With the length of the network, as in 192.0.2.5/24; several with commas."),
        when=_is_static,
    )
    gateway: str = option(Text(), label=_("Gateway"), default="", group=_NETWORK, when=_is_static)
    name_servers: str = option(
        Text(),
        label=_("Name servers"),
        default="",
        group=_NETWORK,
        help=_("IP addresses; several with commas."),
        when=lambda draft: draft.network != "",
    )
    packages: str = option(
        Text(multiline=True),
        label=_("Packages"),
        default="",
        group=_SOFTWARE,
        help=_(
            "Installed from the network, one in a line. qemu-guest-agent shows the machine's "
            "addresses here and shuts it down cleanly."
        ),
    )
    commands: str = option(
        Text(multiline=True),
        label=_("Commands"),
        default="",
        group=_SOFTWARE,
        help=_("Run once at the end of the first start, one in a line."),
    )
    time_zone: str = option(
        Text(), label=_("Time zone"), default="", group=_REGION, help=_("Such as Europe/Berlin.")
    )
    locale: str = option(
        Text(), label=_("Locale"), default="", group=_REGION, help=_("Such as de_DE.UTF-8.")
    )
    user_data: str = option(
        _UserData("user_data", multiline=True),
        label=_("User data"),
        default="",
        group=_MORE,
        help=_("Cloud-config in YAML. Its lists follow those above; nothing may contradict them."),
    )

    @classmethod
    def suggested(cls, host_name: str = "") -> SeedDraft:
        """Return the draft that a form begins with: the user's own SSH keys stand in it.

        Parameters
        ----------
        host_name
            The name of the machine; it is left out where no host can have it.
        """
        named = cls(host_name=host_name, ssh_keys="\n".join(own_ssh_keys()))
        wrong = {problem.field for problem in named.seed().problems()}
        return dataclasses.replace(named, host_name="") if "host_name" in wrong else named

    @classmethod
    def of(cls, seed: CloudSeed) -> SeedDraft:
        """Return the draft that would make a seed, so that it can be changed."""
        network = seed.network
        kind = "" if network is None else STATIC if network.addresses else DHCP
        given = network or CloudNetwork()
        return cls(
            host_name=seed.host_name,
            user=seed.user,
            password=seed.password,
            ssh_keys="\n".join(seed.ssh_keys),
            administrator=seed.administrator,
            ssh_password=seed.ssh_password,
            network=kind,
            addresses=", ".join(given.addresses),
            gateway=given.gateway,
            name_servers=", ".join(given.name_servers),
            packages="\n".join(seed.packages),
            commands="\n".join(seed.commands),
            time_zone=seed.time_zone,
            locale=seed.locale,
            user_data=seed.user_data or "",
        )

    def seed(self, password: str | None = None) -> CloudSeed:
        """Return the seed; what is wrong with it is not looked at.

        Parameters
        ----------
        password
            Instead of that in the draft.
        """
        return CloudSeed(
            user=self.user.strip(),
            password=password or self.password or None,
            ssh_keys=_lines(self.ssh_keys),
            administrator=self.administrator,
            ssh_password=self.ssh_password,
            host_name=self.host_name.strip(),
            packages=_lines(self.packages),
            commands=_lines(self.commands),
            network=self._network(),
            time_zone=self.time_zone.strip(),
            locale=self.locale.strip(),
            user_data=self.user_data if self.user_data.strip() else None,
        )

    def check(self) -> None:
        """Refuse what does not fit together.

        Raises
        ------
        ValueError
            The text names the line.
        """
        if self.network == STATIC and not self.addresses.strip():
            message = _("Give an address, as in 192.0.2.5/24, or choose DHCP.")
            raise ValueError(str(message))
        wrong = [problem for problem in self.seed().problems() if not problem.is_warning]
        if wrong:
            raise InvalidSeed(wrong)

    def preview(self) -> tuple[str, tuple[SeedProblem, ...]]:
        """Return what the guest gets, with secrets hidden, and what looks or is wrong."""
        seed = self.seed()
        problems = seed.problems()
        if any(not problem.is_warning for problem in problems):
            return "", problems
        files = dataclasses.replace(seed, instance_id="…").files(masked=True)
        files.pop("meta-data")
        return "\n".join(f"# {name}\n{text}" for name, text in files.items()), problems

    def _network(self) -> CloudNetwork | None:
        if not self.network:
            return None
        servers = _listed(self.name_servers)
        if self.network == DHCP:
            return CloudNetwork(name_servers=servers)
        return CloudNetwork(
            addresses=_listed(self.addresses), gateway=self.gateway.strip(), name_servers=servers
        )


def _lines(text: str) -> tuple[str, ...]:
    return tuple(line.strip() for line in text.splitlines() if line.strip())


def _listed(text: str) -> tuple[str, ...]:
    return tuple(text.replace(",", " ").split())
