"""What the dialogs of a volume ask for: small requests that a form fills in."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from qvirt_jupyter._translation import _
from qvirt_jupyter.documents import Choice, Flag, Size, Text, option
from qvirt_jupyter.hypervisor import wipe_algorithms
from qvirt_jupyter.hypervisor.byte_sizes import bytes_text
from qvirt_jupyter.hypervisor.definition_names import why_no_name
from qvirt_jupyter.provision.volumes.request import FORMATS

_KEEP: Final = _("As it is")
_POOL = _("Storage pool")


def _must_be_name(name: str) -> None:
    if wrong := why_no_name(name):
        raise ValueError(str(wrong))


@dataclass(frozen=True, kw_only=True)
class CopyWish:
    """A copy of a volume, or its new place."""

    name: str = option(Text(), default="", label=_("Name"))
    pool: str = option(Choice(), default="", label=_POOL, caps="pools")
    format: str = option(
        Choice("", *FORMATS, open=False, labels={"": _KEEP, "raw": _("raw")}),
        default="",
        label=_("Format"),
        help=_("Pools that are not made of files have raw volumes only."),
    )

    def check(self) -> None:
        """Raise ValueError where the name is none."""
        _must_be_name(self.name)


@dataclass(frozen=True, kw_only=True)
class SizeWish:
    """Another size of a volume."""

    now: int = 0
    capacity: int = option(
        Size("bytes", minimum=1, typed="GiB"), default=1, label=_("New capacity")
    )
    allow_shrink: bool = option(
        Flag(),
        default=False,
        label=_("What lies behind the new end may be lost"),
        when=lambda wish: wish.capacity < wish.now,
    )
    allocate: bool = option(
        Flag(),
        default=False,
        label=_("Take the room that comes at once"),
        when=lambda wish: wish.capacity > wish.now,
    )

    def check(self) -> None:
        """Raise ValueError where nothing changes, or something would be lost."""
        if self.capacity == self.now:
            raise ValueError(str(_("It has {now} already.").format(now=bytes_text(self.now))))
        if self.capacity < self.now and not self.allow_shrink:
            raise ValueError(
                str(_("Say that what lies behind the new end may be lost, or choose more."))
            )


@dataclass(frozen=True, kw_only=True)
class WipeWish:
    """How a volume is overwritten."""

    algorithm: str = option(
        Choice(*wipe_algorithms(), open=False, labels=wipe_algorithms()),
        default="zero",
        label=_("How"),
        help=_("All but the zeros and the discarding need the program scrub on the host."),
    )
