"""What a guest itself sees, told by its agent."""

from __future__ import annotations

import base64
import json
import time

import libvirt_qemu
from in_time import until


def ask_agent(guest, **command):
    """Send the agent a command and return its answer."""
    text = guest.connection.call(
        lambda c: libvirt_qemu.qemuAgentCommand(
            c.lookupByUUIDString(guest.uuid), json.dumps(command), 60, 0
        )
    )
    return json.loads(text)["return"]


def run_inside(guest, script, seconds=180):
    """Run a script in the guest and return what it prints."""
    started = ask_agent(
        guest,
        execute="guest-exec",
        arguments={"path": "/bin/sh", "arg": ["-c", script], "capture-output": True},
    )
    end = time.monotonic() + seconds
    while not (status := ask_agent(guest, execute="guest-exec-status", arguments=started))[
        "exited"
    ]:
        assert time.monotonic() < end, f"{script}: not within {seconds} seconds"
        time.sleep(0.1)
    return "".join(
        base64.b64decode(status.get(key, "")).decode() for key in ("out-data", "err-data")
    )


def log_in_at_the_screen(guest, press=None):
    """Log in at the first console of a tiny guest, by its keyboard.

    Who asks for the name may have begun and not listen yet: then it is typed again.

    Parameters
    ----------
    guest
        The guest, whose agent answers.
    press
        Types a text; the guest's own method unless it is given.
    """
    press = press or guest.type
    until(lambda: "getty" in run_inside(guest, "ps | grep [t]ty1"))
    for _attempt in range(5):
        press("root\n")
        end = time.monotonic() + 30
        while time.monotonic() < end:
            if "-sh" in run_inside(guest, "ps"):
                return
            time.sleep(0.3)
    raise AssertionError("nobody could log in at the screen")


def keep_events_of_the_tablet(guest):
    """Have what the guest's kernel gets of its tablet written into ``/tmp/events``, from now on."""
    run_inside(
        guest,
        "device=$(grep -l 'Virtio Tablet' /sys/class/input/event*/device/name);"
        "device=/dev/input/$(basename $(dirname $(dirname $device)));"
        "cat $device > /tmp/events < /dev/null 2> /dev/null & "
        # What comes before it is open is nobody's.
        "until ls -l /proc/$!/fd | grep -q $device; do sleep 0.1; done",
    )
