"""What a cloud image is told on its first start."""

from __future__ import annotations

import dataclasses
import re
import uuid
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from qvirt_jupyter._translation import _
from qvirt_jupyter.hypervisor.action_log import MASK
from qvirt_jupyter.provision.cloud.masking import masked as hidden
from qvirt_jupyter.provision.cloud.merging import merged
from qvirt_jupyter.provision.cloud.passwords import hashed
from qvirt_jupyter.provision.cloud.problems import InvalidSeed, SeedProblem
from qvirt_jupyter.provision.cloud.seed_image import seed_image
from qvirt_jupyter.provision.cloud.ssh_keys import wrong_with_key
from qvirt_jupyter.provision.cloud.user_data import AT_MOST, HEADER, UserData, read_user_data
from qvirt_jupyter.provision.cloud.yaml_text import yaml_text

if TYPE_CHECKING:
    from qvirt_jupyter.provision.cloud.network import CloudNetwork

# RFC 1123, 2.1; Linux takes 64 characters (gethostname(2)).
_HOST_NAME: Final = re.compile(
    r"(?!.{65})[a-z0-9]([a-z0-9-]*[a-z0-9])?(\.[a-z0-9]([a-z0-9-]*[a-z0-9])?)*", re.IGNORECASE
)
# What useradd of shadow takes without being told to take anything.
_USER_NAME: Final = re.compile(r"[a-z_][a-z0-9_-]{0,31}\$?")


@dataclass(frozen=True, slots=True, kw_only=True, repr=False)
class CloudSeed:
    """What cloud-init does in a new machine: users, name, network, programs.

    Every value is data: whatever stands in it, it becomes one value of the YAML that is written. A
    seed never holds a password in the clear, and no password stands in its ``repr``.

    Parameters
    ----------
    user
        Who is made; empty means the user that the image brings itself.
    password
        Of that user, or its hash as in /etc/shadow (``$6$...``), which is used as it is. None
        leaves signing in to the keys.
    ssh_keys
        Public keys that may sign in, as in ``authorized_keys``; see :func:`own_ssh_keys`.
    administrator
        Whether the user may do everything, by ``sudo``; with a password after it was asked for.
    ssh_password
        Whether SSH takes the password too.
    shell
        What the user works in.
    host_name
        The name of the machine, or empty.
    packages
        What is installed from the network; ``qemu-guest-agent`` tells the manager addresses.
    commands
        What is run once, by a shell, at the end of the first start.
    network
        How the first network card gets its address; None leaves it to the image, which mostly asks
        by DHCP.
    time_zone, locale
        ``Europe/Berlin``, ``de_DE.UTF-8``, or empty.
    user_data
        All else, as cloud-config in YAML. Lists follow those of the other fields; what contradicts
        them is an error.
    instance_id
        Who the machine is: cloud-init does its work again when it changes. Empty means a new one
        each time.
    """

    user: str = ""
    password: str | None = dataclasses.field(default=None, repr=False)
    ssh_keys: tuple[str, ...] = ()
    administrator: bool = True
    ssh_password: bool = False
    shell: str = "/bin/bash"
    host_name: str = ""
    packages: tuple[str, ...] = ()
    commands: tuple[str, ...] = ()
    network: CloudNetwork | None = None
    time_zone: str = ""
    locale: str = ""
    user_data: str | None = None
    instance_id: str = ""

    def files(self, *, masked: bool = False) -> dict[str, str]:
        """Return the files of the seed, by name.

        Parameters
        ----------
        masked
            Whether passwords, tokens and private keys are hidden, for looking at.

        Raises
        ------
        InvalidSeed
            A value is wrong, or two contradict each other; the line is named.
        """
        theirs = self._checked()
        config = self._completed(merged(self._config(masked=masked), theirs))
        meta: dict[str, Any] = {"instance-id": self.instance_id or f"iid-{uuid.uuid4()}"}
        if self.host_name:
            meta["local-hostname"] = self.host_name
        show = hidden if masked else _as_it_is
        found = {
            "user-data": f"{HEADER}\n{yaml_text(show(config)) if config else ''}",
            "meta-data": yaml_text(meta),
        }
        if self.network is not None:
            found["network-config"] = yaml_text(show(self.network.config()))
        if len(found["user-data"].encode()) > AT_MOST:
            message = _("The seed is larger than 1 MiB. Let the guest fetch large files.")
            raise InvalidSeed([SeedProblem(field="user_data", message=message)])
        return found

    def iso(self) -> bytes:
        """Return the seed as an ISO image with the label ``cidata``.

        Raises
        ------
        InvalidSeed
            As for :meth:`files`.
        """
        return seed_image(self.files())

    def problems(self) -> tuple[SeedProblem, ...]:
        """Return all that is wrong, and all that looks wrong: nothing is raised."""
        found = [*self._wrong()]
        try:
            theirs = read_user_data(self.user_data or "")
        except InvalidSeed as error:
            return (*found, *error.problems)
        found += theirs.warnings
        try:
            merged(self._config(masked=True), theirs)
        except InvalidSeed as error:
            found += error.problems
        return tuple(found)

    def _checked(self) -> UserData:
        wrong = [problem for problem in self._wrong() if not problem.is_warning]
        if wrong:
            raise InvalidSeed(wrong)
        return read_user_data(self.user_data or "")

    def _wrong(self) -> list[SeedProblem]:
        found = []
        if self.host_name and not _HOST_NAME.fullmatch(self.host_name):
            message = _(
                "A host name has letters, digits, hyphens and dots, and at most 64 of them."
            )
            found.append(SeedProblem(field="host_name", message=message))
        if self.user and not _USER_NAME.fullmatch(self.user):
            message = _(
                "Most systems refuse the user name {name}: it has small letters, digits, “_” and "
                "“-”, begins with a letter and has at most 32 characters."
            ).format(name=repr(self.user))
            found.append(SeedProblem(field="user", message=message, is_warning=True))
        if self.password == "":
            message = _("The password is empty.")
            found.append(SeedProblem(field="password", message=message))
        for number, key in enumerate(self.ssh_keys, 1):
            wrong = wrong_with_key(key)
            if wrong is not None:
                found.append(SeedProblem(field="ssh_keys", message=wrong, line=number))
        if self.user == "root" and not self.password and not self.ssh_keys:
            message = _("root can sign in by a password or a key only. Give one.")
            found.append(SeedProblem(field="user", message=message, is_warning=True))
        if self.network is not None:
            found += self.network.problems()
        return found

    # What the fields say to cloud-init ----------------------------------------------------------

    def _config(self, *, masked: bool) -> dict[str, Any]:
        """Return the fields as cloud-config, without what was written by hand.

        https://cloudinit.readthedocs.io/en/latest/reference/modules.html
        """
        # A hash takes a moment, and nobody sees it.
        secret = None if self.password is None else MASK if masked else hashed(self.password)
        short, _dot, domain = self.host_name.partition(".")
        said: dict[str, Any] = {
            "hostname": short,
            "fqdn": self.host_name if domain else "",
            **self._who(secret),
            "ssh_pwauth": self.ssh_password,
            "timezone": self.time_zone,
            "locale": self.locale,
            "packages": list(self.packages),
            "runcmd": list(self.commands),
        }
        config = {name: value for name, value in said.items() if value}
        if self.user == "root":
            config["disable_root"] = False
        return config

    def _who(self, secret: str | None) -> dict[str, Any]:
        """Return who may sign in: a new user, or the image's own."""
        if self.user:
            return {"users": [self._user(secret)]}
        return {"password": secret, "ssh_authorized_keys": list(self.ssh_keys)}

    def _completed(self, config: dict[str, Any]) -> dict[str, Any]:
        """Add what follows from the rest, unless somebody said otherwise by hand."""
        if self.packages:
            config.setdefault("package_update", True)
        if "password" in config:
            # It would have to be changed at once otherwise.
            config.setdefault("chpasswd", {"expire": False})
        return config

    def _user(self, secret: str | None) -> dict[str, Any]:
        user: dict[str, Any] = {"name": self.user}
        if self.user != "root":
            user["shell"] = self.shell
            if self.administrator:
                user["sudo"] = "ALL=(ALL) ALL" if secret else "ALL=(ALL) NOPASSWD:ALL"
        user["lock_passwd"] = secret is None
        if secret is not None:
            # Unlike "passwd" it also reaches a user whom the image has already.
            user["hashed_passwd"] = secret
        if self.ssh_keys:
            user["ssh_authorized_keys"] = list(self.ssh_keys)
        return user

    def __repr__(self) -> str:
        """Return what makes it again, but for its secrets; it goes into the action log."""
        said = []
        for each in dataclasses.fields(self):
            value = getattr(self, each.name)
            if value == each.default:
                continue
            if each.name == "password":
                value = MASK
            elif each.name == "user_data":
                value = _masked_text(value)
            elif each.name == "commands":
                value = tuple(hidden(list(value)))
            said.append(f"{each.name}={value!r}")
        return f"{type(self).__name__}({', '.join(said)})"


def _as_it_is(data: dict[str, Any]) -> dict[str, Any]:
    return data


def _masked_text(text: str) -> str:
    try:
        values = read_user_data(text).values
    except InvalidSeed:
        # What cannot be read may hide anything.
        return MASK
    shown = hidden(values)
    # Comments and the order of lines are kept where nothing has to be hidden.
    return text if shown == values else yaml_text(shown)
