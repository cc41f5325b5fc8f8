"""Where a value lies inside an element: the small part of XPath that declarations need."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TypeAlias

from lxml import etree

Node: TypeAlias = etree._Element  # noqa: SLF001 - lxml's only name for the type

NAMESPACES = {
    "qvirt": "https://qvirt-jupyter.readthedocs.io/xmlns/domain/1",
    # Apart from the first, which is written anew with every tag: this one is libvirt's to forget.
    "qvirt-installation": "https://qvirt-jupyter.readthedocs.io/xmlns/installation/1",
    "libosinfo": "http://libosinfo.org/xmlns/libvirt/domain/1.0",
    "qemu": "http://libvirt.org/schemas/domain/qemu/1.0",
    "dnsmasq": "http://libvirt.org/schemas/network/dnsmasq/1.0",
    "fs": "http://libvirt.org/schemas/storagepool/fs/1.0",
    "rbd": "http://libvirt.org/schemas/storagepool/rbd/1.0",
}
"""The prefixes that declarations may use."""

_STEP = re.compile(
    r"(?:(?P<prefix>[\w-]+):)?(?P<name>[\w-]+)(?:\[@(?P<attribute>[\w-]+)='(?P<value>[^']*)'\])?"
)


@dataclass(frozen=True, slots=True)
class Step:
    """One child element on the way, such as ``source`` or ``timer[@name='hpet']``.

    Parameters
    ----------
    tag
        Its name, as ``{namespace}name`` where it has a namespace.
    where
        The attribute and the value that tell it from its like.
    """

    tag: str
    where: tuple[str, str] | None = None

    def matches(self, node: Node) -> bool:
        """Tell whether a child is the one that the step means."""
        return node.tag == self.tag and (
            self.where is None or node.get(self.where[0]) == self.where[1]
        )

    def find(self, parent: Node) -> Node | None:
        """Return the first child that the step means."""
        # lxml makes a Python object of each child that it hands out: only of those of this name.
        for child in parent.iterchildren(self.tag):
            if self.where is None or child.get(self.where[0]) == self.where[1]:
                return child
        return None

    def find_all(self, parent: Node) -> list[Node]:
        """Return the children that the step means."""
        children = parent.iterchildren(self.tag)
        return [child for child in children if self.where is None or self.matches(child)]

    def make(self) -> Node:
        """Return a new element that the step would find."""
        uri, _, _name = self.tag.removeprefix("{").rpartition("}")
        nsmap = {prefix: known for prefix, known in NAMESPACES.items() if known == uri}
        node = etree.Element(self.tag, nsmap=nsmap)
        if self.where is not None:
            node.set(*self.where)
        return node

    def __str__(self) -> str:
        return self.tag if self.where is None else f"{self.tag}[@{self.where[0]}='{self.where[1]}']"


@dataclass(frozen=True, slots=True)
class Location:
    """The way from an element to one value of it.

    Parameters
    ----------
    steps
        The elements on the way; none for the element itself.
    attribute
        The attribute that holds the value; ``None`` where it is the element's text or presence.
    """

    steps: tuple[Step, ...]
    attribute: str | None = None

    @classmethod
    def parse(cls, text: str) -> Location:
        """Read ``target/@bus``, ``title``, ``timer[@name='hpet']/@present``, ``@type`` or ``.``.

        Raises
        ------
        TypeError
            The text is none of these: a mistake in a declaration.
        """
        way, attribute = text, None
        if "@" in text.rpartition("/")[2] and "[" not in text.rpartition("/")[2]:
            way, _, attribute = text.rpartition("@")
        steps = []
        for part in filter(None, way.removesuffix("/").removeprefix(".").split("/")):
            match = _STEP.fullmatch(part)
            if match is None:
                raise TypeError(f"{text!r} is not a location such as 'target/@bus'.")
            prefix, name, key, value = match.group("prefix", "name", "attribute", "value")
            tag = f"{{{NAMESPACES[prefix]}}}{name}" if prefix else name
            steps.append(Step(tag, (key, value) if key else None))
        return cls(tuple(steps), attribute)

    def find(self, node: Node | None) -> Node | None:
        """Return the element that carries the value, or ``None`` where it is missing."""
        for step in self.steps:
            if node is None:
                return None
            node = step.find(node)
        return node

    @property
    def tags(self) -> tuple[str, ...]:
        """The names on the way, the attribute last and with its ``@``."""
        names = tuple(step.tag for step in self.steps)
        return names if self.attribute is None else (*names, f"@{self.attribute}")

    def __str__(self) -> str:
        parts = [str(step) for step in self.steps]
        return "/".join(parts if self.attribute is None else [*parts, f"@{self.attribute}"]) or "."
