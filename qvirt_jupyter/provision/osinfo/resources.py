"""How much of a machine an operating system asks for."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from lxml import etree

ALL: Final = "all"
"""What the database calls any architecture."""
KINDS: Final = ("minimum", "recommended", "maximum", "network-install")


@dataclass(frozen=True, slots=True, kw_only=True)
class Resources:
    """What is asked for; None where the database does not say.

    Parameters
    ----------
    cpus
        Virtual CPUs.
    cpu_frequency
        In hertz.
    memory
        In bytes.
    storage
        In bytes.
    """

    cpus: int | None = None
    cpu_frequency: int | None = None
    memory: int | None = None
    storage: int | None = None


@dataclass(frozen=True, slots=True)
class Demand:
    """One entry of the database: what a kind of installation needs on an architecture.

    Parameters
    ----------
    kind
        One of :data:`KINDS`.
    architecture
        Where it counts, or ``all``.
    resources
        What is needed.
    """

    kind: str
    architecture: str
    resources: Resources


def read(node: etree._Element) -> tuple[Demand, ...]:
    """Read a ``resources`` element.

    Raises
    ------
    ValueError
        A number is none.
    """
    architecture = node.get("arch", ALL)
    return tuple(
        Demand(
            kind,
            architecture,
            Resources(
                cpus=_number(found, "n-cpus"),
                cpu_frequency=_number(found, "cpu"),
                memory=_number(found, "ram"),
                storage=_number(found, "storage"),
            ),
        )
        for kind in KINDS
        if (found := node.find(kind)) is not None
    )


def choose(demands: tuple[Demand, ...], kind: str, architecture: str) -> Resources | None:
    """Return what counts for a kind on an architecture: its own entry, else that for all."""
    of_kind = {each.architecture: each.resources for each in demands if each.kind == kind}
    return of_kind.get(architecture) or of_kind.get(ALL)


def _number(node: etree._Element, name: str) -> int | None:
    text = (node.findtext(name) or "").strip()
    return int(text) if text else None
