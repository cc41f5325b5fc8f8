"""The screen of a real guest: what is typed shows, and a script waits for it."""

from __future__ import annotations

import re
import shutil

import pytest
from in_time import until

from qvirt_jupyter.hypervisor import NotShown, ScreenGone, Unsupported
from qvirt_jupyter.provision import tiny_guest

pytestmark = [pytest.mark.qemu, pytest.mark.slow, pytest.mark.timeout(1200)]

BOOT = 240
"""Seconds for a guest without hardware help on a busy machine."""
MUTE = """
<domain type='qemu'><name>mute</name><memory unit='MiB'>32</memory>
<os><type arch='x86_64' machine='pc'>hvm</type></os></domain>
"""
needs_tesseract = pytest.mark.skipif(
    shutil.which("tesseract") is None, reason="tesseract is not installed"
)


@pytest.fixture
def a_guest(a_qemu_connection):
    guest = tiny_guest(disk=None).define(a_qemu_connection, "shown", accelerator="tcg")
    guest.start()
    yield guest
    if guest.is_active:
        guest.destroy()
    guest.undefine()


@needs_tesseract
def test_a_login_by_what_the_screen_shows(a_guest):
    # From the first picture of the firmware to a command's answer, with no other channel.
    a_guest.screen.wait_for(text="login:", timeout=BOOT)
    a_guest.type("root\n")
    a_guest.screen.wait_for(text=re.compile(r"root.*#\s*$"), timeout=60)
    before = a_guest.screen.picture()
    a_guest.type("clear; echo; for i in 1 2 3; do echo HORSE and DONKEY; done\n")
    shown = a_guest.screen.wait_for(changed=before, timeout=60)
    assert shown.png != before.png
    a_guest.screen.wait_for(text="HORSE and DONKEY", timeout=60)
    # What is typed has it, too: the answer is several lines.
    until(lambda: len(re.findall("HORSE and", a_guest.screen.text())) >= 3)
    # A part of what is there now is found again, and gone when the screen is cleared.
    part = a_guest.screen.image().crop((0, 16, 160, 48))
    place = a_guest.screen.find(part)
    assert (place.x, place.y % 16) == (0, 0)
    before = a_guest.screen.picture()
    a_guest.type("clear\n")
    a_guest.screen.wait_for(changed=before, share=0.002, timeout=60)
    with pytest.raises(NotShown, match="of its pixels agree") as caught:
        a_guest.screen.wait_for(image=part, timeout=1)
    assert caught.value.picture.width == a_guest.screen.size[0]
    # The machine stops under somebody who waits.
    job = a_guest.screen.submit.wait_for(text="never shown", timeout=BOOT)
    a_guest.type("poweroff\n")
    with pytest.raises(ScreenGone) as stopped:
        job.result(BOOT)
    assert stopped.value.picture is not None


def test_a_machine_without_a_video_device(a_qemu_connection):
    machine = a_qemu_connection.domains.define(MUTE)
    machine.start()
    try:
        with pytest.raises(Unsupported, match="no video device") as caught:
            machine.screen.picture()
        assert "serial console" in caught.value.next_step
        assert "no video device" in machine.screen._repr_mimebundle_()["text/plain"]
    finally:
        machine.destroy()
        machine.undefine()
