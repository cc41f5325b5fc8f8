"""A network made in the dialog gives its static host the address, which the page then shows."""

from __future__ import annotations

import re

import a_libvirtd
import libvirt
import pytest
from a_storage_tab import SAVED, TAB
from patience import until
from playwright.sync_api import expect

from qvirt_jupyter.provision import PackagesMissing, tiny_guest

pytestmark = [
    pytest.mark.qemu,
    pytest.mark.slow,
    pytest.mark.timeout(1200),
    pytest.mark.skipif(
        bool(a_libvirtd.missing(system=True)), reason=a_libvirtd.missing(system=True)
    ),
]
MAC = "52:54:00:71:00:b2"
CARD = f"""<interface type='network'><mac address='{MAC}'/><source network='lab'/>
<model type='virtio'/></interface>"""


@pytest.fixture
def a_daemon():
    """A system daemon in a network of its own, in which bridges are nobody else's."""
    daemon = a_libvirtd.a_system(apart=True)
    yield daemon
    daemon.stop()


@pytest.fixture
def a_host(a_daemon):
    """A connection to it, beside that of the page."""
    connection = libvirt.open(a_daemon.uri)
    yield connection
    for domain in connection.listAllDomains(libvirt.VIR_CONNECT_LIST_DOMAINS_ACTIVE):
        domain.destroy()
    for network in connection.listAllNetworks(libvirt.VIR_CONNECT_LIST_NETWORKS_ACTIVE):
        network.destroy()
    connection.close()


@pytest.fixture
def a_section(a_daemon, a_context, a_lab_of_a_user):
    """The networks of that host, in its tab."""
    lab = a_lab_of_a_user(SAVED.format(uri=a_daemon.uri))
    page = lab.enter(a_context, "leases", qvirt="manager")
    row = page.locator(".qvirt-vm-list [role=row][aria-level='1']", has_text="Workshop")
    expect(row).to_have_attribute("data-qvirt-state", "connected", timeout=120_000)
    row.dblclick()
    expect(page.locator(TAB, has_text="Workshop")).to_be_visible(timeout=120_000)
    page.get_by_role("tab", name="Networks", exact=True).click(timeout=120_000)
    yield page.locator(".qvirt-networks")
    lab.end_sessions()


def test_the_lease_of_a_static_host_appears(a_section, a_host, tmp_path, a_picture):
    page = a_section.page
    try:
        guest = tiny_guest(disk=None, folder=tmp_path / "guest")
    except PackagesMissing as error:
        pytest.skip(str(error))
    a_section.get_by_role("button", name="New network…").click()
    form = a_section.locator("form")
    form.get_by_label("Name", exact=True).fill("lab")
    form.get_by_label("Network", exact=True).first.fill("10.30.0.0/24")
    expect(form.get_by_label("First address").first).to_have_value("10.30.0.128")
    form.get_by_label("Static hosts").first.fill(f"{MAC} 10.30.0.7 seven")
    form.get_by_role("button", name="Create").click()
    members = a_section.locator(".qvirt-network-details")
    row = members.get_by_role("row", name=re.compile(MAC))
    expect(row).to_contain_text("10.30.0.7 (seven)", timeout=120_000)
    definition = guest.definition("tiny", accelerator="tcg", memory=192 * 1024)
    a_host.createXML(re.sub(r"(?s)<interface.*</interface>", CARD, definition))

    # Of its own card: who it is, the address that it has, and the one that is kept for it.
    name = re.compile(r"^tiny\b.*10\.30\.0\.7\b.*10\.30\.0\.7 \(seven\)")
    lease = members.get_by_role("row", name=name)

    def appears():
        # libvirt has no event for leases.
        members.get_by_role("button", name="Look again").click()
        return lease.count()

    assert until(page, appears, seconds=240), members.inner_text()
    expect(members.get_by_role("row", name=re.compile(MAC))).to_have_count(1)
    a_picture(page, "network-lease")
