"""Makes a disk larger: asks for the size, refuses what would lose data, and says what is left."""

from __future__ import annotations

import re
from fractions import Fraction
from functools import partial
from typing import TYPE_CHECKING, Final

from qvirt_jupyter import documents
from qvirt_jupyter._translation import LazyString, _
from qvirt_jupyter.hypervisor import WrongState, publisher
from qvirt_jupyter.hypervisor.byte_sizes import bytes_text
from qvirt_jupyter.hypervisor.storage.disk_growth import grow_disk, growth_of
from qvirt_jupyter.widgets.details.disk_page import facts_of
from qvirt_jupyter.widgets.questions import Question, QuestionField

if TYPE_CHECKING:
    from collections.abc import Callable

    from qvirt_jupyter.hypervisor import Domain
    from qvirt_jupyter.hypervisor.storage.disk_growth import DiskGrowth
    from qvirt_jupyter.widgets.details.work import Boards, Work
    from qvirt_jupyter.widgets.questions import Answer

ABOUT: Final = "resize a disk"
"""What the question is about."""
_SIZE: Final = "size"
_MIB: Final = 1024**2
_GIB: Final = 1024**3
_LARGEST: Final = 2**63 - 1
"""What libvirt and the emulator can count to."""
_INSIDE: Final = _("Partitions and file systems in the guest have to be grown there.")
_NO_SIZE: Final = _("{typed} is no size. Type a number of GiB, such as 20 or 1.5, or 512 MiB.")
_LOSES: Final = _(
    "It has {has}. A disk is not made smaller here: what lies beyond the end would be lost. Make a "
    "smaller disk and copy what is needed."
)
_FULL: Final = _(
    "The pool {pool} has {has} free, which is less than what is added. The image grows as the "
    "guest writes; when the pool is full, the guest stops. Press Resize again to do it all the "
    "same."
)


class Resizing:
    """Makes disks of one machine larger; always on the publisher thread.

    Parameters
    ----------
    domain
        The machine.
    work
        How something that waits for libvirt is done.
    boards
        Where its panel asks and explains.
    on_done
        Called with what to say when a disk has grown.
    """

    def __init__(
        self, domain: Domain, work: Work, boards: Boards, on_done: Callable[[str], object]
    ) -> None:
        self._domain, self._work, self._on_done = domain, work, on_done
        self._questions, self._notices, _wishes = boards

    def ask(self, name: str, target: str, client: str) -> None:
        """Ask for the new size of a disk.

        Parameters
        ----------
        name
            What people call it.
        target
            Its target.
        client
            The browser window that wants it.
        """
        self._work(
            lambda: growth_of(self._domain, target, users=True),
            lambda growth: self._ask(name, growth, client),
            partial(self._failed, name),
        )

    def _ask(
        self,
        name: str,
        growth: DiskGrowth,
        client: str,
        *,
        typed: str = "",
        problem: str = "",
        warned: int = 0,
    ) -> None:
        if growth.reason:
            self._failed(name, WrongState(growth.reason, subject=self._domain.subject))
            return
        lines = [f"{problem}\n"] if problem else []
        lines.append("\n".join(f"{label}: {value}" for label, value in facts_of(growth)))
        lines.append(
            str(
                _("The running guest has the new size at once.")
                if growth.is_active
                else _("The guest has the new size at its next start.")
            )
        )
        lines.append(str(_INSIDE))

        def go_on(answer: Answer | None) -> None:
            if answer is not None:
                text = answer.values.get(_SIZE, "")
                publisher.post(None, lambda: self._take(name, growth, client, text, warned))

        # Who asks twice is asked once.
        self._questions.withdraw(ABOUT)
        self._questions.ask(
            Question(
                _("Resize {device} of {name}?").format(device=name, name=self._domain.subject.name),
                "\n".join(filter(None, lines)),
                _("Resize"),
                fields=(
                    QuestionField(
                        _SIZE, _("New size (GiB)"), value=typed or _first(growth.capacity)
                    ),
                ),
                client=client,
                about=ABOUT,
            ),
            go_on,
        )

    def _take(self, name: str, growth: DiskGrowth, client: str, typed: str, warned: int) -> None:
        again = partial(self._ask, name, growth, client, typed=typed)
        try:
            size = size_of(typed)
        except ValueError as error:
            again(problem=str(error))
            return
        problem = str(why_not(growth, size))
        if problem:
            again(problem=problem)
            return
        pool = growth.volume.pool.name if growth.volume is not None else ""
        if (
            growth.available is not None
            and size - (growth.capacity or 0) > growth.available
            and size != warned
        ):
            text = _FULL.format(pool=pool, has=bytes_text(growth.available))
            again(problem=str(text), warned=size)
            return
        self._work(
            lambda: grow_disk(self._domain, growth.target, size),
            lambda _none: self._on_done(
                str(_("{device} has {size} now.").format(device=name, size=bytes_text(size)))
                + f" {_INSIDE}"
            ),
            partial(self._failed, name),
        )

    def _failed(self, name: str, error: BaseException) -> None:
        self._notices.put_error(_("{device} was not resized.").format(device=name), error)


def size_of(typed: str) -> int:
    """Return the bytes that somebody means: a number of GiB, or one with a unit.

    Whole MiB come of a fraction, since disks are made of blocks.

    Raises
    ------
    ValueError
        It is no size, or one that nobody can count to; the text says what is one.
    """
    number = re.fullmatch(r"\s*([0-9]+)(?:[.,]([0-9]+))?\s*(?:GiB|G)?\s*", typed, re.IGNORECASE)
    try:
        if number is not None:
            whole, part = number.groups()
            size = -(-Fraction(f"{whole}.{part or 0}") * _GIB // _MIB) * _MIB
        else:
            size = documents.Size("bytes", minimum=1).parse(typed)
    except ValueError:
        size = 0
    if not 0 < size <= _LARGEST:
        raise ValueError(str(_NO_SIZE.format(typed=repr(typed))))
    return size


def why_not(growth: DiskGrowth, size: int) -> LazyString | str:
    """Say why a disk does not get a size; empty where it does.

    Parameters
    ----------
    growth
        The disk.
    size
        In bytes.
    """
    has = growth.capacity or 0
    if size == has:
        return _("It has {has} already.").format(has=bytes_text(has))
    return _LOSES.format(has=bytes_text(has)) if size < has else ""


def _first(capacity: int | None) -> str:
    """Return what stands in the field at first: the size of now, in whole GiB."""
    return str(max(1, -(-(capacity or 0) // _GIB)))
