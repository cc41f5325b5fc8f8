"""The networks of a host's tab, by mouse and by keyboard, on the made-up host."""

from __future__ import annotations

import re

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import expect

HOST = "Made-up host"
THEMES = ("JupyterLab Dark", "JupyterLab Light")

FITS = """() => {
    const panel = document.querySelector('.qvirt-host-panel');
    return [panel, ...panel.querySelectorAll('form')].every(
        each => each.scrollWidth <= each.clientWidth
    );
}"""


@pytest.fixture
def a_section(a_context, a_lab_with_a_host, a_workspace):
    """The section, in the host's tab."""
    page = a_lab_with_a_host.enter(a_context, a_workspace, qvirt="manager")
    row = page.locator(".qvirt-vm-list [role=row][aria-level='1']", has_text=HOST)
    expect(row).to_have_attribute("data-qvirt-state", "connected")
    row.dblclick()
    page.get_by_role("tab", name="Networks", exact=True).click(timeout=120_000)
    section = page.locator(".qvirt-networks")
    expect(network(section, "default")).to_be_visible(timeout=120_000)
    yield section
    a_lab_with_a_host.end_sessions()


def network(section, name):
    """The row of a network: the first table is that of the networks."""
    table = section.get_by_role("treegrid", name="Virtual networks").or_(
        section.get_by_role("grid", name="Virtual networks")
    )
    return table.get_by_role("row", name=re.compile(rf"^{name} (on|off)\b"))


def in_both_themes(page, name, a_picture):
    for theme in THEMES:
        page.evaluate(
            "theme => window.jupyterapp.commands.execute('apputils:change-theme', {theme})", theme
        )
        page.wait_for_function("theme => document.body.dataset.jpThemeName === theme", arg=theme)
        page.wait_for_timeout(600)
        a_picture(page, f"{name}-{theme.split()[-1].lower()}")
        found = Axe().run(
            page, context=".qvirt-host-panel", options={"resultTypes": ["violations"]}
        )
        assert found.violations_count == 0, found.generate_report()


def test_a_network_with_dhcp_and_a_static_host_is_made_in_the_dialog(a_section, a_picture):
    page = a_section.page
    a_section.get_by_role("button", name="New network…").click()
    form = a_section.locator("form")
    name = form.get_by_label("Name", exact=True)
    expect(name).to_have_value("network")
    expect(form.get_by_label("Network", exact=True).first).to_have_value("192.168.100.0/24")
    name.fill("default")
    expect(form).to_contain_text("The name 'default' is taken")
    name.fill("lab")
    form.get_by_label("Network", exact=True).first.fill("10.30.0.0/24")
    expect(form.get_by_label("First address").first).to_have_value("10.30.0.128")
    form.get_by_label("Static hosts").first.fill("52:54:00:00:00:77 10.30.0.7 seven")
    in_both_themes(page, "new-network", a_picture)
    form.get_by_text("Advanced", exact=True).click()
    form.get_by_label("MTU", exact=True).fill("1400")
    form.get_by_label("Keep questions for IPv4 addresses").check()
    form.get_by_label("TFTP folder", exact=True).fill("/usr/share")
    form.get_by_label("Boot file").fill("pxelinux.0")
    form.get_by_role("button", name="Browse… TFTP folder").click()
    listed = form.get_by_role("listbox", name="Folders of the host")
    expect(listed.get_by_role("option", name="doc", exact=True)).to_be_visible()
    in_both_themes(page, "new-network-to-boot-from", a_picture)
    form.get_by_role("button", name="Use this folder").click()
    expect(listed).to_be_hidden()
    form.locator("summary", has_text="Definition (XML)").click()
    preview = form.locator("pre[aria-label='Definition (XML)']")
    expect(preview).to_contain_text("<mtu size='1400'/>")
    expect(preview).to_contain_text("<tftp root='/usr/share'/>")
    expect(preview).to_contain_text("<bootp file='pxelinux.0'/>")
    page.set_viewport_size({"width": 800, "height": 900})
    in_both_themes(page, "new-network-narrow", a_picture)
    assert page.evaluate(FITS)
    page.set_viewport_size({"width": 1280, "height": 800})
    form.get_by_role("button", name="Copy as code").click()
    expect(form).to_contain_text("Copied.")
    copied = page.evaluate("navigator.clipboard.readText()")
    assert copied.startswith("NetworkRequest(name='lab', ipv4='10.30.0.0/24'"), copied
    form.get_by_role("button", name="Create").click()
    expect(network(a_section, "lab")).to_contain_text("10.30.0.0/24")
    # What was just made is selected, and says who always gets which address.
    members = a_section.locator(".qvirt-network-details")
    expect(members).to_contain_text("10.30.0.128 to 10.30.0.254")
    expect(members.get_by_role("row", name=re.compile("52:54:00:00:00:77"))).to_contain_text(
        "10.30.0.7 (seven)"
    )


def test_the_selected_network_is_shown_with_its_machines_and_its_map(a_section, a_picture):
    page = a_section.page
    network(a_section, "default").click()
    details = a_section.locator(".qvirt-network-details")
    expect(details).to_contain_text("reaches the outside by the host's addresses (NAT)")
    expect(details.get_by_role("row", name=re.compile("^web-01"))).to_contain_text("up")
    in_both_themes(page, "networks", a_picture)
    a_section.get_by_role("button", name="Network topology").click()
    expect(page.locator(".qvirt-topology-graph")).to_have_attribute(
        "data-nodes", re.compile(r"\d\d")
    )


def test_what_guests_boot_from_is_said_in_the_form(a_section, a_picture):
    page = a_section.page
    network(a_section, "default").click()
    details = a_section.locator(".qvirt-network-details")
    details.get_by_role("button", name="Addresses, names and speed…").click()
    form = a_section.locator("form", has_text="Addresses, names and speed of default")
    form.get_by_text("Advanced", exact=True).click()
    form.get_by_label("TFTP folder", exact=True).fill("srv/tftp")
    form.get_by_label("Boot file").fill("pxelinux.0")
    form.get_by_label("Keep questions for IPv4 addresses").check()
    form.get_by_role("button", name="Save").click()
    expect(form).to_contain_text("Say the whole path of the folder")
    form.get_by_label("TFTP folder", exact=True).scroll_into_view_if_needed()
    in_both_themes(page, "network-settings", a_picture)
    page.set_viewport_size({"width": 800, "height": 900})
    in_both_themes(page, "network-settings-narrow", a_picture)
    assert page.evaluate(FITS)
    form.get_by_label("TFTP folder", exact=True).fill("/srv/tftp")
    form.get_by_role("button", name="Save").click()
    expect(form).to_have_count(0)
    expect(a_section.page.locator(".qvirt-host-panel")).to_contain_text("wait for its next start")


def test_the_section_and_what_is_folded_in_it_fit_into_800_pixels(a_section, a_picture):
    page = a_section.page
    network(a_section, "default").click()
    parts = a_section.get_by_text("Interfaces of the host and network filters", exact=True)
    parts.click()
    table = a_section.get_by_role("grid", name="Interfaces of the host and network filters")
    expect(table.get_by_role("row").nth(1)).to_be_visible(timeout=120_000)
    table.get_by_role("row").nth(1).click()
    expect(a_section.locator(".cm-content")).to_contain_text("name='br0'")
    page.set_viewport_size({"width": 800, "height": 900})
    in_both_themes(page, "networks-narrow", a_picture)
    assert page.evaluate(FITS)


def test_stop_asks_and_delete_says_why_it_cannot(a_section):
    page = a_section.page
    row = network(a_section, "ipv6-only")
    row.click()
    delete = a_section.get_by_role("button", name="Delete…")
    expect(delete).to_have_attribute("aria-disabled", "true")
    a_section.get_by_role("button", name="Stop…").click()
    page.get_by_role("button", name="Stop", exact=True).click()
    expect(row).to_contain_text("off")
    expect(delete).not_to_have_attribute("aria-disabled", "true")
    delete.click()
    page.get_by_role("button", name="Delete", exact=True).click()
    expect(row).to_have_count(0)
