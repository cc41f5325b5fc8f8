"""What a test sees of a manager's list, and how it presses there."""

from __future__ import annotations

import time

from qvirt_jupyter.hypervisor import publisher


def wait_for(condition, seconds=180.0):
    """Return what the condition returns once that is true, else what it returns at the end."""
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        publisher.flush()
        if found := condition():
            return found
        time.sleep(0.02)
    return condition()


def domains(panel):
    return panel._list._rows.domains


def connection_rows(panel):
    return panel._list._rows.connections


def act(panel, name, *keys, client="window-1"):
    """Do what a menu entry of the list does."""
    panel._list._receive(
        {
            "kind": "action",
            "action": name,
            "rows": [panel._list._rows.known(key) for key in keys],
            "client": client,
        }
    )


def press_bar(panel, name):
    """Press a button of the bar above the list."""
    (button,) = (each for each in panel._bar.children if f"qvirt-bar-{name}" in each._dom_classes)
    button.click()
