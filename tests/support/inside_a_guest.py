"""What a guest itself sees, told by its agent."""

from __future__ import annotations

import base64
import json
import time

import libvirt_qemu


def ask_agent(guest, **command):
    """Send the agent a command and return its answer."""
    text = guest.connection.call(
        lambda c: libvirt_qemu.qemuAgentCommand(
            c.lookupByUUIDString(guest.uuid), json.dumps(command), 30, 0
        )
    )
    return json.loads(text)["return"]


def run_inside(guest, script, seconds=60):
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
