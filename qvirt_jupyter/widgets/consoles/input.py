"""What a console's page asks the kernel about keys and the pointer.

The kernel knows the keyboard layouts and how combinations of keys are written, so that a text that
a notebook types and one that is pasted in a console become the same keys.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from qvirt_jupyter import documents
from qvirt_jupyter.documents.parsing import parse_xml
from qvirt_jupyter.hypervisor import QvirtError
from qvirt_jupyter.hypervisor.screen import key_combination, keyboard_layouts

if TYPE_CHECKING:
    from qvirt_jupyter.hypervisor import Domain, EditResult
    from qvirt_jupyter.hypervisor.job import Job
    from qvirt_jupyter.widgets._console_messages import KeysMessage, LayoutMessage


def layout_message(name: str) -> LayoutMessage:
    """Return a keyboard layout for the page, or why there is none.

    Parameters
    ----------
    name
        As :func:`~qvirt_jupyter.hypervisor.screen.keyboard_layouts.layout` takes it.
    """
    try:
        found: dict[str, Any] | None = keyboard_layouts.layout(name).to_json()
    except QvirtError as error:
        return {"kind": "layout", "name": name, "layout": None, "problem": str(error)}
    return {"kind": "layout", "name": name, "layout": found, "problem": ""}


def keys_message(text: str, layout: str) -> KeysMessage:
    """Return the keys of a combination for the page, or what is wrong with it.

    Parameters
    ----------
    text
        What somebody wrote: ``"ctrl-alt-f2"``.
    layout
        The name of the guest's keyboard layout.
    """
    try:
        codes = key_combination.keys_of(text, keyboard_layouts.layout(layout))
    except QvirtError as error:
        return {"kind": "keys", "text": text, "codes": [], "problem": str(error)}
    return {"kind": "keys", "text": text, "codes": list(codes), "problem": ""}


def has_tablet(domain: Domain) -> bool:
    """Whether the machine has a tablet, whose places are those of the pointer on the picture.

    Parameters
    ----------
    domain
        The machine.

    Raises
    ------
    QvirtError
        Its definition cannot be read.
    """
    definition = parse_xml(domain.xml())
    return definition.find("devices/input[@type='tablet']") is not None


def add_tablet(domain: Domain) -> Job[EditResult]:
    """Begin to give the machine a tablet, at once where it runs.

    It is one on USB, for which every system has a driver, or of VirtIO where the machine has no
    USB.

    Parameters
    ----------
    domain
        The machine.

    Raises
    ------
    QvirtError
        Its definition cannot be read.
    """
    definition = parse_xml(domain.xml())
    has_usb = any(
        controller.get("model") != "none"
        for controller in definition.iterfind("devices/controller[@type='usb']")
    )
    bus = "usb" if has_usb else "virtio"
    return domain.submit.attach(documents.Input(type="tablet", bus=bus))
