"""The map of networks with two hundred machines: whole, legible where there is little room, or a list."""

from __future__ import annotations

import re

import pytest
from axe_playwright_python.sync_playwright import Axe
from patience import until
from playwright.sync_api import expect

MACHINES = 200
LEGIBLE = 0.75
SAVED = """
from qvirt_jupyter.widgets.connections.saved_connections import SavedConnection, saved_connections
saved_connections.add(SavedConnection({uri!r}, "Large host", autoconnect=True))
"""
NETWORK = """<network><name>{0}</name>{1}</network>"""
NETWORKS = (
    NETWORK.format("office", "<forward mode='nat'/><ip address='10.1.0.1' prefix='16'/>"),
    NETWORK.format("lab", "<ip address='10.2.0.1' prefix='16'/>"),
    NETWORK.format("street", "<forward mode='bridge'/><bridge name='br7'/>"),
)
BRIDGE = """<interface type='bridge' name='br7'><start mode='onboot'/>
<bridge stp='off'><interface type='ethernet' name='eth7'/></bridge></interface>"""
MACHINE = """<domain type='test'><name>machine-{0:03}</name><memory>1024</memory><os><type>hvm</type></os>
<devices>{1}</devices></domain>"""
CARD = "<interface type='network'><mac address='52:54:00:00:{0:02x}:{1:02x}'/><source network='{2}'/></interface>"


def machine(number):
    networks = [("office", "lab", "street")[number % 3], *(["lab"] if number % 10 == 0 else [])]
    cards = [CARD.format(number % 256, at, name) for at, name in enumerate(networks)]
    return MACHINE.format(number, "".join(cards))


@pytest.fixture(scope="module")
def a_large_host(tmp_path_factory):
    file = tmp_path_factory.mktemp("large") / "host.xml"
    parts = (*NETWORKS, BRIDGE, *map(machine, range(MACHINES)))
    file.write_text(f"<node>{''.join(parts)}</node>", encoding="utf-8")
    return f"test://{file}"


@pytest.fixture
def a_map(a_context, a_large_host, a_lab_of_a_user, a_workspace):
    """Opens the map in a window of some width."""
    lab = a_lab_of_a_user(SAVED.format(uri=a_large_host))

    def show(width, script=""):
        page = lab.enter(a_context, a_workspace, qvirt="manager")
        page.set_viewport_size({"width": width, "height": 900})
        if script:
            page.evaluate(script)
        row = page.locator(".qvirt-vm-list [role=row][aria-level='1']", has_text="Large host")
        expect(row).to_have_attribute("data-qvirt-state", "connected")
        row.click()
        page.get_by_role("menuitem", name="Virtual Machines").click()
        page.get_by_role("menuitem", name="Network Topology").click()
        cards = page.get_by_role("table", name="Interfaces of the virtual machines")
        expect(cards.locator("tbody tr")).to_have_count(MACHINES + MACHINES // 10, timeout=120_000)
        return page

    yield show
    lab.end_sessions()


def graph(page):
    return page.locator(".qvirt-topology-graph")


def axe_finds_nothing(page):
    found = Axe().run(
        page, context=".qvirt-topology-panel", options={"resultTypes": ["violations"]}
    )
    assert found.violations_count == 0, found.generate_report()


@pytest.mark.parametrize("width", [800, 1280])
def test_all_of_them_are_there_and_can_be_read(a_map, a_picture, width):
    page = a_map(width)
    # Three networks, the bridge of the host, the device in it, the outside.
    expect(graph(page)).to_have_attribute("data-nodes", str(MACHINES + 6))
    # One line for each card, and the ways of office, street and the bridge.
    expect(graph(page)).to_have_attribute("data-edges", str(MACHINES + MACHINES // 10 + 3))
    zoom = lambda: float(graph(page).get_attribute("data-zoom"))  # noqa: E731 - asked again and again
    assert until(page, lambda: zoom() >= LEGIBLE)
    a_picture(page, f"large-map-{width}")
    axe_finds_nothing(page)
    networks = page.get_by_role("table", name="Networks", exact=True)
    row = networks.locator("tbody tr", has_text="street")
    expect(row).to_contain_text("br7")
    # All of it, however small, is one press away.
    page.get_by_role("button", name="Show all").click()
    assert until(page, lambda: zoom() < LEGIBLE)
    page.get_by_label("Find").fill("machine-123")
    expect(page.locator(".qvirt-topology [role=status]")).to_have_text(f"1 of {MACHINES} machines")
    # A network leads to what the host's tab says of it.
    networks.get_by_role("button", name="street").click()
    tab = page.locator(".qvirt-host-panel .lm-TabBar-tab[aria-selected=true]")
    expect(tab).to_have_text(re.compile("Networks"))


NO_CANVAS = """() => {
  HTMLCanvasElement.prototype.getContext = () => null;
}"""


def test_a_browser_that_cannot_draw_has_the_tables(a_map):
    page = a_map(1280, NO_CANVAS)
    expect(graph(page)).to_have_text(re.compile("cannot draw the map"))
    expect(page.get_by_role("button", name="Save as PNG")).to_have_count(0)
    page.get_by_label("Find").fill("machine-007")
    cards = page.get_by_role("table", name="Interfaces of the virtual machines")
    expect(cards.locator("tbody tr")).to_have_count(1)
    axe_finds_nothing(page)
