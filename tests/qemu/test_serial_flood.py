"""A console that says 32 MiB at once, faster than anybody listens."""

from __future__ import annotations

import threading

import a_fast_console
import a_machine_with_consoles
import pytest
from a_fast_console import END

from qvirt_jupyter.hypervisor.serial.scrollback import LINES, SIZE
from qvirt_jupyter.hypervisor.serial.stream import SerialStream

pytestmark = [pytest.mark.qemu, pytest.mark.slow, pytest.mark.timeout(1200)]
MEBIBYTES = 32


class Counter:
    """Counts what comes and what is lost; it may be told to sleep."""

    def __init__(self, *, sleeps):
        self.may = threading.Event()
        if not sleeps:
            self.may.set()
        self.came = self.lost = 0
        self.tail = b""

    def take(self, data):
        assert self.may.wait(200)
        self.came += len(data)
        self.tail = (self.tail + data)[-len(END) :]

    def lose(self, number):
        self.lost += number


def test_nothing_grows_and_who_sleeps_is_told_what_they_missed(
    a_qemu_connection, a_shelf, tmp_path, monkeypatch, wait_until
):
    said = a_fast_console.contents(MEBIBYTES)
    path = tmp_path / "shelf" / "said.raw"
    path.write_bytes(said)
    a_shelf.refresh()
    console = a_fast_console.FastConsole(path)
    monkeypatch.setattr(SerialStream, "open", console.open)
    tmp_path.chmod(0o777)
    machine = a_machine_with_consoles.define(a_qemu_connection, "loud", tmp_path)
    line = machine.serial
    awake, asleep = Counter(sleeps=False), Counter(sleeps=True)
    try:
        machine.start(paused=True)
        with (
            line.listen(awake.take, on_loss=awake.lose),
            line.listen(asleep.take, on_loss=asleep.lose),
        ):
            line.open()
            # The one that sleeps keeps nobody waiting.
            wait_until(lambda: awake.tail == END, 120)
            assert awake.came + awake.lost == len(said)
            assert len(line.scrollback) <= SIZE
            assert len(line.scrollback.splitlines()) == LINES
            assert asleep.came == 0
            asleep.may.set()
            wait_until(lambda: asleep.tail == END, 120)
            assert asleep.came + asleep.lost == len(said)
            assert 0 < asleep.came < 2 * SIZE
        # What ended is opened again, now as it is.
        wait_until(lambda: line.is_open and console.is_told)
    finally:
        line.close()
        machine.destroy()
        machine.undefine()
