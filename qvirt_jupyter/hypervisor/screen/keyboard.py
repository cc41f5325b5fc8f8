"""A virtual machine's keyboard: texts and key combinations typed into its guest."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Final

import libvirt

from qvirt_jupyter._translation import _
from qvirt_jupyter.hypervisor.actions import action
from qvirt_jupyter.hypervisor.domain_handle import DomainHandle
from qvirt_jupyter.hypervisor.errors import (
    ConnectionLost,
    InvalidDefinition,
    OperationCancelled,
    OperationFailed,
    QvirtError,
)
from qvirt_jupyter.hypervisor.guest.ears import check_it_hears, turn
from qvirt_jupyter.hypervisor.job import current_job
from qvirt_jupyter.hypervisor.screen.key_codes import LINUX_CODES
from qvirt_jupyter.hypervisor.screen.key_combination import keys_of
from qvirt_jupyter.hypervisor.screen.keyboard_layouts import KeyStroke
from qvirt_jupyter.hypervisor.screen.keyboard_layouts import layout as layout_of

if TYPE_CHECKING:
    from collections.abc import Sequence

_HOLD: Final = 0.02
"""Seconds between a key's way down and its way up; QEMU keeps this time by itself.

A guest repeats a key that is held for a quarter of a second (Linux), so this is far below.
"""

_PAUSE: Final = 0.04
"""Seconds after each stroke. A PS/2 keyboard of QEMU keeps 16 bytes, which is five strokes."""

_PAUSE_AT_MOST: Final = 60.0


class Keyboard(DomainHandle):
    """The part of a virtual machine that types into its guest.

    Keys go by ``virDomainSendKey``: no display is needed, and no viewer is in the way.
    https://libvirt.org/html/libvirt-libvirt-domain.html#virDomainSendKey
    """

    @action(
        _("Type into {name}"), secrets=("text",), cancel=lambda _vm: lambda: None, own_thread=True
    )
    def type(self, text: str, *, layout: str = "us", pause: float = _PAUSE) -> None:
        r"""Type a text into the guest, key by key; ``"\n"`` is Enter, ``"\t"`` is Tab.

        What is typed is not in the log of actions: it may be a password.

        Parameters
        ----------
        text
            What to type.
        layout
            The keyboard layout that the guest uses, such as ``"de"`` or ``"us-intl"``:
            :func:`qvirt_jupyter.hypervisor.layout_names` has all.
        pause
            Seconds between two keys, for a guest that is slower than usual. A busy host makes it
            longer by itself.

        Raises
        ------
        InvalidDefinition
            That is no text, the layout lacks some of the characters, or there is no such layout;
            nothing was typed.
        WrongState
            It does not run.
        OperationCancelled
            The job was cancelled; what was typed until then stays.
        OperationFailed
            It ended while the text was typed; the error says how far that was.
        """
        if not 0 <= pause <= _PAUSE_AT_MOST:
            raise InvalidDefinition(
                _("A pause of {pause} seconds is not possible.").format(pause=pause),
                subject=self.subject,
                next_step=_("Give a number from 0 to {most}.").format(most=int(_PAUSE_AT_MOST)),
            )
        if not isinstance(text, str):
            raise InvalidDefinition(
                _("{given} cannot be typed.").format(given=repr(text)),
                subject=self.subject,
                next_step=_("Give a text, in which '\\n' is the Enter key."),
            )
        try:
            strokes = layout_of(layout).strokes_of(text)
        except InvalidDefinition as error:
            raise _about(error, self) from None
        check_it_hears(self)
        with turn(self):
            self._play(strokes, pause)

    @action(_("Press keys in {name}"), cancel=lambda _vm: lambda: None, own_thread=True)
    def keys(self, *combinations: str, layout: str = "us", hold: float = _HOLD) -> None:
        """Press key combinations in the guest, one after the other: ``vm.keys("ctrl-alt-f2")``.

        Parameters
        ----------
        *combinations
            Names of keys with "-" or "+" between them, in upper or lower case: ``"ctrl-alt-del"``,
            ``"Shift+F10"``, ``"super"``, ``"alt-sysrq-b"``. A character is the key that writes it
            in the layout.
        layout
            The keyboard layout that the guest uses.
        hold
            Seconds for which the keys are held.

        Raises
        ------
        InvalidDefinition
            There is none, or one is not written in this way; the error says which part and what
            was perhaps meant. Nothing was pressed.
        WrongState
            It does not run.
        """
        if not 0 < hold <= _PAUSE_AT_MOST:
            raise InvalidDefinition(
                _("Keys cannot be held for {hold} seconds.").format(hold=hold),
                subject=self.subject,
                next_step=_("Give a number above 0, at most {most}.").format(
                    most=int(_PAUSE_AT_MOST)
                ),
            )
        if not combinations or not all(isinstance(one, str) for one in combinations):
            raise InvalidDefinition(
                _("No key combination was named.")
                if not combinations
                else _("A key combination is a text."),
                subject=self.subject,
                next_step=_("Name them one by one: vm.keys('ctrl-alt-f2', 'enter')."),
            )
        try:
            found = layout_of(layout)
            pressed = [keys_of(combination, found) for combination in combinations]
        except InvalidDefinition as error:
            raise _about(error, self) from None
        check_it_hears(self)
        with turn(self):
            self._play([KeyStroke(keys[-1], keys[:-1]) for keys in pressed], _PAUSE, hold)

    def _play(self, strokes: Sequence[KeyStroke], pause: float, hold: float = _HOLD) -> None:
        job = current_job()
        for number, stroke in enumerate(strokes):
            if job is not None:
                job.check_cancelled()
            begun = time.monotonic()
            try:
                self._press(stroke, hold)
            except (ConnectionLost, OperationCancelled):
                raise
            except QvirtError as error:
                if number == 0:
                    raise
                raise OperationFailed(
                    _("It took {count} of {all} key strokes. {reason}").format(
                        count=number, all=len(strokes), reason=error.reason
                    ),
                    subject=self.subject,
                    next_step=error.next_step,
                    code=error.code,
                    details=error.details,
                ) from error
            if job is not None:
                job.report(progress=(number + 1) / len(strokes))
            # QEMU lets the time pass once for each key on its way down and up. A host that takes
            # long to answer gives its guest little time too.
            answered = time.monotonic() - begun
            time.sleep(2 * len(stroke.keys) * hold + max(pause, answered))

    def _press(self, stroke: KeyStroke, hold: float) -> None:
        codes = [LINUX_CODES[key] for key in stroke.keys]
        self._call(
            lambda domain: domain.sendKey(
                libvirt.VIR_KEYCODE_SET_LINUX, max(1, round(hold * 1000)), codes, len(codes), 0
            )
        )


def _about(error: InvalidDefinition, machine: DomainHandle) -> InvalidDefinition:
    return InvalidDefinition(error.reason, subject=machine.subject, next_step=error.next_step)
