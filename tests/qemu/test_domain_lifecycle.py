"""What the test driver cannot show of a machine's life: real QEMU, without a disk, by TCG."""

from __future__ import annotations

import contextlib
import os
import threading
import time
from pathlib import Path

import pytest

from qvirt_jupyter.hypervisor import (
    Action,
    DomainState,
    JobState,
    OperationCancelled,
    OperationFailed,
    RestoreFailed,
    WrongState,
    action_log,
)

pytestmark = pytest.mark.qemu

ODD_NAME = "a'b\"<c> & ü"
DEFINITION = """
<domain type='qemu'>
  <name>{name}</name>
  <memory unit='MiB'>{memory}</memory>
  <os><type arch='x86_64' machine='pc'>hvm</type>{boot}</os>
  <features><acpi/></features>
  <devices>
    <graphics type='vnc'><listen type='none'/></graphics>
    <video><model type='vga'/></video>
    <channel type='unix'><target type='virtio' name='org.qemu.guest_agent.0'/></channel>
  </devices>
</domain>
"""


@pytest.fixture
def a_machine(a_qemu_connection):
    """A machine without a disk: its firmware runs, and nothing else."""
    yield from make_machine(a_qemu_connection)


def make_machine(connection, memory=64, boot=""):
    text = DEFINITION.format(name="firmware", memory=memory, boot=boot)
    machine = connection.domains.define(text)
    yield machine
    if machine.state.is_active:
        machine.destroy()
    machine.undefine()


def test_start_paused_and_resume(a_machine):
    a_machine.start(paused=True)
    assert a_machine.state is DomainState.PAUSED
    assert a_machine.reason == "paused by a user"
    with pytest.raises(WrongState, match="paused, not off"):
        a_machine.start()
    a_machine.resume()
    assert a_machine.state is DomainState.RUNNING


def test_every_way_to_ask_the_guest(a_machine):
    a_machine.start()
    # The firmware does not listen to the power button: asked is all that it is.
    a_machine.shutdown("acpi")
    a_machine.reboot("acpi")
    a_machine.reset()
    for ask in (a_machine.shutdown, a_machine.reboot):
        with pytest.raises(OperationFailed, match="guest agent does not answer"):
            ask("agent")
    assert a_machine.state is DomainState.RUNNING


def test_a_paused_machine_cannot_hear(a_machine):
    a_machine.start(paused=True)
    with pytest.raises(WrongState, match="Resume it first, or force it off") as caught:
        a_machine.shutdown()
    assert caught.value.code is not None


def test_graceful_force_off(a_machine):
    a_machine.start()
    a_machine.destroy(graceful=True)
    assert a_machine.state is DomainState.SHUTOFF
    assert a_machine.reason == "forced off"
    with pytest.raises(WrongState, match="shut off already"):
        a_machine.destroy(graceful=True)


def test_libvirts_own_answer_where_the_state_moved_on(a_machine):
    a_machine.start()
    with pytest.raises(WrongState, match="already running") as caught:
        a_machine._start(paused=False)
    assert caught.value.code is not None


def test_save_to_a_file_and_bring_it_back(a_machine, tmp_path):
    a_machine.start()
    file = tmp_path / "memory of <firmware>"
    a_machine.save(str(file))
    assert a_machine.state is DomainState.SHUTOFF
    a_machine.connection.restore_file(str(file))
    assert a_machine.state is DomainState.RUNNING
    assert a_machine.reason == "restored from a saved state"


def test_managed_save_and_restore(a_machine):
    a_machine.start()
    a_machine.managed_save()
    assert a_machine.state is DomainState.SAVED
    for action in (Action.RENAME, Action.SUSPEND, Action.MANAGED_SAVE):
        assert a_machine.refusal(action) is not None
    a_machine.restore()
    assert a_machine.state is DomainState.RUNNING
    assert a_machine.reason == "restored from a saved state"


def test_a_restore_paused(a_machine):
    a_machine.start()
    a_machine.managed_save()
    a_machine.start(paused=True)
    assert a_machine.state is DomainState.PAUSED


def test_a_restore_that_fails_offers_to_drop_the_saved_state(a_machine, a_saved_states_folder):
    a_machine.start()
    a_machine.managed_save()
    image = a_saved_states_folder / "firmware.save"
    with image.open("r+b") as file:
        file.write(b"nonsense" * 2)
    for restore in (a_machine.restore, a_machine.start):
        with pytest.raises(RestoreFailed, match="drop the saved state") as caught:
            restore()
        assert caught.value.code is not None
        assert a_machine.state is DomainState.SAVED
    a_machine.drop_saved_state()
    a_machine.start()
    assert a_machine.state is DomainState.RUNNING
    assert a_machine.reason == "booted"


@pytest.fixture
def a_machine_full_of_noise(a_qemu_connection, tmp_path):
    """A machine whose memory does not compress: it takes a while to save."""
    kernels = sorted(Path("/boot").glob("vmlinuz-*"))
    if not kernels:
        pytest.skip("There is no kernel in /boot to load a file into a guest's memory with.")
    noise = tmp_path / "noise"
    noise.write_bytes(os.urandom(64 * 1024**2))
    noise.chmod(0o644)
    boot = f"<kernel>{kernels[-1]}</kernel><initrd>{noise}</initrd>"
    yield from make_machine(a_qemu_connection, memory=192, boot=boot)


@contextlib.contextmanager
def slow_file(path):
    """A file that takes what is written to it, but slowly."""
    os.mkfifo(path, 0o666)
    descriptor = os.open(path, os.O_RDWR | os.O_NONBLOCK)
    ended = threading.Event()

    def read():
        while not ended.wait(0.002):
            with contextlib.suppress(BlockingIOError):
                os.read(descriptor, 8 * 1024)

    reader = threading.Thread(target=read)
    reader.start()
    try:
        yield path
    finally:
        ended.set()
        reader.join()
        os.close(descriptor)


def wait_for(condition, seconds=180):
    end = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < end, "it did not happen in time"
        time.sleep(0.1)


def test_saving_has_progress_and_can_be_cancelled(a_machine_full_of_noise, tmp_path):
    machine = a_machine_full_of_noise
    machine.start()
    # 64 MiB of noise are in QEMU's memory, and once more when the firmware has loaded them; the
    # rest of QEMU takes some 60 MiB.
    wait_for(lambda: machine._call(lambda domain: domain.memoryStats())["rss"] > 160 * 1024)
    with slow_file(tmp_path / "slow") as path:
        job = machine.submit.save(str(path))
        wait_for(lambda: job.progress)
        assert job.phase == "Writing memory"
        assert 0 < job.progress < 1
        assert machine.state is DomainState.PAUSED
        assert machine.reason == "while its memory is saved"
        assert job.can_cancel
        assert job.cancel()
        with pytest.raises(OperationCancelled):
            job.result(60)
    assert job.state is JobState.CANCELLED
    assert action_log.entries[-1].outcome is JobState.CANCELLED
    assert machine.state is DomainState.RUNNING
    assert machine.reason == "saving was cancelled"


def test_names_are_data(a_machine):
    a_machine.set_autostart(True)
    a_machine.rename(ODD_NAME)
    assert a_machine.name == ODD_NAME
    assert a_machine.autostart
    # It becomes part of command lines and file names: QEMU starts, saves and restores it.
    a_machine.start()
    assert a_machine.screenshot().width > 0
    a_machine.managed_save()
    a_machine.restore()
    assert a_machine.state is DomainState.RUNNING
    a_machine.set_tags(["<tag> & 'more'"])
    assert a_machine.tags == ("<tag> & 'more'",)
    assert a_machine.document(inactive=True).metadata.tags == ("<tag> & 'more'",)
    a_machine.destroy()
    a_machine.rename("plain")
    assert a_machine.name == "plain"


def test_an_edit_of_a_running_machine_waits_for_its_next_start(a_machine):
    a_machine.start()
    edit = a_machine.edit()
    with edit as definition:
        definition.vcpus = 2
    assert edit.result.waits_for_start
    assert a_machine.document().vcpus == 1
    assert a_machine.document(inactive=True).vcpus == 2


def test_undefine_takes_the_saved_state_along(a_qemu_connection, a_saved_states_folder):
    text = DEFINITION.format(name="gone", memory=64, boot="")
    machine = a_qemu_connection.domains.define(text)
    machine.start()
    machine.managed_save()
    assert (a_saved_states_folder / "gone.save").exists()
    machine.undefine()
    assert not (a_saved_states_folder / "gone.save").exists()
    assert "gone" not in a_qemu_connection.domains


def test_a_screenshot_of_the_firmware(a_machine):
    a_machine.start()
    picture = a_machine.screenshot()
    assert picture.png.startswith(b"\x89PNG")
    assert min(picture.width, picture.height) > 100


def test_nobody_knows_the_addresses_of_a_machine_without_network(a_machine):
    a_machine.start()
    assert a_machine.addresses() == ()
    with pytest.raises(OperationFailed, match="guest agent"):
        a_machine.addresses("agent")


def test_a_display_without_a_port(a_machine):
    a_machine.start()
    (display,) = a_machine.displays()
    assert (display.type, display.listen, display.port) == ("vnc", "none", None)
