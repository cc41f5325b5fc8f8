"""Which device of one definition is which device of another.

An edit compares a definition with what it was, and the running definition with the stored one.
libvirt writes other addresses, aliases and orders into each, so a device is known by its identity
(:attr:`~qvirt_jupyter.documents.Device.identity`), and where it has none of its own, by what it is.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from qvirt_jupyter.documents import Change, Device, Many, outline
from qvirt_jupyter.documents.schema import schema_of

if TYPE_CHECKING:
    from collections.abc import Callable, Hashable, Iterator

    from qvirt_jupyter import documents

LIKE: Final = 0.5
"""What share of its values may differ in a device that was given another identity."""


@dataclass(frozen=True, slots=True)
class Pair:
    """A device in two definitions; None where one of them has it not.

    Parameters
    ----------
    name
        What paths call it: ``devices/disk[vda]``.
    before, after
        The device.
    """

    name: str
    before: Device | None
    after: Device | None

    @property
    def device(self) -> Device:
        """The device where it is: the later one if there are two."""
        found = self.after if self.after is not None else self.before
        assert found is not None  # noqa: S101 - one of them is always there
        return found

    def changes(self) -> tuple[Change, ...]:
        """Return what differs, with paths from the top of the definition."""
        if self.before is None:
            return (Change(self.name, None, outline(self.device)),)
        if self.after is None:
            return (Change(self.name, outline(self.device), None),)
        return tuple(
            Change(f"{self.name}/{change.path}", change.before, change.after)
            for change in self.before.diff(self.after)
        )

    def inside(self, change: Change) -> str:
        """Return the path of a change from the device on; empty for the whole device."""
        return change.path[len(self.name) + 1 :]


def kinds(devices: documents.Devices) -> dict[str, type[Device]]:
    """Return the classes of devices that are declared, by the collection that holds them."""
    return {
        name: member.cls
        for name, member in schema_of(type(devices)).members.items()
        if isinstance(member, Many) and issubclass(member.cls, Device)
    }


def pairs(before: documents.Domain, after: documents.Domain) -> tuple[Pair, ...]:
    """Match the devices of two definitions of one machine; those alike in both are there too.

    Parameters
    ----------
    before, after
        The definitions.
    """
    found: list[Pair] = []
    for name in kinds(before.devices):
        olds: list[Device] = list(getattr(before.devices, name))
        news: list[Device] = list(getattr(after.devices, name))
        found += _named(_matched(olds, news), olds, news)
    return tuple(found)


def find(device: Device, definition: documents.Domain) -> Device | None:
    """Return the device of a definition that is a device of another one, or of none.

    Parameters
    ----------
    device
        What is looked for; it may stand in another definition of the machine, or alone.
    definition
        Where it is looked for.
    """
    there = list(definition.devices.of(type(device)))
    owner = device._holder  # noqa: SLF001 - the other devices of its definition tell it apart
    here = list(owner.of(type(device))) if owner is not None and hasattr(owner, "of") else [device]
    for old, new in _matched(here, there):
        if old is device or old == device:
            return new
    return None


def _matched(olds: list[Device], news: list[Device]) -> list[tuple[Device | None, Device | None]]:
    """Return all devices of a kind, each with its other half if it has one; in order."""
    partner: dict[int, Device] = {}
    for key in (_identity, _alias, _address, _image, _content):
        _match(olds, news, partner, key)
    _match_like(olds, news, partner)
    taken = {id(new) for new in partner.values()}
    return [
        *((old, partner.get(index)) for index, old in enumerate(olds)),
        *((None, new) for new in news if id(new) not in taken),
    ]


def _match(
    olds: list[Device],
    news: list[Device],
    partner: dict[int, Device],
    key: Callable[[Device], Hashable],
) -> None:
    """Match what has the same key; two with one key are matched in order."""
    taken = {id(new) for new in partner.values()}
    free: dict[Hashable, list[Device]] = {}
    for new in news:
        if id(new) not in taken and (its := key(new)) is not None:
            free.setdefault(its, []).append(new)
    for index, old in enumerate(olds):
        if index not in partner and (its := key(old)) is not None and free.get(its):
            partner[index] = free[its].pop(0)


def _match_like(olds: list[Device], news: list[Device], partner: dict[int, Device]) -> None:
    """Match what is left and differs little: a disk on another bus has another target too."""
    for index, old in enumerate(olds):
        taken = {id(new) for new in partner.values()}
        rest = [new for new in news if id(new) not in taken]
        if index in partner or not rest:
            continue
        if type(old).identity is Device.identity and type(old).key is None:
            # Nothing tells them apart but their place: a single one is what it was.
            if len(olds) == len(news):
                partner[index] = rest[0]
            continue
        new = min(rest, key=lambda new: _unlike(old, new))
        if _unlike(old, new) < LIKE:
            partner[index] = new


def _identity(device: Device) -> Hashable:
    if type(device).identity is not Device.identity:
        return device.identity
    key = type(device).key
    if key is None or getattr(device, key) is None:
        # Its number among its like, which changes when another one goes.
        return None
    return device.identity


def _alias(device: Device) -> Hashable:
    # Those of libvirt's own are counted anew at each start.
    alias = device.alias
    return alias if alias and alias.startswith("ua-") else None


def _address(device: Device) -> Hashable:
    node = device.address._node  # noqa: SLF001 - all attributes together are the address
    # A type alone says where it is to go, and not where it is.
    if node is None or set(node.attrib) <= {"type"}:
        return None
    return tuple(sorted((str(name), str(value)) for name, value in node.attrib.items()))


def _image(device: Device) -> Hashable:
    node = device._node  # noqa: SLF001 - whatever its source is
    source = None if node is None or device.tag != "disk" else node.find("source")
    if source is None:
        return None
    # The same image is the same disk, on whatever bus.
    named = {str(name): str(value) for name, value in source.attrib.items() if name != "index"}
    return frozenset(named.items()) or None


def _content(device: Device) -> Hashable:
    """Return all values but those that libvirt fills in for each run."""
    return frozenset(Counter(_values(device)).items())


def _values(device: Device) -> Iterator[tuple[str, str]]:
    node = device._node  # noqa: SLF001 - all values are compared, declared or not
    if node is None:
        return
    for element in node.iter():
        if not isinstance(element.tag, str) or element.tag in ("alias", "address"):
            continue
        yield from ((f"{element.tag}@{name}", str(text)) for name, text in element.attrib.items())
        if element.text and element.text.strip():
            yield element.tag, element.text.strip()


def _unlike(old: Device, new: Device) -> float:
    """Return how much of the values is other, from 0 to 1."""
    olds, news = Counter(_values(old)), Counter(_values(new))
    both = sum((olds & news).values())
    return 1 - 2 * both / max(1, sum(olds.values()) + sum(news.values()))


def _named(
    matched: list[tuple[Device | None, Device | None]], olds: list[Device], news: list[Device]
) -> list[Pair]:
    named: list[Pair] = []
    taken: set[str] = set()
    for old, new in matched:
        device, among = (old, olds) if old is not None else (new, news)
        assert device is not None  # noqa: S101 - one of them is always there
        place = 1 + next(index for index, other in enumerate(among) if other is device)
        field = type(device).key
        key = None if field is None else getattr(device, field)
        name = f"devices/{device.tag}[{key or place}]"
        name = name if name not in taken else f"{name}[{place}]"
        taken.add(name)
        named.append(Pair(name, old, new))
    return named
