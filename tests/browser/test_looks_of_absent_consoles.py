"""Where somebody else has a console, its page says so legibly: in both themes, also narrow."""

from __future__ import annotations

import shutil
import tempfile
from pathlib import Path

import pytest
from a_console_host import a_running_host, missing
from a_framed_console import open_framed
from a_framed_terminal import OPEN, Line, open_framed_terminal
from a_jupyter_server import running_server
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import expect

from qvirt_jupyter.server import STATIC_FOLDER

pytestmark = [
    pytest.mark.usefixtures("no_error_in_a_page"),
    pytest.mark.skipif(
        not (STATIC_FOLDER / "console" / "index.html").exists(), reason="the page is not built"
    ),
]
SPICE = "<graphics type='spice'><listen type='none'/></graphics>"
WIDTHS = (1280, 800)
BUSY = {
    **OPEN,
    "state": "busy",
    "words": "Somebody else has it open",
    "reason": "Another client of libvirt holds it, such as virsh console or virt-manager.",
}


@pytest.fixture(scope="module")
def a_server(tmp_path_factory):
    with running_server(tmp_path_factory.mktemp("jupyter")) as server:
        yield server


@pytest.fixture
def a_line():
    # A short path: those of sockets are limited (unix(7)).
    folder = Path(tempfile.mkdtemp(prefix="qvirt-line-"))
    line = Line(folder)
    yield line
    line.close()
    shutil.rmtree(folder)


def is_legible(page, element, name, a_picture):
    """Look at an element: nothing is cut off, and axe finds nothing."""
    for width in WIDTHS:
        page.set_viewport_size({"width": width, "height": 700})
        expect(element).to_be_visible()
        assert element.evaluate("it => it.scrollWidth <= it.clientWidth")
        a_picture(page, f"{name}-{width}")
        found = Axe().run(page.frames[1])
        assert found.violations_count == 0, found.generate_report()


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_a_terminal_that_somebody_else_holds(a_context, a_server, a_line, a_picture, theme):
    terminal = open_framed_terminal(a_context, a_server, a_line, theme=theme, line=BUSY)
    banner = terminal.frame.locator("#banner")
    expect(banner).to_contain_text("Somebody else holds this console.")
    is_legible(terminal.page, banner, f"terminal-busy-{theme}", a_picture)
    banner.get_by_role("button", name="Take it over…").click()
    expect(banner).to_contain_text("is cut off")
    is_legible(terminal.page, banner, f"terminal-force-{theme}", a_picture)


@pytest.mark.qemu
@pytest.mark.skipif(bool(missing()), reason=missing())
@pytest.mark.parametrize("theme", ["light", "dark"])
def test_a_screen_that_another_viewer_took(a_context, a_server, a_picture, theme):
    with a_running_host() as host:
        machine = host.start("web", SPICE)
        first = open_framed(a_context, a_server, host, machine, theme=theme, display="spice")
        first.is_settled()
        second = open_framed(a_context, a_server, host, machine, display="spice")
        second.phase("connected")
        first.phase("taken")
        notice = first.frame.locator("#notice")
        is_legible(first.page, notice, f"spice-taken-{theme}", a_picture)
        first.frame.get_by_role("button", name="Show it here").click()
        second.phase("taken")
