"""Devices and secrets of a host, by mouse and keyboard, in light and dark, on a real libvirtd."""

from __future__ import annotations

import re

import pytest
from a_console_host import a_running_host, missing
from axe_playwright_python.sync_playwright import Axe
from patience import until
from playwright.sync_api import expect

pytestmark = [
    pytest.mark.qemu,
    pytest.mark.slow,
    pytest.mark.skipif(bool(missing()), reason=missing()),
]
VALUE = "Tr0ub4dor-and-3"
NEEDY = """
<domain type='qemu'><name>needy</name><memory unit='MiB'>32</memory>
<os><type arch='x86_64' machine='pc'>hvm</type></os>
<devices><disk type='network' device='disk'><driver name='qemu' type='raw'/>
<auth username='lab'><secret type='ceph' usage='client.lab'/></auth>
<source protocol='rbd' name='pool/image'><host name='127.0.0.1' port='6321'/></source>
<target dev='vda' bus='virtio'/></disk></devices></domain>"""


@pytest.fixture(scope="module")
def a_host():
    with a_running_host() as host:
        yield host


@pytest.fixture
def a_panel(a_context, a_lab_with_our_panels, a_workspace, a_host):
    """The tab of the host."""
    page = a_lab_with_our_panels.enter(a_context, a_workspace)
    page.evaluate(
        "host => jupyterapp.commands.execute('qvirt:open-host', host)",
        {"uri": a_host.uri, "title": "Host"},
    )
    panel = page.locator(".qvirt-host-panel")
    expect(panel.locator(".qvirt-tabs").first).to_be_visible(timeout=180_000)
    yield panel
    a_lab_with_our_panels.end_sessions()
    for secret in a_host.connection.listAllSecrets():
        secret.undefine()


def tab(panel, name):
    panel.locator(".qvirt-tabs").get_by_role("tab", name=name, exact=True).click()


def table(panel, name):
    return panel.get_by_role("treegrid", name=name).or_(panel.get_by_role("grid", name=name))


def looks(panel, name, a_picture):
    """Look in both themes; axe finds nothing."""
    page = panel.page
    for theme in ("JupyterLab Dark", "JupyterLab Light"):
        page.evaluate(
            "theme => window.jupyterapp.commands.execute('apputils:change-theme', {theme})", theme
        )
        page.wait_for_function("theme => document.body.dataset.jpThemeName === theme", arg=theme)
        # JupyterLab covers everything while it changes.
        expect(page.locator("#jupyterlab-splash")).to_have_count(0)
        a_picture(page, f"{name}-{theme.split()[-1].lower()}")
        found = Axe().run(
            page, context=".qvirt-host-panel", options={"resultTypes": ["violations"]}
        )
        assert found.violations_count == 0, found.generate_report()


def test_a_secret_is_made_set_and_deleted_by_keyboard(a_panel, a_host, a_picture):
    page = a_panel.page
    tab(a_panel, "Secrets")
    expect(a_panel.get_by_text("There are no secrets.")).to_be_visible(timeout=120_000)
    a_panel.get_by_role("button", name="New secret…").click()
    form = a_panel.locator(".qvirt-form").filter(has_text="New secret")
    form.get_by_label("Used for").select_option(label="iSCSI")
    form.get_by_label("Path or name").fill("iqn.2026-01.org.example:disks")
    form.get_by_label("Value", exact=True).fill(VALUE)
    a_picture(page, "host-secret-new")
    form.get_by_label("Value", exact=True).press("Enter")
    row = table(a_panel, "Secrets").get_by_role("row", name=re.compile("iqn.2026-01"))
    expect(row).to_be_visible(timeout=120_000)
    expect(row).to_contain_text("set")
    (secret,) = a_host.connection.listAllSecrets()
    assert secret.value() == VALUE.encode()
    assert VALUE not in page.content()
    looks(a_panel, "host-secrets", a_picture)
    # Enter on its row sets another value.
    row.click()
    page.keyboard.press("Enter")
    another = a_panel.get_by_label("Value", exact=True)
    expect(another).to_be_visible(timeout=120_000)
    another.fill("another")
    another.press("Enter")
    assert until(page, lambda: secret.value() == b"another")
    row.click()
    page.keyboard.press("Delete")
    question = a_panel.get_by_text("Its value is gone for good.")
    expect(question).to_be_visible(timeout=120_000)
    a_panel.get_by_role("button", name="Delete", exact=True).click()
    expect(a_panel.get_by_text("There are no secrets.")).to_be_visible(timeout=120_000)


def test_devices_are_a_tree_to_search_with_their_xml(a_panel, a_picture):
    page = a_panel.page
    tab(a_panel, "Devices")
    tree = table(a_panel, "Devices of the host")
    expect(tree.get_by_role("row").nth(3)).to_be_visible(timeout=120_000)
    looks(a_panel, "host-devices", a_picture)
    first = tree.get_by_role("row").nth(1)
    first.click()
    expect(a_panel.get_by_role("button", name="Detach…")).to_be_visible(timeout=120_000)
    page.keyboard.press("Enter")
    text = a_panel.locator(".cm-content")
    expect(text).to_contain_text("<device")
    a_picture(page, "host-devices-xml")
    a_panel.get_by_role("searchbox").or_(a_panel.get_by_label("Filter")).first.fill("computer")
    expect(tree.get_by_role("row", name=re.compile("computer")).first).to_be_visible(
        timeout=120_000
    )


def test_the_overview_renames_the_connection(a_panel, a_picture):
    expect(a_panel.locator(".qvirt-facts").first).to_contain_text("libvirt")
    name = a_panel.get_by_label("Display name")
    name.fill("The test's own")
    name.press("Enter")
    expect(a_panel.locator("h2")).to_have_text("The test's own")
    looks(a_panel, "host-overview", a_picture)


def test_capabilities_follow_the_kind_of_machine(a_panel, a_picture):
    tab(a_panel, "Capabilities")
    ready = a_panel.get_by_role("table", name="Is it ready?")
    expect(ready).to_contain_text("KVM", timeout=180_000)
    offers = a_panel.get_by_role("table", name="What a machine can have")
    expect(offers).to_contain_text("virtio")
    looks(a_panel, "host-capabilities", a_picture)
    machine = a_panel.get_by_label("Machine type")
    other = next(each for each in machine.locator("option").all_inner_texts() if "pc" in each)
    machine.select_option(label=other)
    expect(offers).to_contain_text("virtio")


def test_a_host_that_is_open_is_not_opened_twice_for_another_section(a_panel, a_host):
    page = a_panel.page
    for section, label in (("secrets", "Secrets"), ("devices", "Devices"), ("xml", "XML")):
        page.evaluate(
            "host => jupyterapp.commands.execute('qvirt:open-host', host)",
            {"uri": a_host.uri, "title": "Host", "section": section},
        )
        front = a_panel.locator(".qvirt-tabs").get_by_role("tab", name=label, exact=True)
        expect(front).to_have_attribute("aria-selected", "true")
    expect(page.locator(".qvirt-PanelTab")).to_have_count(1)


def test_huge_pages_are_asked_for_and_who_may_not_is_told(a_panel, a_picture):
    tab(a_panel, "Capabilities")
    a_panel.get_by_role("button", name="Reserve huge pages…").click(timeout=180_000)
    form = a_panel.locator(".qvirt-form").filter(has_text="Huge pages")
    number = form.get_by_label("Number")
    number.fill("16")
    expect(form).to_contain_text("32 MiB")
    a_picture(a_panel.page, "host-huge-pages")
    number.press("Enter")
    # The service belongs to an ordinary user.
    told = a_panel.get_by_role("log", name="Messages").get_by_text("may not reserve").first
    expect(told).to_be_visible(timeout=120_000)
    expect(form).to_have_count(0)


def test_a_secret_leads_to_the_machine_that_needs_it(a_panel, a_host, a_picture):
    a_host.connection.secretDefineXML(
        "<secret><usage type='ceph'><name>client.lab</name></usage></secret>"
    )
    machine = a_host.connection.defineXML(NEEDY)
    tab(a_panel, "Secrets")
    row = table(a_panel, "Secrets").get_by_role("row", name=re.compile("client.lab"))
    expect(row).to_contain_text("machine needy")
    row.click()
    opens = a_panel.get_by_role("button", name="Open machine needy")
    expect(opens).to_be_visible(timeout=120_000)
    a_picture(a_panel.page, "host-secret-user")
    opens.click()
    opened = a_panel.page.locator(".qvirt-PanelTab h2", has_text="needy")
    expect(opened).to_be_visible(timeout=120_000)
    machine.undefine()
