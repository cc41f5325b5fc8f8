"""A virtual machine's mouse: clicks at pixels of its screen.

libvirt has no call for it, so they go through the display as a viewer's would: a VNC connection
that shares the screen with whoever looks at it (:mod:`qvirt_jupyter.hypervisor.screen.rfb`). On
this host libvirt opens it; to another host it goes the way that its screen comes
(:mod:`qvirt_jupyter.hypervisor.screen.reached_display`). QEMU's monitor could do it too, but its
use marks a machine as tainted for good.
"""

from __future__ import annotations

import contextlib
import math
import time
from typing import TYPE_CHECKING, ClassVar, Final, Literal

from qvirt_jupyter._translation import _
from qvirt_jupyter.hypervisor.actions import action
from qvirt_jupyter.hypervisor.errors import (
    InvalidDefinition,
    OperationFailed,
    Unsupported,
)
from qvirt_jupyter.hypervisor.guest.ears import check_it_hears, turn
from qvirt_jupyter.hypervisor.screen.display_sign_in import DisplaySignIn
from qvirt_jupyter.hypervisor.screen.part_of_machine import PartOfMachine
from qvirt_jupyter.hypervisor.screen.reached_display import ReachedDisplay
from qvirt_jupyter.hypervisor.screen.rfb import DisplayError, PasswordRefusedError, RfbPointer

if TYPE_CHECKING:
    from collections.abc import Iterator


Button = Literal["left", "middle", "right"]

_BITS: Final = {"left": 1, "middle": 2, "right": 4}
_WHEEL: Final = {True: 8, False: 16}
"""The wheel is two more buttons in the protocol: up and down (RFC 6143, 7.5.5)."""
_REST: Final = 0.05
"""Seconds between two events of one gesture: a hand is not quicker, and a guest keeps up."""
_DRAG_STEPS: Final = 20
_STEPS_AT_MOST: Final = 1000
_PATIENCE: Final = 15.0
"""Seconds for one answer of the display; it answers at once, a busy host after a while."""


class Mouse(PartOfMachine):
    """The mouse of a virtual machine: ``vm.mouse.click(300, 200)``.

    Positions are pixels of the screen from its upper left corner, as in the pictures of
    ``vm.screen``. It needs a VNC display and a pointer that takes positions: a tablet, for which
    the guest has a driver.

    Parameters
    ----------
    domain
        The machine.
    """

    _part: ClassVar[str] = "mouse"

    @action(_("Move the mouse of {name} to {x}, {y}"), own_thread=True)
    def move(self, x: float, y: float) -> None:
        """Move the pointer, with no button held.

        Parameters
        ----------
        x, y
            Where to, in pixels from the upper left corner of the screen.

        Raises
        ------
        InvalidDefinition
            That is outside the screen; the error says how large that is.
        Unsupported
            It has no VNC display, none that is reached from here, or no pointer that takes
            positions.
        WrongState
            It does not run.
        OperationFailed
            The display does not answer.
        ConnectionLost, AccessDenied
            There is no way to the display of another host, or nobody knows its password; the error
            says at which leg it ends.
        """
        with self._pointer((x, y)) as pointer:
            _move(pointer, x, y)

    @action(_("Click in {name} at {x}, {y}"), own_thread=True)
    def click(self, x: float, y: float, *, button: Button = "left") -> None:
        """Press a button and let it go.

        Parameters
        ----------
        x, y
            Where, in pixels from the upper left corner of the screen.
        button
            ``"left"``, ``"middle"`` or ``"right"``.

        Raises
        ------
        QvirtError
            As for :meth:`move`.
        """
        bit = self._bit(button)
        with self._pointer((x, y)) as pointer:
            _click(pointer, x, y, bit)

    @action(_("Double-click in {name} at {x}, {y}"), own_thread=True)
    def double_click(self, x: float, y: float, *, button: Button = "left") -> None:
        """Press a button twice.

        Parameters
        ----------
        x, y, button
            As for :meth:`click`.

        Raises
        ------
        QvirtError
            As for :meth:`move`.
        """
        bit = self._bit(button)
        with self._pointer((x, y)) as pointer:
            for _time in range(2):
                _click(pointer, x, y, bit)

    @action(_("Drag in {name} from {x}, {y} to {to_x}, {to_y}"), own_thread=True)
    def drag(
        self, x: float, y: float, to_x: float, to_y: float, *, button: Button = "left"
    ) -> None:
        """Press a button, move the pointer in small steps, and let the button go.

        Parameters
        ----------
        x, y
            Where it begins, in pixels from the upper left corner of the screen.
        to_x, to_y
            Where it ends.
        button
            ``"left"``, ``"middle"`` or ``"right"``.

        Raises
        ------
        QvirtError
            As for :meth:`move`.
        """
        bit = self._bit(button)
        with self._pointer((x, y), (to_x, to_y)) as pointer:
            _move(pointer, x, y)
            try:
                for step in range(_DRAG_STEPS + 1):
                    part = step / _DRAG_STEPS
                    _move(pointer, x + (to_x - x) * part, y + (to_y - y) * part, bit)
            finally:
                # A button that stays down would spoil all that comes after.
                _move(pointer, to_x, to_y)

    @action(_("Turn the mouse wheel in {name}"), own_thread=True)
    def scroll(self, x: float, y: float, steps: int = 3) -> None:
        """Turn the wheel.

        Parameters
        ----------
        x, y
            Where the pointer is meanwhile, in pixels from the upper left corner of the screen.
        steps
            How many notches: down, or up where it is negative.

        Raises
        ------
        QvirtError
            As for :meth:`move`.
        """
        if not -_STEPS_AT_MOST <= steps <= _STEPS_AT_MOST:
            raise InvalidDefinition(
                _("{steps} steps of the wheel are too many.").format(steps=steps),
                subject=self.subject,
                next_step=_("{most} are the most at once.").format(most=_STEPS_AT_MOST),
            )
        with self._pointer((x, y)) as pointer:
            _move(pointer, x, y)
            for _step in range(abs(steps)):
                _click(pointer, x, y, _WHEEL[steps < 0])

    def _bit(self, button: str) -> int:
        if button not in _BITS:
            raise InvalidDefinition(
                _("There is no mouse button {button}.").format(button=repr(button)),
                subject=self.subject,
                next_step=_("Use one of these: {names}.").format(names=", ".join(map(repr, _BITS))),
            )
        return _BITS[button]

    @contextlib.contextmanager
    def _pointer(self, *places: tuple[float, float]) -> Iterator[RfbPointer]:
        """Connect to the display, and end it when all has arrived.

        Raises
        ------
        QvirtError
            As for :meth:`move`.
        """
        check_it_hears(self._domain)
        with turn(self._domain), contextlib.ExitStack() as kept:
            try:
                pointer = self._connected(kept)
                self._check(pointer, places)
                yield pointer
                pointer.settle()
            except (DisplayError, OSError) as error:
                raise self._broken(error) from error

    def _connected(self, kept: contextlib.ExitStack) -> RfbPointer:
        """Connect; what it takes is let go with the stack."""
        index, connection = self._display(), self.connection
        if connection.parts.is_remote or connection.needed_credentials:
            pointer = self._signed_in(index, kept)
        else:
            pointer = RfbPointer(self._domain.open_display(index), _PATIENCE)
        kept.callback(pointer.close)
        return pointer

    def _signed_in(self, index: int, kept: contextlib.ExitStack) -> RfbPointer:
        """Connect where libvirt does not vouch for us; a display hangs up on a wrong password."""
        sign_in = DisplaySignIn(self._domain, index)
        while True:
            reached = ReachedDisplay(self._domain, index, credentials=self.connection.credentials)
            kept.callback(reached.close)
            try:
                pointer = RfbPointer(reached.wire, _PATIENCE, reached.greeting, sign_in.next)
            except PasswordRefusedError:
                reached.close()
            else:
                sign_in.was_right()
                return pointer

    def _display(self) -> int:
        displays = self._domain.displays()
        vnc = next((display for display in displays if display.type == "vnc"), None)
        if vnc is None:
            types = ", ".join(display.type.upper() for display in displays)
            raise Unsupported(
                _("Its mouse is reached through a VNC display, and it has {types}.").format(
                    types=types
                )
                if displays
                else _("Its mouse is reached through a VNC display, and it has none."),
                subject=self.subject,
                next_step=_("Give it a VNC display; keys need none."),
            )
        return vnc.index

    def _check(self, pointer: RfbPointer, places: tuple[tuple[float, float], ...]) -> None:
        for x, y in places:
            # "not <=" refuses what is no number too.
            if not (0 <= x < pointer.width and 0 <= y < pointer.height):
                raise InvalidDefinition(
                    _("{x}, {y} is outside the screen of {width} x {height} pixels.").format(
                        x=x, y=y, width=pointer.width, height=pointer.height
                    ),
                    subject=self.subject,
                    next_step=_("Count from 0, from the upper left corner."),
                )
        if pointer.is_absolute:
            return
        inputs = self._domain.document().devices.inputs
        if any(found.type == "tablet" for found in inputs):
            raise Unsupported(
                _("Its guest does not use the tablet that it has, but a mouse without positions."),
                subject=self.subject,
                next_step=_("Wait until it has booted, or install a driver for the tablet in it."),
            )
        raise Unsupported(
            _("Its mouse knows movements only, no positions."),
            subject=self.subject,
            next_step=_("Add an input device of the type tablet, on USB or virtio."),
        )

    def _broken(self, error: Exception) -> OperationFailed:
        if isinstance(error, TimeoutError):
            reason = str(_("It does not answer."))
        else:
            reason = getattr(error, "reason", "") or f"{error}."
        return OperationFailed(
            _("Its display cannot be used. {reason}").format(reason=reason),
            subject=self.subject,
            next_step=_("Look whether its console works, then try again."),
        )

    def __repr__(self) -> str:
        return f"<mouse of {self._domain!r}>"


def _move(pointer: RfbPointer, x: float, y: float, buttons: int = 0) -> None:
    pointer.move(math.floor(x), math.floor(y), buttons)
    time.sleep(_REST)


def _click(pointer: RfbPointer, x: float, y: float, bit: int) -> None:
    _move(pointer, x, y)
    try:
        _move(pointer, x, y, bit)
    finally:
        _move(pointer, x, y)
