"""Every way to a picture of a screen by the list that consoles stand: strangers, evil ones, what stays.

These need no ticket and no bridge: libvirt sends a picture, and the kernel passes it on. Who may hear
a kernel is tried in ``tests/server/test_pictures_of_a_wall.py``.
"""

from __future__ import annotations

import gc
import itertools
import json
import os
import struct
import zlib
from pathlib import Path

import a_libvirtd
import pytest
import what_is_open
from a_console_host import MACHINE
from an_evil_host import an_evil_host
from in_time import until

from qvirt_jupyter.hypervisor import WrongState, calls_under_way, connect, publisher
from qvirt_jupyter.hypervisor.screen import recorder
from qvirt_jupyter.hypervisor.screen.screenshot import PIXELS_AT_MOST
from qvirt_jupyter.widgets import wall
from qvirt_jupyter.widgets.thumbnail import Thumbnail

pytestmark = [pytest.mark.qemu, pytest.mark.slow, pytest.mark.timeout(600)]

SECRET = "nevershown"[:8]
LOCKED = (
    f"<graphics type='vnc' passwd='{SECRET}' autoport='yes'>"
    "<listen type='address' address='127.0.0.1'/></graphics>"
)
GROWTH = 3 * 3 * PIXELS_AT_MOST // 1024
"""KiB: the largest picture as it is sent, as pixels, and once more for all buffers between."""


def png(width, height):
    """Return a PNG of a few kilobytes that is as large as it says."""

    def chunk(kind, data):
        whole = kind + data
        return struct.pack("!I", len(data)) + whole + struct.pack("!I", zlib.crc32(whole))

    packed = zlib.compressobj(9)
    lines = b"".join(packed.compress(bytes(1 + width)) for _line in range(height)) + packed.flush()
    head = struct.pack("!IIBBBBB", width, height, 8, 0, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", lines) + chunk(b"IEND", b"")


EVIL = {
    "noise": lambda: [os.urandom(200_000)],
    "nothing": list,
    "larger than any screen": lambda: [b"P6\n65535 65535\n255\n" + bytes(1000)],
    "shorter than it says": lambda: [b"P6\n640 480\n255\n" + bytes(1000)],
    "a few kilobytes that fill the memory": lambda: [png(12_000, 12_000)],
    "a page for browsers": lambda: [b"<svg xmlns='http://www.w3.org/2000/svg'><script/></svg>"],
    "numbers that are none": lambda: [b"P6\n-1 99999999999999999999\n-5\n"],
}


@pytest.fixture(scope="module")
def a_host():
    if reason := a_libvirtd.missing():
        pytest.skip(reason)
    daemon = a_libvirtd.a_session()
    with an_evil_host(daemon.socket) as host:
        yield host
    daemon.stop()


@pytest.fixture(scope="module")
def the_machine(a_host):
    """A machine whose display has a password."""
    connection = connect(a_host.uri)
    machine = connection.domains.define(MACHINE.format(name="web", displays=LOCKED))
    machine.start()
    yield machine
    machine.destroy()
    machine.undefine()
    connection.close()


@pytest.fixture
def a_machine(a_host, the_machine):
    """The same, on a host that is honest before a test and after it."""
    a_host.says, a_host.goes_on, a_host.sent = None, False, 0
    yield the_machine
    a_host.says, a_host.goes_on = None, False


class Browser:
    """Who looks at a part of a panel, and what it is sent."""

    def __init__(self, part):
        self.part, self.sent = part, []
        part.send = lambda message, buffers=None: self.sent.append((message, buffers or []))
        part._receive({"type": "ready", "client": ""})

    def state(self):
        publisher.flush()
        return [message for message, _buffers in self.sent if "state" in message][-1]["state"]

    def pictures(self):
        publisher.flush()
        return [bytes(data) for _message, buffers in self.sent for data in buffers]


class OnAWall:
    def __init__(self, machine):
        self.panel = wall([machine])
        until(lambda: self.panel.tiles and self.panel.tiles[0].is_live)
        self.browser = Browser(self.panel._tiles)

    def look(self):
        tile = self.panel.tiles[0]
        self.panel._tiles._kept[tile.key].asked = float("-inf")
        self.browser.part._receive(
            {"type": "look", "ids": [tile.key], "missing": [], "client": "w"}
        )
        return until(lambda: self.browser.state()["tiles"][0]["words"] or self.browser.pictures())

    def close(self):
        self.panel.close()


class InTheOverview:
    def __init__(self, machine):
        self.part = Thumbnail(machine, lambda: None)
        self.part.update(machine.record)
        self.browser = Browser(self.part)
        self.first = self.browser.state()["text"]

    def look(self):
        self.part._taken = 0.0
        self.part._receive({"type": "picture", "client": ""})

        def seen():
            text = self.browser.state()["text"]
            return self.browser.pictures() or (text if text != self.first else "")

        return until(seen)

    def close(self):
        self.part.close()


class InACell:
    """``vm.screen``: its words where there is no picture."""

    def __init__(self, machine):
        self.screen = machine.screen

    def look(self):
        bundle = self.screen._repr_mimebundle_()
        return [bundle["image/png"]] if "image/png" in bundle else bundle["text/plain"]

    def close(self):
        pass


class Recorded:
    def __init__(self, machine):
        self.folder = Path(os.environ["JUPYTER_DATA_DIR"])
        self.folder.mkdir(parents=True, exist_ok=True)
        self.machine = machine

    def look(self):
        path = self.folder / "seen.gif"
        try:
            self.machine.screen.record_for(path, 0.2, every=0.05)
        except WrongState as error:
            return error.reason
        return [path.read_bytes()]

    def close(self):
        (self.folder / "seen.gif").unlink(missing_ok=True)


WAYS = {"a wall": OnAWall, "the overview": InTheOverview, "a cell": InACell, "a recorder": Recorded}
EVERY = pytest.mark.parametrize("way", WAYS)


@pytest.fixture
def a_viewer():
    viewers = []

    def make(way, machine):
        viewers.append(WAYS[way](machine))
        return viewers[-1]

    yield make
    for viewer in viewers:
        viewer.close()


def peak_during(function):
    """Return the most memory that was in use meanwhile, in KiB more than before, and the result."""
    gc.collect()
    before = what_is_open.memory()
    Path("/proc/self/clear_refs").write_text("5", encoding="ascii")
    result = function()
    (line,) = [
        line
        for line in Path("/proc/self/status").read_text(encoding="ascii").splitlines()
        if line.startswith("VmHWM:")
    ]
    return int(line.split()[1]) - before, result


@EVERY
@pytest.mark.parametrize("evil", EVIL)
def test_what_is_no_picture_is_said_to_be_none(a_host, a_machine, a_viewer, way, evil):
    viewer = a_viewer(way, a_machine)
    a_host.says = EVIL[evil]
    grown, seen = peak_during(viewer.look)
    assert isinstance(seen, str)
    assert "not a picture" in seen
    assert grown < 60_000
    # The next one is a picture again.
    a_host.says = None
    again = a_viewer(way, a_machine)
    (picture,) = again.look()
    assert picture[:3] in {b"\xff\xd8\xff", b"\x89PN", b"GIF"}


@EVERY
def test_one_that_never_ends_fills_no_memory(a_host, a_machine, a_viewer, way, monkeypatch):
    monkeypatch.setattr(recorder, "_FAILURES_AT_MOST", 1)
    viewer = a_viewer(way, a_machine)
    a_host.says = lambda: itertools.chain(
        [b"P6\n65535 65535\n255\n"], itertools.repeat(bytes(200_000))
    )
    grown, seen = peak_during(viewer.look)
    assert isinstance(seen, str)
    assert "more than a picture of a screen can be" in seen
    assert grown < GROWTH
    assert a_host.sent > 3 * PIXELS_AT_MOST
    a_host.says = None
    assert a_machine.screen.size[0] > 0, "the connection goes on"


def test_the_largest_screen_that_there_can_be_is_shown(a_host, a_machine, a_viewer):
    side = int(PIXELS_AT_MOST**0.5)
    head = f"P6\n{side} {side}\n255\n".encode()
    a_host.says = lambda: itertools.chain([head], itertools.repeat(bytes(3 * side), side))
    viewer = a_viewer("a wall", a_machine)
    grown, seen = peak_during(viewer.look)
    assert not isinstance(seen, str), seen
    assert len(seen[0]) < 100_000
    assert grown < GROWTH


def test_one_that_is_silent_is_named_and_keeps_nobody_else_waiting(
    a_host, a_machine, a_viewer, monkeypatch
):
    monkeypatch.setattr(calls_under_way, "PATIENCE", 0.5)
    monkeypatch.setattr(calls_under_way, "LOOK", 0.1)
    viewer = a_viewer("a wall", a_machine)
    a_host.says, a_host.goes_on = (lambda: [b"P6\n640 480\n255\n"]), True
    tile = viewer.panel.tiles[0]
    viewer.browser.part._receive({"type": "look", "ids": [tile.key], "missing": [], "client": "w"})
    connection = a_machine.connection
    slow = until(lambda: connection.slow_calls)
    assert any("virStream" in call.what or "screenshot" in call.what for call in slow)
    # Other calls of the same host, pictures among them.
    a_host.says, a_host.goes_on = None, False
    assert a_machine.screen.size[0] > 0
    assert not viewer.browser.pictures()
    connection.close()
    connection.open().result(60)
    until(lambda: viewer.panel.tiles[0].is_live)
    (picture,) = viewer.look()
    assert picture


@EVERY
def test_many_leave_nothing_and_open_no_port(a_machine, way):
    count = 15 if way == "a recorder" else 100

    def cycle(count):
        for _number in range(count):
            viewer = WAYS[way](a_machine)
            assert isinstance(viewer.look(), list)
            viewer.close()
        publisher.flush()
        gc.collect()

    cycle(5)
    names = ("processes", "files", "listening_ports")
    before = {name: getattr(what_is_open, name)() for name in names}
    descriptors, threads = what_is_open.descriptors(), what_is_open.threads()
    cycle(count)
    # What earlier tests of this process left may go meanwhile: there may be less of it.
    until(lambda: what_is_open.threads() <= threads)
    until(lambda: what_is_open.descriptors() <= descriptors)
    new = {name: getattr(what_is_open, name)() - before[name] for name in names}
    assert not any(new.values()), new


def test_no_state_of_a_widget_and_no_saved_notebook_has_a_picture_or_a_password(
    a_machine, a_viewer
):
    viewer = a_viewer("a wall", a_machine)
    (picture,) = viewer.look()
    panel = viewer.panel
    states = [widget.get_state() for widget in (panel, *panel.children, panel.layout)]
    saved = json.dumps(panel._repr_mimebundle_(), default=str) + panel.snapshot()
    said = json.dumps([message for message, _buffers in viewer.browser.sent])
    for text in (json.dumps(states, default=str), saved, said):
        assert SECRET not in text
        assert "image/" not in text
        assert str(picture[:30]) not in text
    assert "web" in saved
    # A screen in a cell is saved: it is what the cell was asked for, and no more than a picture.
    bundle = a_machine.screen._repr_mimebundle_()
    assert set(bundle) == {"text/plain", "image/png"}
    assert SECRET not in repr(bundle)
