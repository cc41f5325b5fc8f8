"""Recordings of a screen, whose pictures come from the test."""

from __future__ import annotations

import io
import itertools
import shutil
import stat
import subprocess
import tempfile
from pathlib import Path

import pytest
from PIL import Image, ImageDraw, ImageSequence

from qvirt_jupyter.hypervisor import (
    InvalidDefinition,
    OperationFailed,
    Screenshot,
    Unsupported,
    WrongState,
)

needs_ffmpeg = pytest.mark.skipif(shutil.which("ffmpeg") is None, reason="ffmpeg is not installed")


def a_picture(number, size=(64, 48)):
    image = Image.new("RGB", size, (40 * number % 256, 80, 200))
    ImageDraw.Draw(image).text((4, 4), str(number), fill="white")
    data = io.BytesIO()
    image.save(data, "PNG")
    return Screenshot(data.getvalue(), *size, "running")


@pytest.fixture(autouse=True)
def _a_folder_of_its_own(tmp_path, monkeypatch):
    """Temporary files go where the test can see that none stays."""
    folder = tmp_path / "temporary"
    folder.mkdir()
    monkeypatch.setattr(tempfile, "tempdir", str(folder))
    yield
    assert list(folder.iterdir()) == []


@pytest.fixture
def a_machine(a_connection):
    return a_connection.domains["running"]


@pytest.fixture
def show(a_machine, monkeypatch):
    """Let the screen show pictures, one a look; return how often it was looked at."""

    def begin(pictures):
        looks = []
        pictures = iter(pictures)

        def take(_screen):
            looks.append(1)
            found = next(pictures)
            if isinstance(found, Exception):
                raise found
            return found

        monkeypatch.setattr(type(a_machine.screen), "picture", take)
        return looks

    return begin


def frames_of(path):
    with Image.open(path) as image:
        assert image.info["loop"] == 0
        return [
            (frame.convert("RGB").size, frame.info["duration"])
            for frame in ImageSequence.Iterator(image)
        ]


def look_until_it_ends(recorder):
    recorder.start()._thread.join(60)
    assert not recorder.is_recording


END = WrongState("It is off and has no picture.")


def test_what_changes_is_recorded_with_its_time(a_machine, show, tmp_path):
    show([a_picture(1)] * 5 + [a_picture(2)] * 2 + [a_picture(3)] + [END])
    recorder = a_machine.screen.recorder(tmp_path / "boot.gif", every=0.1)
    look_until_it_ends(recorder)
    assert recorder.frames == 3
    assert recorder.end == "It is off and has no picture."
    assert recorder.stop() == tmp_path / "boot.gif"
    frames = frames_of(recorder.path)
    assert [size for size, _duration in frames] == [(64, 48)] * 3
    first, second, last = (duration for _size, duration in frames)
    assert last == 1500
    assert sum((first, second)) == pytest.approx(recorder.seconds * 1000, abs=30)
    assert stat.S_IMODE(recorder.path.stat().st_mode) & 0o600 == 0o600
    assert recorder.stop() == recorder.path


def test_a_recording_shows_what_the_screen_showed(a_machine, show, tmp_path):
    pictures = [a_picture(number) for number in (1, 2, 7)]
    show([*pictures, END])
    recorder = a_machine.screen.recorder(tmp_path / "boot.gif", every=0.05)
    look_until_it_ends(recorder)
    with Image.open(recorder.stop()) as image:
        for picture, frame in zip(pictures, ImageSequence.Iterator(image), strict=True):
            assert frame.convert("RGB").tobytes() == picture.image().tobytes()


def test_a_screen_that_changes_its_size(a_machine, show, tmp_path):
    show([a_picture(1, (72, 40)), a_picture(2, (100, 90)), END])
    recorder = a_machine.screen.recorder(tmp_path / "boot.gif", every=0.05)
    look_until_it_ends(recorder)
    assert [size for size, _duration in frames_of(recorder.stop())] == [(100, 90)] * 2


@needs_ffmpeg
def test_a_webm(a_machine, show, tmp_path):
    show([a_picture(1, (73, 41)), a_picture(2, (101, 91)), a_picture(3, (101, 91)), END])
    recorder = a_machine.screen.recorder(tmp_path / "boot.webm", every=0.2)
    look_until_it_ends(recorder)
    told = subprocess.run(
        [
            "ffprobe",
            "-v",
            "error",
            "-count_frames",
            "-show_entries",
            "stream=codec_name,width,height,nb_read_frames:format=duration",
            "-of",
            "csv=p=0",
            recorder.stop(),
        ],
        check=True,
        capture_output=True,
        text=True,
    ).stdout.split()
    stream = told[0].split(",")
    assert stream[:3] == ["vp8", "102", "92"]
    assert int(stream[3]) >= 3
    assert float(told[1]) >= recorder.seconds + 1
    html = recorder._repr_mimebundle_()["text/html"]
    assert "<video controls" in html
    assert "Recording of running" in html


def test_a_with_statement_records_until_its_end(a_machine, show, tmp_path):
    looks = show(a_picture(number) for number in itertools.count())
    with a_machine.screen.record(tmp_path / "boot.gif", every=0.05) as recorder:
        assert recorder.is_recording
        assert "recording" in repr(recorder)
        while len(looks) < 4:
            recorder._over.wait(0.01)
    assert len(frames_of(recorder.path)) == recorder.frames >= 4
    shown = recorder._repr_mimebundle_()
    assert shown["image/gif"] == recorder.path.read_bytes()
    assert f"{recorder.frames} pictures" in shown["text/plain"]


def test_the_file_is_there_after_an_exception_too(a_machine, show, tmp_path):
    show(itertools.chain([a_picture(1)], itertools.repeat(a_picture(2))))
    with pytest.raises(ZeroDivisionError), a_machine.screen.record(tmp_path / "b.gif"):
        1 / 0  # noqa: B018 - what somebody does wrong
    assert frames_of(tmp_path / "b.gif")


def test_the_first_error_counts_where_the_recording_fails_too(a_machine, show, tmp_path):
    show(itertools.repeat(OperationFailed("No picture.")))
    with pytest.raises(ZeroDivisionError) as caught, a_machine.screen.record(tmp_path / "b.gif"):
        1 / 0  # noqa: B018 - what somebody does wrong
    assert any("There is no picture in the recording" in note for note in caught.value.__notes__)
    assert not (tmp_path / "b.gif").exists()


def test_a_machine_that_is_off_is_waited_for(a_connection, tmp_path):
    machine = a_connection.domains["shutoff"]
    with machine.screen.record(tmp_path / "boot.gif", every=0.05) as recorder:
        machine.start()
        while not recorder.frames:
            recorder._over.wait(0.01)
    assert len(frames_of(tmp_path / "boot.gif")) == 1


def test_a_machine_that_was_off_all_the_time(a_connection, tmp_path):
    recorder = a_connection.domains["shutoff"].screen.recorder(tmp_path / "boot.gif").start()
    with pytest.raises(WrongState, match="no picture in the recording"):
        recorder.stop()


def test_a_failure_in_between_is_borne(a_machine, show, tmp_path):
    failure = OperationFailed("Not now.")
    show([a_picture(1), failure, failure, a_picture(2), END])
    recorder = a_machine.screen.recorder(tmp_path / "boot.gif", every=0.05)
    look_until_it_ends(recorder)
    assert recorder.frames == 2
    recorder.stop()


def test_a_connection_that_does_not_come_back_ends_it(a_machine, show, tmp_path):
    show(itertools.chain([a_picture(1)], itertools.repeat(OperationFailed("Gone."))))
    recorder = a_machine.screen.recorder(tmp_path / "boot.gif", every=0.05)
    look_until_it_ends(recorder)
    assert recorder.end == "Gone."
    assert recorder.stop().is_file()


def test_a_job_records_for_some_time(a_machine, tmp_path):
    job = a_machine.screen.submit.record_for(tmp_path / "a.gif", 0.3, every=0.1)
    assert job.result(60) == tmp_path / "a.gif"
    assert len(frames_of(tmp_path / "a.gif")) == 1


def test_a_job_that_is_cancelled_writes_what_it_has(a_machine, show, tmp_path):
    looks = show(itertools.repeat(a_picture(1)))
    job = a_machine.screen.submit.record_for(tmp_path / "a.gif", 3600, every=0.1)
    while not looks:
        with pytest.raises(TimeoutError):
            job.result(0.05)
    assert job.cancel()
    assert job.result(60).is_file()


@pytest.mark.parametrize(
    ("name", "options", "words"),
    [
        ("boot.mp4", {}, "neither a .gif nor a .webm"),
        ("nowhere/boot.gif", {}, "There is no folder"),
        ("boot.gif", {"every": 0}, "every 0 seconds"),
        ("boot.gif", {"every": float("nan")}, "every nan seconds"),
    ],
)
def test_what_cannot_be_recorded(a_machine, tmp_path, name, options, words):
    with pytest.raises(InvalidDefinition, match=words):
        a_machine.screen.recorder(tmp_path / name, **options)


def test_a_webm_needs_ffmpeg(a_machine, tmp_path, monkeypatch):
    monkeypatch.setenv("PATH", "/nowhere")
    with pytest.raises(Unsupported, match="ffmpeg, which is not installed") as caught:
        a_machine.screen.recorder(tmp_path / "boot.webm")
    assert ".gif" in caught.value.next_step


def test_an_ffmpeg_that_fails_leaves_no_half_file(a_machine, show, tmp_path, monkeypatch):
    programs = tmp_path / "programs"
    programs.mkdir()
    (programs / "ffmpeg").write_text("#!/bin/sh\necho no room >&2\nexit 1\n")
    (programs / "ffmpeg").chmod(0o755)
    monkeypatch.setenv("PATH", f"{programs}:/bin:/usr/bin")
    show([a_picture(1), END])
    recorder = a_machine.screen.recorder(tmp_path / "boot.webm", every=0.05)
    look_until_it_ends(recorder)
    with pytest.raises(OperationFailed, match="ffmpeg could not write") as caught:
        recorder.stop()
    assert "no room" in caught.value.details
    assert not list(Path(tmp_path).glob("*boot*"))


def test_a_recorder_records_once(a_machine, tmp_path):
    recorder = a_machine.screen.recorder(tmp_path / "boot.gif")
    with pytest.raises(WrongState, match="was not started"):
        recorder.stop()
    recorder.start()
    with pytest.raises(WrongState, match="was started already"):
        recorder.start()
    recorder.stop()
