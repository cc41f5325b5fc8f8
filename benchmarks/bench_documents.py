"""Reading every declared field of domain documents, against lxml alone with the same XPath reads.

Both sides parse the same texts and read the same places in turn: all fields of each element that is
there, and those of groups that are missing too.
`.venv/bin/python benchmarks/bench_documents.py [DOCUMENTS]`
"""

from __future__ import annotations

import re
import sys
import time
import uuid
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from lxml import etree
from machines import compared

from qvirt_jupyter.documents import Domain, Field, Group, Many, Variant
from qvirt_jupyter.documents.location import NAMESPACES
from qvirt_jupyter.documents.schema import schema_of
from qvirt_jupyter.documents.switches import Flag
from qvirt_jupyter.documents.values import Size

if TYPE_CHECKING:
    from collections.abc import Callable

    from qvirt_jupyter.documents import Element
    from qvirt_jupyter.documents.location import Location

FILES = sorted((Path(__file__).parents[1] / "tests" / "data" / "domains").glob("*.xml"))
DOCUMENTS = 1000
ROUNDS = 5
GOAL = 3.0


def texts(number: int) -> list[str]:
    """Return so many definitions that differ in what tells machines apart."""
    found = []
    for index in range(number):
        text = FILES[index % len(FILES)].read_text(encoding="utf-8")
        text = re.sub(r"<name>[^<]*</name>", f"<name>machine-{index}</name>", text, count=1)
        own = uuid.uuid5(uuid.NAMESPACE_OID, str(index))
        found.append(re.sub(r"<uuid>[^<]*</uuid>", f"<uuid>{own}</uuid>", text, count=1))
    return found


# With lxml alone.


@dataclass
class Plan:
    """The XPath expressions that read what is declared of one element."""

    values: list[etree.XPath]
    items: list[tuple[etree.XPath, Plan]]
    variants: list[tuple[etree.XPath, dict[str, Plan]]]


_plans: dict[tuple[type[Element], str], Plan] = {}


def xpath(way: str) -> etree.XPath:
    """Compile an expression."""
    return etree.XPath(way or ".", namespaces=NAMESPACES, smart_strings=False)


def joined(way: str, location: Location) -> str:
    """Return the expression of a place below another."""
    text = re.sub(
        r"\{([^}]*)\}",
        lambda match: next(k for k, v in NAMESPACES.items() if v == match[1]) + ":",
        str(location),
    )
    return "/".join(part for part in (way, text) if part not in ("", "."))


def plan_of(kind: type[Element], way: str = "", above: tuple[type[Element], ...] = ()) -> Plan:
    """Return what reads all fields of a class, its groups' included."""
    plan = Plan([], [], [])
    for member in schema_of(kind).members.values():
        match member:
            case Field():
                plan.values += field_expressions(member, way)
            case Many():
                where = xpath(joined(way, member.location))
                plan.items.append((where, cached_plan(member.cls)))
            case Variant():
                default = member.default or ""
                branches = {name: cached_plan(each) for name, each in member.branches.items()}
                branches[""] = branches.get(default, Plan([], [], []))
                plan.variants.append((xpath(joined(way, member.selector)), branches))
            case Group() if member.cls not in above:
                inside = plan_of(member.cls, joined(way, member.location), (*above, member.cls))
                plan.values += inside.values
                plan.items += inside.items
                plan.variants += inside.variants
    return plan


def cached_plan(kind: type[Element]) -> Plan:
    """Return the plan of what an item or a branch is; they may hold each other."""
    if (kind, "") not in _plans:
        plan = _plans[kind, ""] = Plan([], [], [])
        made = plan_of(kind, "", (kind,))
        plan.values, plan.items, plan.variants = made.values, made.items, made.variants
    return _plans[kind, ""]


def field_expressions(field: Field[Any], way: str) -> list[etree.XPath]:
    """Return what reads one field."""
    here = joined(way, field.location)
    if isinstance(field.type, Flag):
        return [xpath(f"boolean({here or '.'})")]
    if field.location.attribute:
        return [xpath(here)]
    read = [xpath(joined(here, "text()"))]
    return [*read, xpath(joined(here, "@unit"))] if isinstance(field.type, Size) else read


def read_by_xpath(node: etree._Element, plan: Plan) -> int:
    """Read all that a plan says; return the number of values looked for."""
    count = len(plan.values)
    for value in plan.values:
        value(node)
    for where, inside in plan.items:
        for child in where(node):
            count += read_by_xpath(child, inside)
    for selector, branches in plan.variants:
        written = selector(node)
        branch = branches.get(written[0] if written else "")
        if branch is not None:
            count += read_by_xpath(node, branch)
    return count


# With our documents.


def read_declared(element: Element, above: tuple[type[Element], ...] = ()) -> int:
    """Read all fields of an element; return their number."""
    count = 0
    for name, member in schema_of(type(element)).members.items():
        if isinstance(member, Field):
            getattr(element, name)
            count += 1
        elif isinstance(member, Many):
            for item in getattr(element, name):
                count += read_declared(item, (member.cls,))
        elif isinstance(member, Variant):
            branch = getattr(element, name)
            count += read_declared(branch, (type(branch),))
        elif member.cls not in above:
            count += read_declared(getattr(element, name), (*above, member.cls))
    return count


def timed(function: Callable[[], object]) -> float:
    """Return the processor time of a function."""
    begin = time.process_time()
    function()
    return time.process_time() - begin


def main(number: int) -> None:
    """Print both medians and their ratio, and what parsing and writing take."""
    documents = texts(number)
    plan = plan_of(Domain)
    sides: dict[str, Callable[[], object]] = {
        "bare": lambda: [read_by_xpath(etree.fromstring(text), plan) for text in documents],
        "ours": lambda: [read_declared(Domain.parse(text)) for text in documents],
        "bare round trip": lambda: [etree.tostring(etree.fromstring(text)) for text in documents],
        "our round trip": lambda: [str(Domain.parse(text)) for text in documents],
        "edited round trip": lambda: [edited(text) for text in documents],
    }
    values = sum(read_declared(Domain.parse(text)) for text in documents)
    read = sum(read_by_xpath(etree.fromstring(text), plan) for text in documents)
    print(f"{number} documents, {values / number:,.0f} fields each, {read / number:,.0f} reads")
    times: dict[str, list[float]] = {name: [] for name in sides}
    for _ in range(ROUNDS):
        for name, side in sides.items():
            times[name].append(timed(side))
    compared("    parsed, and all fields read", times["bare"], times["ours"], GOAL)
    round_trip = times["bare round trip"]
    compared("    parsed and written", round_trip, times["our round trip"])
    compared("    the same with an edit", round_trip, times["edited round trip"])


def edited(text: str) -> str:
    """Change one value of a document."""
    domain = Domain.parse(text)
    domain.title = "Changed"
    return str(domain)


if __name__ == "__main__":
    main(int(sys.argv[1]) if sys.argv[1:] else DOCUMENTS)
