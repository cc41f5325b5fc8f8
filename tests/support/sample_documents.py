"""Documents to try declarations on, and values for their fields.

What is read in a document is a right value for its field, so a field that somebody declares needs
no value here: it needs a document in `tests/data/documents` that says it.
"""

import os
from functools import cache
from pathlib import Path

from lxml import etree

from qvirt_jupyter import documents
from qvirt_jupyter.documents import (
    Address,
    Choice,
    Field,
    Flag,
    Hexadecimal,
    Host,
    Integer,
    InvalidDocument,
    Mac,
    Many,
    OnOff,
    Port,
    Size,
    Text,
    Uuid,
    YesNo,
)
from qvirt_jupyter.documents.devices.forward_list import ForwardList
from qvirt_jupyter.documents.schema import schema_of

ROOT = Path(__file__).parents[2]
DATA = ROOT / "tests" / "data"
LAB = Path(documents.__file__).parents[1] / "data" / "lab.xml"

# Other people's files, which are not ours to copy: read where they lie beside the project.
FOREIGN = Path(os.environ.get("QVIRT_TEST_DATA", ROOT.parent / "shared" / "data"))

# Two values of each type: one of them differs from whatever is there.
VALUES = {
    Address: ("192.0.2.1", "192.0.2.2"),
    Hexadecimal: (1, 2),
    Port: (1001, 1002),
    Size: (4096, 8192),
    Flag: (True, False),
    YesNo: (True, False),
    OnOff: (True, False),
    Uuid: ("6d3f0000-0000-4000-8000-0000000000a1", "6d3f0000-0000-4000-8000-0000000000a2"),
    Mac: ("52:54:00:00:00:a1", "52:54:00:00:00:a2"),
    ForwardList: ("8022:22", "udp 5353:53, *:8080:80"),
    Host: ("one.example.org", "two.example.org"),
    documents.Path: ("/one", "/two <&'\">"),
}


@cache
def declared_documents():
    """Return the documents that say what is declared, by name."""
    patterns = ("documents/*.xml", "domains/*.xml", "capabilities/*capabilities.xml")
    files = sorted(file for pattern in patterns for file in DATA.glob(pattern))
    return {file.stem: file.read_text() for file in files}


@cache
def lab_documents():
    """Return the documents of the test driver's lab, by name."""
    found = {}
    for number, node in enumerate(etree.parse(LAB).getroot()):
        if node.tag in ("domain", "network", "pool", "device"):
            text = etree.tostring(node, encoding="unicode", with_tail=False)
            found[f"lab-{node.tag}-{number}"] = text
    return found


def foreign_documents():
    """Return the documents that we know in the collection beside the project, by name."""
    found = {}
    for file in sorted(FOREIGN.rglob("*.xml")):
        text = file.read_text()
        try:
            documents.parse(text)
        except InvalidDocument:
            continue
        found[str(file.relative_to(FOREIGN))] = text
    return found


def fields(element):
    """Return every field that an element has now, with the element that has it."""
    for name, member in schema_of(type(element)).members.items():
        if isinstance(member, Field):
            yield element, member
        elif isinstance(member, Many):
            for item in getattr(element, name):
                yield from fields(item)
        else:
            yield from fields(getattr(element, name))


@cache
def values_read():
    """Return the values that the documents say, by the type that their field has."""
    found = {}
    for text in declared_documents().values():
        for element, member in fields(documents.parse(text)):
            value = getattr(element, member.name)
            if value != member.type.absent:
                found.setdefault(member.type, {})[value] = None
    return {kind: tuple(values) for kind, values in found.items()}


def samples(kind):
    """Return right values of a type, absence not among them unless it is a flag's."""
    if isinstance(kind, Choice):
        return kind.values or values_read().get(kind, ("one", "two"))
    if type(kind) is Text and kind.pattern is None:
        length = kind.max_length or 11
        return ("one"[:length], "two <&'\">"[:length])
    if type(kind) is Integer:
        highest = 101 if kind.maximum is None else min(kind.maximum, 101)
        lowest = highest if kind.minimum is None else max(kind.minimum, highest - 1)
        return (max(highest, kind.minimum or 0), lowest)
    known = VALUES.get(type(kind))
    return known if known is not None else values_read()[kind]
