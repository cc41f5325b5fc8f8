"""What the wizard offers beside the usual: bridges, other kinds of machines, ways, uploads."""

from __future__ import annotations

import dataclasses
import threading

import pytest
from a_fresh_store import make_fresh
from a_host_offer import capabilities, offer_to
from a_manager import wait_for
from a_wizard import Wizard

from qvirt_jupyter import documents
from qvirt_jupyter.hypervisor import Connection, publisher
from qvirt_jupyter.provision import HostLink, NoInstall, osinfo
from qvirt_jupyter.provision.guest import HostOffer
from qvirt_jupyter.widgets import shell
from qvirt_jupyter.widgets.creation.default_bridge import default_bridge
from qvirt_jupyter.widgets.preferences import preferences
from qvirt_jupyter.widgets.recent_media import recent_media, recent_trees

ARM = """<guest><os_type>hvm</os_type><arch name='aarch64'><wordsize>64</wordsize>
<emulator>/usr/bin/qemu-system-aarch64</emulator><machine>raspi3b</machine><machine>virt-7.2</machine>
<machine canonical='virt-7.2'>virt</machine><domain type='qemu'/></arch></guest>
</capabilities>"""
pytestmark = pytest.mark.usefixtures("a_user_without_a_past")


@pytest.fixture(autouse=True)
def _nothing_used(monkeypatch):
    for store in (recent_media, recent_trees):
        make_fresh(monkeypatch, store)


@pytest.fixture
def opened(monkeypatch):
    """What is asked of JupyterLab."""
    asked = []
    monkeypatch.setattr(shell, "_send", asked.append)
    return asked


@pytest.fixture
def a_wizard(a_uri):
    wizard = Wizard(a_uri)
    yield wizard
    wizard.panel.close()


def at_the_network(wizard):
    wizard.say(type="kind", id="manual")
    wizard.go_to("medium")
    wizard.choose_system("generic")
    wizard.go_to("network")


@pytest.mark.parametrize(
    ("chosen", "field", "kind"), [("bridge", "bridge", "bridge"), ("macvtap", "device", "direct")]
)
def test_it_can_be_in_the_network_of_the_host(a_wizard, opened, chosen, field, kind):
    at_the_network(a_wizard)
    assert chosen in [each["value"] for each in a_wizard.field("network")["choices"]]
    a_wizard.type("network", chosen)
    a_wizard.press("next")
    assert "Enter the name" in a_wizard.field(field)["error"]
    a_wizard.type(field, "lab0")
    a_wizard.go_to("summary")
    assert "lab0" in str(a_wizard.state["summary"])
    a_wizard.press("code")
    assert f"network=HostLink({field}='lab0')" in a_wizard.state["text"]
    a_wizard.type("name", "linked")
    a_wizard.press("create")
    assert wait_for(lambda: opened or a_wizard.state["run"]["problem"])
    (card,) = (
        a_wizard.panel._connection.domains["linked"].document(inactive=True).devices.interfaces
    )
    assert card.type == kind
    assert getattr(card.source, field) == "lab0"


def on_a_host_of_many_kinds(wizard):
    """Let the wizard think that its host is another one, and return what was known before."""
    known = wizard.panel.wizard.facts
    text = str(capabilities("capabilities")).replace("</capabilities>", ARM)
    offer = HostOffer(documents.parse(text), offer_to)
    many = dataclasses.replace(known, offer=offer)
    publisher.post(None, lambda: wizard.panel.wizard.use(wizard.panel._connection, many))
    assert wait_for(lambda: len(wizard.state["fields"]) > 1)
    return known


@pytest.mark.skipif(not osinfo().is_installed, reason="osinfo-db is not installed")
def test_the_name_says_that_it_is_another_architecture(a_wizard):
    on_a_host_of_many_kinds(a_wizard)
    a_wizard.type("architecture", "aarch64")
    a_wizard.say(type="kind", id="manual")
    a_wizard.go_to("medium")
    a_wizard.say(type="system", wish="old", text="true")
    a_wizard.choose_system("debian11")
    assert a_wizard.panel.wizard.name == "debian11-aarch64"


def test_another_kind_of_machine_is_chosen_from_what_the_host_has(a_wizard):
    known = on_a_host_of_many_kinds(a_wizard)
    assert a_wizard.field("architecture")["value"] == "x86_64"
    choices = [each["value"] for each in a_wizard.field("architecture")["choices"]]
    assert choices == ["x86_64", "aarch64"], "i686 needs no machine of its own"
    assert a_wizard.field("architecture")["advanced"]
    machines = [each["value"] for each in a_wizard.field("machine")["choices"]]
    suits = a_wizard.field("machine")["value"]
    assert machines[0] == suits != "q35"
    assert {"pc", "q35"} <= set(machines)
    a_wizard.type("machine", "q35")
    a_wizard.type("hypervisor", "qemu")
    assert a_wizard.field("machine")["value"] == suits, "another hypervisor may not have it"
    assert any("emulates" in words for words in a_wizard.state["warnings"])
    a_wizard.type("machine", "q35")
    request = a_wizard.panel.wizard.request
    assert (request.hypervisor, request.machine, request.architecture) == ("qemu", "q35", "")
    a_wizard.type("architecture", "aarch64")
    assert [each["name"] for each in a_wizard.state["fields"]] == [
        "connection",
        "architecture",
        "machine",
    ]
    assert a_wizard.field("machine")["value"] == "virt"
    assert a_wizard.panel.wizard.request.machine == ""
    # A host that has no such thing takes it back.
    publisher.post(None, lambda: a_wizard.panel.wizard.use(a_wizard.panel._connection, known))
    assert wait_for(lambda: [each["name"] for each in a_wizard.state["fields"]] == ["connection"])
    assert a_wizard.panel.wizard.request.architecture == ""


def test_what_its_user_prefers_of_new_machines_is_in_the_request(a_wizard):
    preferences.set(
        new_display="spice", new_format="raw", new_firmware="uefi", new_processor="host-model"
    )
    known = on_a_host_of_many_kinds(a_wizard)
    request = a_wizard.panel.wizard.request
    assert (request.display, request.firmware, request.processor) == ("spice", "uefi", "host-model")
    assert request.disks[0].format == "raw"
    a_wizard.type("hypervisor", "qemu")
    assert a_wizard.panel.wizard.request.processor == "", "it is asked of KVM only"
    a_wizard.type("architecture", "aarch64")
    assert a_wizard.panel.wizard.request.firmware == "", "it is asked of PCs only"
    # What is chosen for this machine counts more, and what a host cannot have is said.
    wizard = a_wizard.panel.wizard
    wizard.draft = wizard.draft.with_("format", "qcow2")
    assert wizard.request.disks[0].format == "qcow2"
    uefi = {("i686", "test"): False, ("x86_64", "kvm"): False}
    publisher.post(
        None,
        lambda: wizard.use(
            a_wizard.panel._connection, dataclasses.replace(wizard.facts, uefi=uefi)
        ),
    )
    a_wizard.type("architecture", "x86_64")
    assert wait_for(lambda: any("no UEFI" in words for words in a_wizard.state["warnings"]))
    assert wizard.request.firmware == ""
    assert known.uefi


def test_without_uefi_no_installer_starts_on_arm(a_wizard):
    on_a_host_of_many_kinds(a_wizard)
    wizard = a_wizard.panel.wizard
    uefi = {**wizard.facts.uefi, ("aarch64", "qemu"): False}
    publisher.post(
        None,
        lambda: wizard.use(
            a_wizard.panel._connection, dataclasses.replace(wizard.facts, uefi=uefi)
        ),
    )
    a_wizard.type("architecture", "aarch64")

    def reasons():
        return {way["id"] for way in a_wizard.state["ways"] if "no UEFI" in way["reason"]}

    assert wait_for(lambda: reasons() == {"media", "tree"})
    assert wizard.draft.method == "cloud", "the first that can be chosen"
    a_wizard.say(type="kind", id="media")
    assert wizard.draft.method == "cloud"
    a_wizard.type("architecture", "x86_64")
    assert wait_for(lambda: not reasons())


@pytest.mark.parametrize(
    ("uri", "route", "result"),
    [
        ("qemu:///system", "br0\t00000000\t", "br0"),
        ("qemu:///system", "eth0\t00000000\t", ""),
        ("qemu:///system", "br0\t0000FEA9\t", ""),
        ("qemu:///session", "br0\t00000000\t", ""),
        ("qemu+ssh://far/system", "br0\t00000000\t", ""),
    ],
)
def test_the_bridge_of_the_default_route_is_the_network_of_new_machines(
    tmp_path, uri, route, result
):
    routes = tmp_path / "route"
    routes.write_text(f"Iface\tDestination\tGateway\n{route}0101A8C0\n")
    assert default_bridge(Connection(uri), ("br0",), routes) == result
    assert default_bridge(Connection(uri), ("br0",), tmp_path / "none") == ""


def test_that_bridge_is_chosen_at_first(a_wizard):
    wizard = a_wizard.panel.wizard
    wizard.facts = dataclasses.replace(wizard.facts, default_bridge="br0")
    at_the_network(a_wizard)
    assert a_wizard.field("network")["value"] == "bridge"
    assert a_wizard.field("bridge")["value"] == "br0"
    assert wizard.request.network == HostLink(bridge="br0")
    a_wizard.go_to("summary")


def test_trees_that_were_used_are_offered_again(a_wizard, a_uri):
    url = "http://127.0.0.1:1/tree/"
    wizard = a_wizard.panel.wizard
    wizard.draft = wizard.draft.with_("method", "tree").with_("url", url)
    wizard._remember()
    again = Wizard(a_uri)
    again.say(type="kind", id="tree")
    again.go_to("medium")
    assert [each["value"] for each in again.field("url")["choices"]] == [url]
    again.panel.close()


def test_quick_create_offers_what_most_people_take(a_uri):
    wizard = Wizard(a_uri, quick="true")
    assert [way["id"] for way in wizard.state["ways"]] == ["media", "cloud"]
    wizard.type("media", "/lab/images/some.iso")
    wizard.press("pages")
    assert wait_for(lambda: wizard.state["page"] == "method")
    assert "network" in [way["id"] for way in wizard.state["ways"]]
    wizard.go_to("medium")
    assert wizard.field("media")["value"] == "/lab/images/some.iso", "what was typed stays"
    wizard.panel.close()


def test_a_dropped_file_is_awaited(a_uri):
    wizard = Wizard(a_uri, upload="rescue.iso")
    assert (wizard.state["page"], wizard.state["awaits"]) == ("medium", "rescue.iso")
    assert wizard.field("media")["value"] == ""
    wizard.say(type="file", name="rescue.iso", size=5, modified=1, number=1)
    assert wait_for(lambda: wizard.state["run"])
    assert wizard.state["awaits"] == "", "it comes once"
    wizard.press("cancel")
    assert wait_for(lambda: not wizard.state["leaving"])
    wizard.panel.close()


def test_a_dropped_file_needs_a_pool(a_connection, a_uri):
    for pool in a_connection.storage_pools:
        if pool.is_active:
            pool.stop()
    wizard = Wizard(a_uri, upload="disk.qcow2")
    assert wait_for(lambda: "no storage pool is on" in wizard.state["problem"])
    assert not wizard.state["awaits"]
    wizard.panel.close()


@pytest.fixture
def held(monkeypatch):
    """Set when a machine is being made, which then waits until it is cancelled."""
    begun = threading.Event()

    def prepared(_method, request, making):
        making.once("a volume", lambda: making.pool("images").create_volume("half.img", 1024))
        begun.set()
        end = threading.Event()
        while not end.wait(0.05):
            making.check_cancelled()
        return request

    monkeypatch.setattr(NoInstall, "prepared", prepared)
    return begun


def test_leaving_while_it_is_made_says_what_happens_and_can_cancel(a_wizard, opened, held):
    at_the_network(a_wizard)
    a_wizard.go_to("summary")
    a_wizard.type("name", "half")
    assert (a_wizard.state["leaving"], a_wizard.state["goesOn"]) == ("", False)
    a_wizard.press("create")
    assert held.wait(30)
    assert wait_for(lambda: "half is being made" in a_wizard.state["leaving"])
    assert a_wizard.state["goesOn"]
    a_wizard.press("abandon")
    assert wait_for(lambda: opened)
    assert (opened[-1]["action"], opened[-1]["kind"]) == ("close", "create")
    connection = a_wizard.panel._connection
    assert "half" not in connection.domains
    assert wait_for(lambda: "half.img" not in connection.storage_pools["images"].volumes.names)


def test_an_upload_ends_with_the_tab_and_says_so(a_wizard, opened):
    a_wizard.go_to("medium")
    a_wizard.say(type="file", name="some.iso", size=5, modified=1, number=1)
    assert wait_for(lambda: "being uploaded" in a_wizard.state["leaving"])
    assert not a_wizard.state["goesOn"]
    a_wizard.press("abandon")
    assert wait_for(lambda: opened)
    assert opened[-1]["action"] == "close"
