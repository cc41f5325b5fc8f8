"""The screen of machines of the test driver, which shows one and the same picture for ever."""

from __future__ import annotations

import io
import re

import nbformat
import pytest
from nbclient import NotebookClient
from PIL import Image

from qvirt_jupyter.hypervisor import (
    InvalidDefinition,
    JobState,
    NotShown,
    OperationCancelled,
    OperationFailed,
    QvirtError,
    ScreenGone,
    TimedOut,
    WrongState,
)
from qvirt_jupyter.hypervisor.screen import screenshot


@pytest.fixture
def a_machine(a_connection):
    return a_connection.domains["running"]


@pytest.fixture
def a_screen(a_machine):
    return a_machine.screen


def test_a_picture(a_screen, tmp_path):
    picture = a_screen.picture()
    assert a_screen.size == (picture.width, picture.height) == a_screen.image().size
    assert a_screen.png() == picture.png
    assert Image.open(io.BytesIO(picture.png)).format == "PNG"
    assert picture.save(tmp_path / "now.png").read_bytes() == picture.png


def test_a_cell_shows_the_picture_now(a_screen):
    bundle = a_screen._repr_mimebundle_()
    assert bundle["image/png"] == a_screen.png()
    width, height = a_screen.size
    assert re.fullmatch(
        rf"running, {width}x{height}, \d{{4}}-\d\d-\d\d [\d:]{{8}}", bundle["text/plain"]
    )
    assert "screen of <Domain 'running'" in repr(a_screen)


def test_a_cell_says_why_there_is_no_picture(a_connection):
    bundle = a_connection.domains["shutoff"].screen._repr_mimebundle_()
    assert bundle == {"text/plain": "shutoff: It is off and has no picture. Start it first."}


def test_a_part_is_found(a_screen, tmp_path):
    image = a_screen.image()
    box = (image.width // 3, image.height // 3, image.width // 3 + 120, image.height // 3 + 90)
    path = tmp_path / "part.png"
    image.crop(box).save(path)
    place = a_screen.find(path)
    assert (
        image.crop((place.x, place.y, place.x + 120, place.y + 90)).tobytes()
        == image.crop(box).tobytes()
    )
    assert a_screen.wait_for(image=path, timeout=30).png == a_screen.png()
    # Within a region, and still counted from the screen's corner.
    region = (box[0] - 10, box[1] - 5, 200, 150)
    assert a_screen.find(image.crop(box), region=region).x >= box[0] - 10
    assert a_screen.find(Image.effect_noise((40, 40), 90)) is None


def test_a_screen_that_differs_from_an_earlier_picture(a_screen):
    earlier = Image.new("RGB", a_screen.size, "red")
    assert a_screen.wait_for(changed=earlier, timeout=0).png == a_screen.png()


@pytest.mark.parametrize(
    ("wanted", "what", "seen"),
    [
        ({"changed": True}, "another picture on the screen", "0.00% of its pixels have changed"),
        (
            {"image": Image.effect_noise((40, 30), 90)},
            "a picture of 40x30 pixels on the screen",
            "the part most like it is at",
        ),
        (
            {"image": Image.new("RGB", (9000, 9))},
            "a picture of 9000x9 pixels on the screen",
            "what is looked for is larger than",
        ),
    ],
)
def test_a_wait_in_vain_says_what_was_seen(a_screen, wanted, what, seen):
    with pytest.raises(NotShown) as caught:
        a_screen.wait_for(**wanted, timeout=0)
    error = caught.value
    assert isinstance(error, TimedOut)
    assert error.waited_for == what
    assert seen in error.last_seen
    assert error.last_seen in error.reason
    assert error.picture.png == a_screen.png()


def test_a_paused_machine_is_said_to_stand_still(a_connection):
    with pytest.raises(NotShown, match="the machine is paused") as caught:
        a_connection.domains["paused"].screen.wait_for(changed=True, timeout=0)
    assert caught.value.next_step == "Resume it."


def test_a_blank_part_is_said_to_be_blank(a_screen, monkeypatch):
    picture = a_screen.picture()
    blank = io.BytesIO()
    Image.new("RGB", a_screen.size, "black").save(blank, "PNG")
    shown = type(picture)(blank.getvalue(), picture.width, picture.height, picture.name)
    monkeypatch.setattr(type(a_screen), "picture", lambda _screen: shown)
    with pytest.raises(NotShown, match="blank") as caught:
        a_screen.wait_for(image=Image.effect_noise((40, 30), 90), timeout=0)
    assert "a key wakes it" in caught.value.next_step


@pytest.mark.parametrize("state", ["shutoff", "saved"])
def test_a_machine_that_is_off(a_connection, state):
    with pytest.raises(WrongState, match="off and has no picture") as caught:
        a_connection.domains[state].screen.wait_for(changed=True)
    assert not isinstance(caught.value, ScreenGone)


def test_a_machine_that_stops_while_its_picture_is_taken(a_machine, a_screen, monkeypatch):
    def take(*_arguments):
        a_machine.destroy()
        # In the words of a driver that waited for its hypervisor.
        raise OperationFailed("Operation failed: domain is no longer running.")

    monkeypatch.setattr(screenshot, "take", take)
    with pytest.raises(WrongState, match="off and has no picture"):
        a_screen.picture()


def test_a_machine_that_stops_meanwhile(a_machine, a_screen, wait_until_seen):
    job = a_screen.submit.wait_for(changed=True, timeout=60)
    wait_until_seen(job)
    before = a_screen.png()
    a_machine.destroy()
    with pytest.raises(ScreenGone, match="stopped while its screen was looked at") as caught:
        job.result(30)
    assert caught.value.picture.png == before


def test_a_wait_can_be_stopped(a_screen, wait_until_seen):
    job = a_screen.submit.wait_for(changed=True, timeout=60)
    wait_until_seen(job)
    assert job.cancel()
    with pytest.raises(OperationCancelled):
        job.result(30)
    assert job.state is JobState.CANCELLED


@pytest.fixture
def wait_until_seen():
    """Wait until a job has looked once."""

    def wait(job):
        for _number in range(600):
            if "pixels have changed" in job.phase:
                return
            with pytest.raises(TimeoutError):
                job.result(0.05)
        pytest.fail(f"{job} did not look")

    return wait


@pytest.mark.parametrize(
    ("wanted", "words"),
    [
        ({}, "one thing at a time"),
        ({"changed": True, "text": "x"}, "one thing at a time"),
        ({"image": "/nowhere.png"}, "There is no file /nowhere.png here"),
        ({"image": b"GIF?"}, "bytes is not a picture"),
        ({"changed": True, "timeout": -1}, "out of range"),
        ({"changed": True, "share": 1}, "out of range"),
        ({"changed": True, "region": (0, 0, 99999, 1)}, "not within the screen"),
        ({"changed": True, "region": (5, 5, 0, 1)}, "not within the screen"),
    ],
)
def test_what_cannot_be_waited_for(a_screen, wanted, words):
    with pytest.raises(InvalidDefinition, match=words):
        a_screen.wait_for(**wanted)


def test_a_notebook_shows_the_last_picture_above_the_error(a_driver_file):
    notebook = nbformat.v4.new_notebook(
        cells=[
            nbformat.v4.new_code_cell(
                "import qvirt_jupyter\n"
                f"vm = qvirt_jupyter.connect('test://{a_driver_file}').domains['running']\n"
                "vm.screen"
            ),
            nbformat.v4.new_code_cell("vm.screen.wait_for(changed=True, timeout=0)"),
            nbformat.v4.new_code_cell(
                "job = vm.screen.submit.wait_for(changed=True, timeout=0)\njob.result(60)"
            ),
            nbformat.v4.new_code_cell("job.result(60)"),
        ]
    )
    NotebookClient(notebook, timeout=120, kernel_name="python3", allow_errors=True).execute()
    shown, *failed = (cell.outputs for cell in notebook.cells)
    assert "image/png" in shown[0].data
    assert len(failed) == 3
    for picture, error in failed:
        assert "image/png" in picture.data
        assert error.ename == "NotShown"
        assert "0.00% of its pixels have changed" in error.evalue
    assert any("wait_for" in line for line in error.traceback)


def test_errors_are_ours(a_screen):
    assert issubclass(NotShown, QvirtError)
    assert issubclass(ScreenGone, QvirtError)
    assert a_screen.code.endswith("['running'].screen")
