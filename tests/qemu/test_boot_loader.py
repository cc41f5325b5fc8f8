"""A boot loader by what its screen shows: no system, no agent, no serial port helps."""

from __future__ import annotations

import re
import shutil
import time
from pathlib import Path

import pytest

from qvirt_jupyter.hypervisor import NotShown

pytestmark = [pytest.mark.qemu, pytest.mark.slow, pytest.mark.timeout(1200)]

RESCUE = Path("/usr/lib/grub-rescue/grub-rescue-cdrom.iso")
BOOT = 180
"""Seconds until the menu; twelve where nothing else runs."""
ANSWER = 90
PAUSE = 0.2
"""Seconds between two keys: firmware keeps few, and drawing a line takes long without KVM."""
MACHINE = f"""
<domain type='qemu'>
  <name>loader</name><memory unit='MiB'>64</memory>
  <os><type arch='x86_64' machine='pc'>hvm</type><boot dev='cdrom'/></os>
  <devices>
    <disk type='file' device='cdrom'><source file='{RESCUE}'/><target dev='hda' bus='ide'/></disk>
    <graphics type='vnc'><listen type='none'/></graphics>
    <video><model type='vga'/></video>
  </devices>
</domain>
"""


@pytest.fixture
def a_loader(a_qemu_connection):
    if not RESCUE.is_file():
        pytest.skip("grub-rescue-pc is not installed")
    if shutil.which("tesseract") is None:
        pytest.skip("tesseract is not installed")
    machine = a_qemu_connection.domains.define(MACHINE)
    machine.start()
    yield machine
    machine.destroy()
    machine.undefine()


def see_the_menu(loader):
    """Wait for the menu. It starts an entry after half a minute, unless a key was pressed."""
    end = time.monotonic() + BOOT
    while True:
        loader.keys("home")
        try:
            return loader.screen.wait_for(text="Press enter to boot", timeout=1)
        except NotShown:
            if time.monotonic() > end:
                raise


def enter(loader, line):
    loader.type(f"{line}\n", pause=PAUSE)


def test_what_is_typed_at_the_prompt_of_a_boot_loader_is_done_and_seen(a_loader):
    assert see_the_menu(a_loader).width >= 640
    a_loader.keys("c")
    a_loader.screen.wait_for(text="line editing is supported", timeout=ANSWER)
    # The answer has a word that its command has not: what stands there was not only typed.
    enter(a_loader, "set beast=DONKEY")
    enter(a_loader, "echo HORSE and $beast")
    a_loader.screen.wait_for(text="HORSE and DONKEY", timeout=ANSWER)
    enter(a_loader, "clear")
    a_loader.screen.wait_for(text=re.compile(r"(?s)\A(?!.*HORSE).*grub"), timeout=ANSWER)
    # The line before the last one comes back by two keys, and is done again by a third.
    a_loader.keys("up")
    a_loader.screen.wait_for(text="clear", timeout=ANSWER)
    a_loader.keys("up")
    a_loader.screen.wait_for(text="echo HORSE", timeout=ANSWER)
    a_loader.keys("enter")
    a_loader.screen.wait_for(text="HORSE and DONKEY", timeout=ANSWER)
    enter(a_loader, "zebra")
    a_loader.screen.wait_for(text="find command", timeout=ANSWER)
