"""Cloud-config that a user wrote by hand, read without trusting it.

https://cloudinit.readthedocs.io/en/latest/explanation/format.html
"""

from __future__ import annotations

import difflib
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final

import yaml

from qvirt_jupyter._translation import _
from qvirt_jupyter.provision.cloud.problems import InvalidSeed, SeedProblem

if TYPE_CHECKING:
    from qvirt_jupyter._translation import LazyString

HEADER: Final = "#cloud-config"
AT_MOST: Final = 1024 * 1024
"""Bytes of a text, and of what is made of it."""
DEPTH: Final = 64
"""How deep lists and mappings may lie in each other."""
VALUES: Final = 100_000
"""How many values there may be once each alias stands for what it names."""
Way = tuple[str | int, ...]
"""Keys and positions that lead to a value."""

# What else cloud-init takes for user data, by how it begins.
_OTHER_KINDS: Final = (
    "#!",
    "## template:",
    "#include",
    "#cloud-boothook",
    "#cloud-config-archive",
    "#cloud-config-jsonp",
    "#part-handler",
    "#upstart-job",
    "Content-Type:",
    "MIME-Version:",
)
# The keys of cloud-init's modules, to find misspelt ones; an unknown one is no error.
# https://cloudinit.readthedocs.io/en/latest/reference/modules.html
_WORDS: Final = """
allow_public_ssh_keys ansible apk_repos apt apt_pipelining apt_reboot_if_required apt_update
apt_upgrade authkey_hash autoinstall bootcmd byobu_by_default ca_certs chef chpasswd
device_aliases disable_ec2_metadata disable_root disable_root_opts disk_setup drivers fan
final_message fqdn fs_setup groups growpart grub_dpkg hostname keyboard landscape locale
locale_configfile lxd manage_etc_hosts manage_resolv_conf mcollective mount_default_fields
mounts no_ssh_fingerprints ntp package_reboot_if_required package_update package_upgrade
packages password phone_home power_state prefer_fqdn_over_hostname preserve_hostname puppet
random_seed resize_rootfs resolv_conf rh_subscription rsyslog runcmd salt_minion snap spacewalk
ssh ssh_authorized_keys ssh_deletekeys ssh_genkeytypes ssh_import_id ssh_keys
ssh_publish_hostkeys ssh_pwauth ssh_quiet_keygen swap timezone ubuntu_advantage ubuntu_pro
updates user users vendor_data wireguard write_files yum_repo_dir yum_repos zypper
"""
_KEYS: Final = tuple(_WORDS.split())


@dataclass(frozen=True, slots=True)
class UserData:
    """What a text says.

    Parameters
    ----------
    values
        Plain data: dicts, lists, texts, numbers.
    lines
        The line of each value, from 1 on, by the way to it; of a key's value the key's.
    warnings
        What looks like a mistake.
    """

    values: dict[str, Any] = field(default_factory=dict)
    lines: dict[Way, int] = field(default_factory=dict)
    warnings: tuple[SeedProblem, ...] = ()

    def line(self, way: Way) -> int | None:
        """Return the line of a value, or of the nearest one around it."""
        while way and way not in self.lines:
            way = way[:-1]
        return self.lines.get(way)


def read_user_data(text: str) -> UserData:
    """Read cloud-config.

    The line ``#cloud-config`` may be missing.

    Parameters
    ----------
    text
        YAML.

    Raises
    ------
    InvalidSeed
        It is something else, or broken, or too large; the line is named.
    """
    if len(text.encode("utf-8", "surrogatepass")) > AT_MOST:
        raise _wrong(_("The user data is larger than 1 MiB. Let the guest fetch large files."))
    _refuse_other_kinds(text)
    try:
        _refuse_bombs(text)
        node = yaml.compose(text, Loader=yaml.SafeLoader)
        if node is None:
            return UserData()
        if not isinstance(node, yaml.MappingNode):
            message = _("User data is a mapping: its lines begin with keys, as in {example}.")
            raise _wrong(message.format(example="“timezone: Europe/Berlin”"), _line(node))
        _refuse_expansion(node)
        lines: dict[Way, int] = {}
        _find_lines(node, (), lines)
        values = _Constructor.of(node)
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        said = ", ".join(part for part in (error.context, error.problem) if part)
        message = _("This is no YAML that can be read: {reason}.")
        raise _wrong(
            message.format(reason=said), mark.line + 1 if mark is not None else None
        ) from error
    except yaml.reader.ReaderError as error:
        line = text.count("\n", 0, error.position) + 1
        message = _("The character {character} is not allowed in YAML.")
        raise _wrong(message.format(character=f"U+{_code(error.character):04X}"), line) from error
    except (ValueError, OverflowError) as error:
        if isinstance(error, InvalidSeed):
            raise
        # A date such as 2024-13-45, which looks like one until it is made.
        message = _("A value cannot be read: {reason}. Put it in quotation marks.")
        raise _wrong(message.format(reason=error)) from error
    return UserData(values, lines, _misspelt(values, lines))


class _Constructor(yaml.constructor.SafeConstructor):
    """Makes plain data of nodes that were looked at before."""

    @classmethod
    def of(cls, node: yaml.Node) -> dict[str, Any]:
        values: dict[str, Any] = cls().construct_document(node)
        return values


def _refuse_other_kinds(text: str) -> None:
    begin = text.lstrip("\ufeff")
    kind = next((kind for kind in _OTHER_KINDS if begin.startswith(kind)), None)
    if kind is None:
        return
    if kind == "#!":
        message = _("This is a script. Write its lines under “runcmd:”, or as commands.")
    else:
        message = _(
            "User data that begins with “{kind}” is not taken here, because it cannot be put "
            "together with the other fields. Write {header}."
        ).format(kind=kind, header=HEADER)
    raise _wrong(message, 1)


def _refuse_bombs(text: str) -> None:
    """Look at the text piece by piece, before anything is built of it."""
    depth = 0
    for count, event in enumerate(yaml.parse(text, Loader=yaml.SafeLoader)):
        if isinstance(event, yaml.CollectionStartEvent):
            depth += 1
        elif isinstance(event, yaml.CollectionEndEvent):
            depth -= 1
        line = event.start_mark.line + 1 if event.start_mark is not None else None
        if depth > DEPTH:
            message = _("More than {number} lists or mappings lie in each other.")
            raise _wrong(message.format(number=DEPTH), line)
        if count > VALUES:
            raise _wrong(_("There are more than {number} values.").format(number=VALUES), line)


def _refuse_expansion(root: yaml.Node) -> None:
    """Count what there is once aliases are followed; each node is looked at once."""
    sizes: dict[int, int] = {}
    within: set[int] = set()

    def size(node: yaml.Node) -> int:
        known = sizes.get(id(node))
        if known is not None:
            return known
        if id(node) in within:
            raise _wrong(_("An alias stands for what it is itself a part of."), _line(node))
        within.add(id(node))
        total = 1 + sum(size(child) for child in _children(node))
        within.discard(id(node))
        if total > VALUES:
            message = _("Its aliases stand for more than {number} values.")
            raise _wrong(message.format(number=VALUES), _line(node))
        sizes[id(node)] = total
        return total

    size(root)


def _children(node: yaml.Node) -> list[yaml.Node]:
    if isinstance(node, yaml.MappingNode):
        return [part for pair in node.value for part in pair]
    return list(node.value) if isinstance(node, yaml.SequenceNode) else []


def _find_lines(node: yaml.Node, way: Way, lines: dict[Way, int]) -> None:
    if isinstance(node, yaml.SequenceNode):
        for position, child in enumerate(node.value):
            lines[(*way, position)] = _line(child)
            _find_lines(child, (*way, position), lines)
        return
    if not isinstance(node, yaml.MappingNode):
        return
    for key, child in node.value:
        if not isinstance(key, yaml.ScalarNode):
            raise _wrong(_("A key is a single word."), _line(key))
        if key.tag == "tag:yaml.org,2002:merge":
            continue
        if not way and key.tag != "tag:yaml.org,2002:str":
            message = _("The key {name} is not a word.")
            raise _wrong(message.format(name=key.value), _line(key))
        place = (*way, key.value)
        if place in lines:
            message = _("{name} stands here a second time, first in line {line}.")
            raise _wrong(message.format(name=key.value, line=lines[place]), _line(key))
        lines[place] = _line(key)
        _find_lines(child, place, lines)


def _misspelt(values: dict[str, Any], lines: dict[Way, int]) -> tuple[SeedProblem, ...]:
    found = []
    for key in values:
        if key in _KEYS or key.replace("-", "_") in _KEYS:
            continue
        near = difflib.get_close_matches(key, _KEYS, 1, 0.8)
        if near:
            message = _("cloud-init knows no “{name}” and would skip it. Did you mean “{near}”?")
            found.append(
                SeedProblem(
                    field="user_data",
                    message=message.format(name=key, near=near[0]),
                    line=lines.get((key,)),
                    is_warning=True,
                )
            )
    return tuple(found)


def _wrong(message: str | LazyString, line: int | None = None) -> InvalidSeed:
    return InvalidSeed([SeedProblem(field="user_data", message=message, line=line)])


def _line(node: yaml.Node) -> int:
    number: int = node.start_mark.line + 1
    return number


def _code(character: str | int) -> int:
    return character if isinstance(character, int) else ord(character)
