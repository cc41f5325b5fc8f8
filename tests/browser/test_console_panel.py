"""Consoles in a real JupyterLab: in a tab and in a notebook, over a real kernel and machine."""

from __future__ import annotations

import base64
import io
import json
import re

import pytest
from a_console_host import a_running_host, missing
from patience import until
from PIL import Image, ImageChops
from playwright.sync_api import expect

pytestmark = [
    pytest.mark.qemu,
    pytest.mark.slow,
    pytest.mark.skipif(bool(missing()), reason=missing()),
]


@pytest.fixture(scope="module")
def a_host():
    with a_running_host() as host:
        yield host


@pytest.fixture
def a_machine(a_host):
    yield a_host.start("web")
    a_host.remove_all()


@pytest.fixture
def a_lab_page(a_context, a_lab_with_our_panels, a_workspace):
    yield a_lab_with_our_panels.enter(a_context, a_workspace)
    a_lab_with_our_panels.end_sessions()


CURSOR = 16
"""Pixels that a cursor has at most, each way."""


def open_console(page, host, machine):
    """Open the console's tab by its command, and return the page in its frame."""
    page.evaluate(
        "machine => jupyterapp.commands.execute('qvirt:open-console', machine)",
        {"uri": host.uri, "uuid": machine.UUIDString(), "title": "web"},
    )
    frame = page.frame_locator(".qvirt-console iframe")
    expect(frame.locator("html")).to_have_attribute("data-phase", "connected", timeout=180_000)
    return frame


def press_until_it_changes(page, canvas, key):
    before = canvas.evaluate("canvas => canvas.toDataURL()")
    canvas.click()
    page.keyboard.press(key)
    for _number in range(400):
        if canvas.evaluate("canvas => canvas.toDataURL()") != before:
            return
        page.wait_for_timeout(250)
    pytest.fail("the screen did not change")


def picture_of(canvas):
    """Return what a canvas shows now."""
    url = canvas.evaluate("canvas => canvas.toDataURL()")
    return Image.open(io.BytesIO(base64.b64decode(url.split(",")[1]))).convert("RGB")


def is_another(first, second):
    """Whether more than a cursor that blinks is another in the second picture."""
    if first.size != second.size:
        return True
    box = ImageChops.difference(first, second).getbbox()
    return box is not None and (box[2] - box[0] > CURSOR or box[3] - box[1] > CURSOR)


def at_rest(page, canvas):
    """Return the picture once it has stayed the same for three seconds: firmware draws by lines."""
    before, calm = picture_of(canvas), 0
    for _number in range(120):
        page.wait_for_timeout(500)
        now = picture_of(canvas)
        before, calm = now, 0 if is_another(before, now) else calm + 1
        if calm == 6:
            return now
    pytest.fail("the screen does not come to rest")


def is_drawn(page, canvas):
    for _number in range(400):
        if len(canvas.evaluate("canvas => canvas.width ? canvas.toDataURL() : ''")) > 3500:
            return
        page.wait_for_timeout(250)
    pytest.fail("nothing was drawn")


def test_a_console_in_a_tab_from_the_first_picture_to_start_again(
    a_lab_page, a_host, a_machine, a_picture, a_lab_with_our_panels
):
    page = a_lab_page
    frame = open_console(page, a_host, a_machine)
    canvas = frame.locator("canvas")
    is_drawn(page, canvas)
    press_until_it_changes(page, canvas, "Escape")
    # JupyterLab's palette has not opened for its keys.
    page.keyboard.press("Control+Shift+C")
    expect(page.locator("#modal-command-palette")).to_be_hidden()
    a_picture(page, "console-tab")

    # It fills its tab.
    tab = page.locator(".qvirt-PanelView").bounding_box()
    box = page.locator(".qvirt-console").bounding_box()
    assert box["height"] >= tab["height"] - 60
    assert box["width"] >= tab["width"] - 20

    # The chord gives the keys back to JupyterLab.
    for press in (page.keyboard.down, page.keyboard.up):
        for key in ("Control", "Alt", "Shift"):
            press(key)
    expect(page.locator(".qvirt-console")).to_be_focused()
    page.keyboard.press("Control+Shift+C")
    expect(page.locator("#modal-command-palette")).to_be_visible()
    page.keyboard.press("Escape")

    # Paused and resumed, forced off and started: told by libvirt, done by the page's buttons.
    a_machine.suspend()
    frame.get_by_role("button", name="Resume").click()
    expect(frame.locator("#banner")).to_be_hidden()
    assert a_machine.state()[0] == 1
    a_machine.destroy()
    expect(frame.locator("#notice")).to_contain_text("Shut off")
    frame.get_by_role("button", name="Start").click()
    expect(frame.locator("html")).to_have_attribute("data-phase", "connected")
    is_drawn(page, canvas)

    # No ticket in what could be saved or logged.
    log = (a_lab_with_our_panels.folder / "lab.log").read_text()
    assert not re.search(r"ticket=[A-Za-z0-9_-]{43}", log)
    assert "ticket=" not in page.content()


def test_a_reload_brings_the_console_back(a_lab_page, a_host, a_machine, a_lab_with_our_panels):
    page = a_lab_page
    open_console(page, a_host, a_machine)
    a_lab_with_our_panels.reload(page, a_machine.UUIDString())
    frame = page.frame_locator(".qvirt-console iframe")
    expect(frame.locator("html")).to_have_attribute("data-phase", "connected", timeout=180_000)


BESIDE = """
uuid => {
  const { shell } = jupyterapp;
  const tabs = [...shell.widgets('main')].filter(({ panel }) => panel?.kind === 'console');
  const moved = tabs.find(({ panel }) => panel.arguments.uuid === uuid);
  const other = tabs.find(tab => tab !== moved);
  shell.add(moved, 'main', { mode: 'split-right', ref: other.id });
}
"""


def test_two_consoles_side_by_side_are_both_alive(a_lab_page, a_host, a_machine, a_picture):
    page = a_lab_page
    other = a_host.start("other")
    open_console(page, a_host, a_machine)
    page.evaluate(
        "machine => jupyterapp.commands.execute('qvirt:open-console', machine)",
        {"uri": a_host.uri, "uuid": other.UUIDString(), "title": "other"},
    )
    page.evaluate(BESIDE, other.UUIDString())
    frames = [
        page.locator(".qvirt-console iframe").nth(number).content_frame for number in range(2)
    ]
    for frame in frames:
        expect(frame.locator("html")).to_have_attribute("data-phase", "connected", timeout=180_000)
        expect(frame.locator("#screen canvas")).to_be_visible()
        is_drawn(page, frame.locator("#screen canvas"))
    a_picture(page, "console-beside")
    boxes = [page.locator(".qvirt-console").nth(number).bounding_box() for number in range(2)]
    assert abs(boxes[0]["x"] - boxes[1]["x"]) > 200
    # Keys go to the one that has the focus, and to that only.
    still = at_rest(page, frames[1].locator("#screen canvas"))
    drawn = at_rest(page, frames[0].locator("#screen canvas"))
    press_until_it_changes(page, frames[0].locator("#screen canvas"), "Escape")
    assert not is_another(still, picture_of(frames[1].locator("#screen canvas")))
    # The cursor blinks in the other one, too, so that its change must be more than that.
    assert is_another(drawn, at_rest(page, frames[0].locator("#screen canvas")))


def test_the_theme_is_jupyterlabs_and_changes_with_it(a_lab_page, a_host, a_machine, a_picture):
    page = a_lab_page
    frame = open_console(page, a_host, a_machine)
    body = frame.locator("body")
    expect(body).to_have_css("background-color", "rgb(255, 255, 255)")
    page.evaluate(
        "jupyterapp.commands.execute('apputils:change-theme', {theme: 'JupyterLab Dark'})"
    )
    expect(body).not_to_have_css("background-color", "rgb(255, 255, 255)")
    is_drawn(page, frame.locator("canvas"))
    a_picture(page, "console-tab-dark")
    page.evaluate(
        "jupyterapp.commands.execute('apputils:change-theme', {theme: 'JupyterLab Light'})"
    )
    expect(body).to_have_css("background-color", "rgb(255, 255, 255)")


def test_a_console_in_a_cell_has_a_height_and_is_not_saved(
    a_lab_page, a_host, a_machine, a_picture, a_lab_with_our_panels
):
    page = a_lab_page
    source = f"import qvirt_jupyter\nqvirt_jupyter.connect({a_host.uri!r}).domains['web'].console()"
    notebook = {
        "cells": [
            {
                "cell_type": "code",
                "id": "a",
                "metadata": {},
                "source": source,
                "outputs": [],
                "execution_count": None,
            }
        ],
        "metadata": {"kernelspec": {"name": "python3", "display_name": "Python 3"}},
        "nbformat": 4,
        "nbformat_minor": 5,
    }
    path = a_lab_with_our_panels.folder / "root" / "console.ipynb"
    path.write_text(json.dumps(notebook))
    page.evaluate("jupyterapp.commands.execute('docmanager:open', {path: 'console.ipynb'})")
    page.locator(".jp-Notebook .jp-CodeCell").first.click()
    page.evaluate("jupyterapp.commands.execute('notebook:run-all-cells')")
    frame = page.frame_locator(".jp-Notebook .qvirt-console iframe")
    expect(frame.locator("html")).to_have_attribute("data-phase", "connected", timeout=180_000)
    is_drawn(page, frame.locator("canvas"))
    assert page.locator(".qvirt-console").bounding_box()["height"] == pytest.approx(520, abs=4)
    a_picture(page, "console-cell")
    page.evaluate("jupyterapp.commands.execute('docmanager:save')")
    assert until(page, lambda: "widget-view+json" in path.read_text())
    saved = path.read_text()
    assert "application/vnd.jupyter.widget-view+json" in saved
    assert not re.search(r"[A-Za-z0-9_-]{43}", saved.replace(a_machine.UUIDString(), ""))
    assert len(saved) < 20_000
