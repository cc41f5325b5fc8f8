"""Write docs/devices.md from the declarations: `make device-docs`.

The page says of each field what it is called, where it lies, what it may be and whether a running
machine takes it. A test fails when somebody declared something and the page does not say it yet.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from qvirt_jupyter import documents
from qvirt_jupyter.documents import Choice, Device, Devices, Domain, Field, Group, Many, Variant
from qvirt_jupyter.documents.location import NAMESPACES, Location
from qvirt_jupyter.documents.schema import kinds_of, schema_of
from qvirt_jupyter.hypervisor.editing import live_tables

if TYPE_CHECKING:
    from collections.abc import Iterator

    from qvirt_jupyter.documents import Element, ValueType
    from qvirt_jupyter.documents.schema import Member

PAGE: Final = Path(__file__).parents[1] / "docs" / "devices.md"

HEAD: Final = """\
<!-- `make device-docs` writes this page from the declarations in qvirt_jupyter/documents. -->

# Settings and devices

All that the details of a machine, and Python, can set. In Python, a field is an attribute:

```python
with vm.edit() as definition:
    definition.vcpus = 4
    definition.cpu.topology.cores = 2
    definition.devices.disks["vda"].cache = "none"
```

*While it runs* says whether a change is tried on a running machine; libvirt's answer decides, and
what it refuses counts at the next start. What is in the XML and not on this page is kept as it is.
"""

TABLE: Final = """\
| Field | Python | XML | Values | While it runs |
|---|---|---|---|---|
"""

SHARED: Final = frozenset(schema_of(Device).members)
"""What all devices have is said once."""


def page() -> str:
    """Return the whole page."""
    shown: dict[type[Element], str] = {}
    parts = [HEAD, "## The machine\n", *section(Domain, "", "domain", shown, skip=set(parts_of()))]
    for name, member in parts_of().items():
        if member.cls is not Devices:
            parts.append(f"### {about(member.cls).rstrip('.')}\n")
            at = joined("domain", member)
            parts += section(member.cls, f"{name}.", at, shown, level=4)
    parts += ["## Devices\n", "### What all devices have\n", *section(Device, "", "", shown)]
    parts += section(Devices, "devices.", "devices", shown, level=4)
    for kind in sorted(devices(), key=lambda kind: str(kind.title).casefold()):
        where = f"`definition.devices.{kind.collection}`, `<{kind.tag}>`"
        parts += [
            f"### {plain(kind.title or kind.tag)}\n",
            f"{about(kind)} {where}. {plugs(kind)}\n",
            *section(kind, "", kind.tag, shown, skip=set(SHARED), level=4),
        ]
    return "\n".join(part.rstrip("\n") + "\n" for part in parts)


def parts_of() -> dict[str, Group[Any]]:
    """Return the groups of a domain, which have headings of their own."""
    return {
        name: member
        for name, member in schema_of(Domain).members.items()
        if isinstance(member, Group)
    }


def devices() -> list[type[Device]]:
    """Return the kinds of devices that the package declares."""
    return [
        kind
        for kind in kinds_of(Device)
        if "collection" in vars(kind) and kind.__module__.startswith("qvirt_jupyter.")
    ]


def section(
    kind: type[Element],
    name: str,
    way: str,
    shown: dict[type[Element], str],
    *,
    skip: set[str] | frozenset[str] = frozenset(),
    level: int = 3,
) -> Iterator[str]:
    """Return the tables of a class: its own fields, then those of its items.

    Parameters
    ----------
    kind
        The class.
    name
        What stands before the names of its fields in Python.
    way
        The way to its element in the XML; begins with the device's or the domain's.
    shown
        The classes of items that are on the page already, with where.
    skip
        Members to leave out.
    level
        How deep a heading of items is.
    """
    rows, items = [], []
    for member_name, member, at, note in flat(kind, name, way, skip):
        if isinstance(member, Field):
            rows.append(row(kind, member_name, member, at, note))
        elif not issubclass(member.cls, Device):
            items.append((member_name, member, at))
    if rows:
        yield TABLE + "".join(rows)
    for member_name, member, at in {item[0]: item for item in items}.values():
        if member.cls in shown:
            yield f"Each of `{member_name}` has the fields of each of {shown[member.cls]}.\n"
            continue
        shown[member.cls] = f"`{member_name}` (`<{short(member.cls.tag)}>`, above)"
        key = f'["{member.key}"]' if member.key else "[0]"
        yield f"{'#' * level} Each of `{member_name}`\n"
        yield f"{about(member.cls)} `{member_name}{key}`, `<{short(member.cls.tag)}>`.\n"
        yield from section(member.cls, "", at, shown, level=min(level + 1, 6))


def flat(
    kind: type[Element], name: str, way: str, skip: set[str] | frozenset[str], note: str = ""
) -> Iterator[tuple[str, Field[Any] | Many[Any], str, str]]:
    """Return the fields and items of a class and of its groups, each with its place."""
    for own, member in schema_of(kind).members.items():
        if own in skip:
            continue
        at = joined(way, member)
        if isinstance(member, Field | Many):
            yield f"{name}{own}", member, at, note
        elif isinstance(member, Group):
            yield from flat(member.cls, f"{name}{own}.", at, frozenset(), note)
        elif isinstance(member, Variant):
            for branch in dict.fromkeys(member.branches.values()):
                words = [word for word, each in member.branches.items() if each is branch]
                where = f"{joined('', member.selector)} = {', '.join(words)}"
                yield from flat(branch, f"{name}{own}.", way, frozenset(), where)


def joined(way: str, place: Member | Location) -> str:
    """Return a way and a location behind it, with prefixes for namespaces."""
    location = place if isinstance(place, Location) else place.location
    steps = [short(str(step)) for step in location.steps]
    steps += [f"@{location.attribute}"] if location.attribute else []
    return "/".join(filter(None, [way, *steps]))


def short(tag: str) -> str:
    """Return a name with the prefix of its namespace."""
    for prefix, uri in NAMESPACES.items():
        tag = tag.replace(f"{{{uri}}}", f"{prefix}:")
    return tag


def row(kind: type[Element], name: str, field: Field[Any], at: str, note: str) -> str:
    """Return the row of a field."""
    declared = field.declared
    label = f"**{plain(declared.label)}**"
    if declared.help:
        label += f"<br>{plain(declared.help)}"
    if note:
        label += f"<br>*{plain(note)}*"
    inside = at.partition("/")[2] or at
    cells = (label, f"`{name}`", f"`{inside}`", values(field.type, declared.unit), live(kind, at))
    return f"| {' | '.join(cells)} |\n"


def values(kind: ValueType[Any], unit: str) -> str:
    """Say what values there are."""
    if isinstance(kind, Choice) and kind.values:
        words = ", ".join(f"`{word}`" for word in kind.values)
        return f"{words} or others" if kind.open else words
    said = plain(kind.expected) if not isinstance(kind, Choice) else "a word"
    if unit and unit not in said:
        said += f", in {plain(unit)}"
    return f"{said}; it is never shown" if kind.secret else said


def live(kind: type[Element], at: str) -> str:
    """Say whether a running machine takes a change."""
    first, _slash, inside = at.partition("/")
    if first == "domain":
        strategy, reason = live_tables.strategy_of_domain(inside)
    else:
        device = next((each for each in devices() if each.tag == first), None)
        if device is None:
            device = kind if issubclass(kind, Device) and "tag" in vars(kind) else Device
        strategy, reason = live_tables.strategy_of_device(device(), inside)
    return "tried at once" if strategy else f"next start: {plain(reason)}"


def plugs(kind: type[Device]) -> str:
    """Say whether devices of a kind come and go while the guest runs."""
    plug = live_tables.PLUGS.get(kind.tag)
    if plug is None or not plug.attach:
        return "They come and go while the machine is off."
    return "They can be added and removed while it runs."


def about(kind: type[Element]) -> str:
    """Return the first sentence of a class."""
    return plain((kind.__doc__ or "").partition("\n")[0])


def plain(words: object) -> str:
    """Return text that Markdown takes as it is, in a table too."""
    text = " ".join(str(words).split())
    for sign in "\\|*_`<>[]":
        text = text.replace(sign, f"\\{sign}")
    return text


if __name__ == "__main__":
    PAGE.write_text(page(), encoding="utf-8")
    print(
        f"{PAGE.relative_to(Path.cwd())}: {len(documents.declarations(Domain))} settings, "
        f"{len(devices())} kinds of devices"
    )
