"""A recording of a real boot: from the firmware to the login, and until the machine stops."""

from __future__ import annotations

import pytest
from in_time import until
from PIL import Image, ImageSequence

from qvirt_jupyter.hypervisor import WrongState
from qvirt_jupyter.hypervisor.screen.picture_search import difference
from qvirt_jupyter.provision import tiny_guest

pytestmark = [pytest.mark.qemu, pytest.mark.slow, pytest.mark.timeout(1200)]

BOOT = 240
"""Seconds for a guest without hardware help on a busy machine."""
SMALL = 500_000
"""Bytes. Its two dozen pictures as they come, uncompressed, are forty times as many."""


@pytest.fixture
def a_guest(a_qemu_connection):
    guest = tiny_guest(disk=None).define(a_qemu_connection, "filmed", accelerator="tcg")
    yield guest
    if guest.is_active:
        guest.destroy()
    guest.undefine()


def test_a_boot_is_recorded_from_its_beginning_to_the_end_of_the_machine(a_guest, tmp_path):
    # It is off, and the recording begins with the machine.
    with a_guest.screen.record(tmp_path / "boot.gif") as recording:
        assert (recording.is_recording, recording.frames) == (True, 0)
        a_guest.start()
        a_guest.wait_for(agent=True, timeout=BOOT)
        until(lambda: recording.frames, 60)
        a_guest.agent.shell("seq -s ' HORSE ' 60 > /dev/tty0", check=True)
        # Nothing changes any more but the cursor, which QEMU lets blink: what is seen last stays.
        a_guest.suspend()
        shown = a_guest.screen.image()
    assert not recording.is_recording
    assert recording.end == ""
    assert 0 < recording.path.stat().st_size < SMALL
    with Image.open(recording.path) as movie:
        assert movie.format == "GIF"
        frames = [frame.convert("RGB") for frame in ImageSequence.Iterator(movie)]
    assert 1 < len(frames) <= recording.frames
    assert all(frame.size == frames[0].size for frame in frames)
    # It is amid a picture that is as large as the largest: that of the firmware.
    x, y = ((frames[-1].size[side] - shown.size[side]) // 2 for side in (0, 1))
    assert difference(frames[-1].crop((x, y, x + shown.width, y + shown.height)), shown) < 0.002
    assert difference(frames[0], frames[-1]) > 0.002
    assert recording._repr_mimebundle_()["image/gif"]


def test_a_recording_ends_with_the_machine_and_is_complete(a_guest, tmp_path):
    a_guest.start()
    recording = a_guest.screen.recorder(tmp_path / "end.gif", every=0.1).start()
    until(lambda: recording.frames, 60)
    a_guest.destroy()
    until(lambda: not recording.is_recording, 60)
    assert recording.end == "It is off and has no picture."
    with Image.open(recording.stop()) as movie:
        assert movie.n_frames >= 1
    # A block in which it never ran has nothing to show, and says so.
    with (
        pytest.raises(
            WrongState, match=r"no picture in the recording\. It was off all the time\. "
        ),
        a_guest.screen.record(tmp_path / "none.gif"),
    ):
        pass
    assert not (tmp_path / "none.gif").exists()
