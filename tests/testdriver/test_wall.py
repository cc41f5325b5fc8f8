"""A wall of screens on libvirt's test driver: who is on it, what is asked of libvirt, and when."""

from __future__ import annotations

import io
import threading

import libvirt
import pytest
from a_manager import act, wait_for
from PIL import Image

from qvirt_jupyter.hypervisor import Domain, RecordKey, publisher
from qvirt_jupyter.widgets import shell, show_panel, wall
from qvirt_jupyter.widgets.screen_wall import pictures, tiles

MACHINE = (
    "<domain type='test'><name>more-{0}</name><memory>1024</memory><os><type>hvm</type></os>"
    "</domain>"
)


@pytest.fixture
def asked(monkeypatch):
    """Names of the machines whose screens libvirt was asked for."""
    names = []
    original = libvirt.virDomain.screenshot

    def counted(domain, *arguments):
        names.append(domain.name())
        return original(domain, *arguments)

    monkeypatch.setattr(libvirt.virDomain, "screenshot", counted)
    return names


@pytest.fixture
def _at_once(monkeypatch):
    """Pictures may be taken as often as they are asked for."""
    monkeypatch.setattr(tiles, "_YOUNG", 0.0)


class Browser:
    """Hears what a wall is told, and looks at its tiles."""

    def __init__(self, panel):
        self.part, self.states, self.pictures = panel._tiles, [], []
        panel._tiles.send = self._hear
        panel._tiles._receive({"type": "ready", "client": ""})
        assert wait_for(lambda: self.states)

    def _hear(self, message, buffers=None):
        if message["type"] == "picture":
            self.pictures.append((message["id"], bytes(buffers[0])))
        else:
            self.states.append(message["state"])

    @property
    def now(self):
        publisher.flush()
        return {tile["name"]: tile for tile in self.states[-1]["tiles"]}

    def look(self, *names, missing=()):
        now = self.now
        ids, lacking = ([now[name]["id"] for name in some] for some in (names, missing))
        self.part._receive({"type": "look", "ids": ids, "missing": lacking, "client": "w"})

    def names_of_pictures(self):
        publisher.flush()
        by_id = {tile["id"]: name for name, tile in self.now.items()}
        return [by_id[key] for key, _data in self.pictures]


@pytest.fixture
def a_wall(a_connection):
    panel = wall(a_connection)
    assert wait_for(lambda: panel.tiles)
    yield panel
    panel.close()


@pytest.fixture
def a_browser(a_wall):
    return Browser(a_wall)


RUNNING = "The <running> one"


def test_all_that_run_are_on_it_with_their_states_in_words(a_browser):
    now = a_browser.now
    assert "shutoff" not in now
    assert now[RUNNING]["live"]
    assert (now[RUNNING]["stateLabel"], now[RUNNING]["words"]) == ("Running", "")
    assert (now["paused"]["live"], now["paused"]["words"]) == (False, "Paused")
    assert not now["paused"]["dark"]


def test_a_picture_is_small_and_comes_to_who_looks(a_browser, asked):
    a_browser.look(RUNNING)
    assert wait_for(a_browser.names_of_pictures) == [RUNNING]
    assert asked == ["running"]
    ((_key, data),) = a_browser.pictures
    with Image.open(io.BytesIO(data)) as picture:
        assert (picture.format, picture.width <= 480) == ("JPEG", True)


@pytest.mark.usefixtures("_at_once")
def test_one_that_rests_is_asked_for_again_and_not_sent_again(a_browser, asked):
    a_browser.look(RUNNING)
    assert wait_for(a_browser.names_of_pictures)
    a_browser.look(RUNNING)
    assert wait_for(lambda: len(asked) == 2)
    # The test driver's screens always show the same.
    assert wait_for(lambda: not a_browser.part._pictures._lanes[a_uri_of(a_browser)].busy)
    assert a_browser.names_of_pictures() == [RUNNING]
    # A second browser has none of it yet.
    a_browser.look(missing=[RUNNING])
    assert wait_for(lambda: len(a_browser.names_of_pictures()) == 2)
    assert len(asked) == 2


def a_uri_of(browser):
    return browser.part.tiles[0].domain.connection.uri


def test_a_young_picture_is_not_taken_twice(a_browser, asked):
    for _browser in range(3):
        a_browser.look(RUNNING)
    assert wait_for(a_browser.names_of_pictures) == [RUNNING]
    assert asked == ["running"]


def test_libvirt_is_not_asked_for_those_that_rest_or_are_off(a_browser, asked):
    a_browser.part._receive({"type": "choose", "tag": "", "off": True, "client": ""})
    assert wait_for(lambda: "shutoff" in a_browser.now)
    now = a_browser.now
    assert now["shutoff"]["words"] == "Shut off"
    assert now["shutoff"]["dark"]
    a_browser.look(*now)
    live = [name for name, tile in now.items() if tile["live"]]
    assert wait_for(lambda: sorted(a_browser.names_of_pictures()) == sorted(live))
    assert len(asked) == len(live)


@pytest.mark.usefixtures("_at_once")
def test_a_paused_machine_keeps_its_picture_and_a_stopped_one_goes(a_connection, a_browser, asked):
    a_browser.look(RUNNING)
    assert wait_for(a_browser.names_of_pictures)
    machine = a_connection.domains["running"]
    machine.suspend()
    assert wait_for(lambda: a_browser.now[RUNNING]["words"] == "Paused")
    a_browser.look(RUNNING, missing=[RUNNING])
    assert wait_for(lambda: len(a_browser.names_of_pictures()) == 2)
    assert len(asked) == 1
    machine.destroy()
    assert wait_for(lambda: RUNNING not in a_browser.now)


def test_few_pictures_are_taken_at_once(a_connection, a_browser, monkeypatch):
    for number in range(12):
        a_connection.domains.define(MACHINE.format(number)).start()
    names = [f"more-{number}" for number in range(12)]
    assert wait_for(lambda: set(names) <= set(a_browser.now))
    lock, under_way, most = threading.Lock(), 0, 0
    go_on = threading.Event()
    original = Domain.thumbnail

    def slow(domain, **keywords):
        nonlocal under_way, most
        with lock:
            under_way += 1
            most = max(most, under_way)
        go_on.wait(30)
        try:
            return original(domain, **keywords)
        finally:
            with lock:
                under_way -= 1

    monkeypatch.setattr(Domain, "thumbnail", slow)
    a_browser.look(*names)
    assert wait_for(lambda: under_way == pictures.AT_ONCE)
    # Who looks again adds nothing to what waits already.
    a_browser.look(*names)
    go_on.set()
    assert wait_for(lambda: len(set(a_browser.names_of_pictures())) == 12)
    assert most == pictures.AT_ONCE


def test_a_picture_that_fails_is_explained_on_its_tile(a_browser, monkeypatch):
    def refuse(*_arguments):
        raise libvirt.libvirtError("no screens today")

    monkeypatch.setattr(libvirt.virDomain, "screenshot", refuse)
    a_browser.look(RUNNING)
    assert wait_for(lambda: a_browser.now[RUNNING]["words"])
    assert a_browser.now[RUNNING]["stateLabel"] == "Running"


def test_only_those_with_a_tag(a_connection, a_wall, a_browser):
    a_connection.domains.define(MACHINE.format(1)).start()
    a_connection.domains["more-1"].set_tags(["lab1"])
    assert wait_for(lambda: "lab1" in a_browser.states[-1]["tags"])
    a_browser.part._receive({"type": "choose", "tag": "lab1", "off": False, "client": ""})
    assert wait_for(lambda: list(a_browser.now) == ["more-1"])
    a_browser.part._receive({"type": "choose", "tag": "none", "off": False, "client": ""})
    assert wait_for(lambda: not a_browser.now)
    assert "“none”" in a_browser.states[-1]["empty"]
    # A page that is loaded again chooses as it did.
    again = wall(a_connection)
    again.take_over(a_wall)
    assert wait_for(lambda: not again.tiles)
    again.close()
    of_a_cell = a_connection.wall(tag="lab1")
    assert wait_for(lambda: [tile.record.name for tile in of_a_cell.tiles] == ["more-1"])
    assert "more-1" in of_a_cell.snapshot()
    assert RUNNING not in of_a_cell.snapshot()
    of_a_cell.close()


def test_chosen_machines_stay_on_it_whatever_they_do(a_connection):
    machines = [a_connection.domains[name] for name in ("shutoff", "running")]
    panel = wall(machines)
    assert wait_for(lambda: [tile.record.name for tile in panel.tiles] == ["shutoff", "running"])
    browser = Browser(panel)
    assert browser.states[-1]["off"] is None
    assert browser.states[-1]["title"] == "Screens of 2 machines"
    panel.close()
    with pytest.raises(ValueError, match="tagged"):
        wall(machines, tag="lab1")


def test_a_tile_opens_its_console(a_browser, monkeypatch):
    opened = []
    monkeypatch.setattr(shell, "_send", opened.append)
    a_browser.part._receive(
        {"type": "press", "id": a_browser.now[RUNNING]["id"], "client": "window-1"}
    )
    assert wait_for(lambda: opened)
    assert (opened[-1]["kind"], opened[-1]["title"]) == ("console", RUNNING)
    assert opened[-1]["client"] == "window-1"


@pytest.mark.usefixtures("a_user_without_a_past")
def test_the_manager_opens_walls_of_machines_and_hosts(a_manager, a_uri, monkeypatch):
    opened = []
    monkeypatch.setattr(shell, "_send", opened.append)
    rows = [key for key in a_manager._list._rows.keys.values() if key.kind == "domain"][:2]
    act(a_manager, "open_wall", *rows)
    assert wait_for(lambda: opened)
    assert opened[0]["title"] == "Screens of 2 machines"
    panel = show_panel("wall", **opened[0]["arguments"])
    assert wait_for(lambda: {tile.domain.uuid for tile in panel.tiles} == {key.id for key in rows})
    panel.close()
    act(a_manager, "open_host_wall", RecordKey("connection", a_uri, a_uri))
    assert wait_for(lambda: len(opened) > 1)
    assert opened[1]["arguments"] == {"uri": a_uri}
    everywhere = show_panel("wall")
    assert wait_for(lambda: any(tile.record.label == RUNNING for tile in everywhere.tiles))
    everywhere.close()


def test_what_is_no_selection_is_refused():
    with pytest.raises(ValueError, match="no machines"):
        show_panel("wall", machines="[1]")
