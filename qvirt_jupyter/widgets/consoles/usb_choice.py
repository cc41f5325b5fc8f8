"""Which USB devices of its host a machine has: asked in a small dialog, from the console's tab."""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING, Final

import ipywidgets

from qvirt_jupyter._translation import _
from qvirt_jupyter.hypervisor import QvirtError, publisher
from qvirt_jupyter.hypervisor.host.device_names import with_users
from qvirt_jupyter.widgets.notices import Notice
from qvirt_jupyter.widgets.questions import Question, QuestionField

if TYPE_CHECKING:
    from collections.abc import Iterable

    from qvirt_jupyter.hypervisor import Domain, EditResult
    from qvirt_jupyter.hypervisor.host.usb_devices import HostUsbDevice
    from qvirt_jupyter.widgets.notices import NoticeBoard
    from qvirt_jupyter.widgets.questions import Answer, QuestionBoard

_SET: Final = "true"


class UsbChoice:
    """Asks which devices a machine is to have, and sees to it.

    Parameters
    ----------
    domain
        The machine.
    questions
        Where it is asked.
    notices
        Where it is said what came of it.
    """

    def __init__(self, domain: Domain, questions: QuestionBoard, notices: NoticeBoard) -> None:
        self._domain = domain
        self._questions = questions
        self._notices = notices
        self._about = f"usb-{id(self)}"

    def button(self) -> ipywidgets.Button:
        """Return a button that opens the dialog."""
        button = ipywidgets.Button(
            description=str(_("USB devices…")),
            tooltip=str(_("Give the guest USB devices of its host, or take them back")),
        )
        button.add_class("qvirt-usb-button")
        button.on_click(lambda _button: self.open())
        return button

    def open(self) -> None:
        """Look for the devices and ask; returns at once."""
        if not self._questions.has_about(self._about):
            threading.Thread(target=self._look, name="qvirt-usb", daemon=True).start()

    def _look(self) -> None:
        machine = self._domain
        try:
            devices = tuple(machine.usb)
            waits = machine.usb.waits_because
            active = {each.name for each in machine.connection.domains if each.is_active}
        except QvirtError as error:
            self._notices.put_error(_("USB devices"), error)
            return
        question = self._question(devices, waits, active)
        publisher.post(
            (self._about, "ask"),
            lambda: self._questions.ask(question, lambda answer: self._take(answer, devices)),
        )

    def _question(
        self, devices: tuple[HostUsbDevice, ...], waits: str, active: Iterable[str]
    ) -> Question:
        machine = self._domain
        title = _("USB devices for {name}").format(name=machine.subject.name)
        if not devices:
            return Question(
                title,
                _("{host} has no USB device that guests can be given. Plug one into it.").format(
                    host=machine.connection.label
                ),
                _("Look again"),
                no=_("Close"),
                about=self._about,
            )
        text = _("What is ticked is the guest's, and not the host's as long as it has it.")
        if waits:
            text = _("{text} {waits} What is ticked is there from its next start on.").format(
                text=text, waits=waits
            )
        return Question(
            title,
            text,
            _("Apply"),
            fields=tuple(self._field(device, frozenset(active)) for device in devices),
            about=self._about,
        )

    def _field(self, device: HostUsbDevice, active: frozenset[str]) -> QuestionField:
        others = [user for user in device.users if user != self._domain.subject.name]
        holders = [user for user in others if user in active]
        reason: object = ""
        if self._domain.connection.read_only:
            reason = _("The connection is read-only.")
        elif holders and not device.is_here:
            reason = _("{names} has it and runs: detach it there first.").format(
                names=", ".join(holders)
            )
        return QuestionField(
            device.name,
            with_users(device.label, others),
            check=True,
            value=_SET if device.is_here else "",
            reason=str(reason),
        )

    def _take(self, answer: Answer | None, devices: tuple[HostUsbDevice, ...]) -> None:
        if answer is None:
            return
        if not devices:
            self.open()
            return
        wanted = {name for name, value in answer.values.items() if value == _SET}
        changed = tuple(each for each in devices if each.is_here is not (each.name in wanted))
        threading.Thread(target=self._apply, args=(changed,), name="qvirt-usb", daemon=True).start()

    def _apply(self, changed: tuple[HostUsbDevice, ...]) -> None:
        usb = self._domain.usb
        # What is taken away may free the place that another needs.
        for device in sorted(changed, key=lambda each: not each.is_here):
            try:
                is_active = self._domain.is_active
                result = usb.detach(device) if device.is_here else usb.attach(device)
            except QvirtError as error:
                self._notices.put_error(device.label, error)
            else:
                self._notices.put(_notice(device, result, is_active=is_active))


def _notice(device: HostUsbDevice, result: EditResult, *, is_active: bool) -> Notice:
    """Return what is said of a change."""
    is_now = all(effect.when == "now" for effect in result.effects)
    if not is_active:
        text = _("It is taken back.") if device.is_here else _("The guest has it when it starts.")
    elif device.is_here:
        text = (
            _("The host has it again.")
            if is_now
            else _("The guest has not let go of it yet, or keeps it until it stops.")
        )
    else:
        text = _("The guest has it now.") if is_now else _("The guest has it from its next start.")
    return Notice(f"usb-{device.name}", "success" if is_now else "info", device.label, text)
