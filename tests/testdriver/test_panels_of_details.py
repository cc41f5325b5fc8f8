"""The Details tab on libvirt's test driver: what it shows, and what becomes of what is typed."""

from __future__ import annotations

import pytest
from a_fresh_store import make_fresh
from a_manager import wait_for
from a_rich_machine import (
    define_rich,
    details_of,
    device,
    entries,
    field,
    go_to,
    press,
    say,
    type_in,
)

from qvirt_jupyter import documents
from qvirt_jupyter.widgets import vm_panel
from qvirt_jupyter.widgets.details.definitions import Definitions, devices_of
from qvirt_jupyter.widgets.details.entries import groups
from qvirt_jupyter.widgets.preferences import preferences

SECRET = "tiger"  # noqa: S105 - of a machine that is made up


@pytest.fixture(autouse=True)
def _fresh_preferences(monkeypatch):
    make_fresh(monkeypatch, preferences)


@pytest.fixture
def a_machine(a_connection):
    return define_rich(a_connection)


@pytest.fixture
def a_panel(a_machine):
    panel = vm_panel(a_machine)
    assert wait_for(lambda: panel._record)
    yield panel
    panel.close()


@pytest.fixture
def a_tab(a_panel):
    return details_of(a_panel)


def answer(panel, button):
    (question,) = wait_for(lambda: panel._questions.questions)
    view = next(
        child for child in panel.children if getattr(child, "_board", 0) is panel._questions
    )
    say(view, type="answer", id=question[0], button=button, values={}, remember=False)
    return question[1]


def test_the_tree_lists_pages_and_devices_in_order(a_tab):
    groups = a_tab._tree.shown["groups"]
    assert [group["label"] for group in groups] == [
        "Machine",
        "Disks",
        "Network",
        "Input, display and sound",
        "Ports and channels",
        "Other devices",
    ]
    assert [entry["label"] for entry in groups[0]["entries"]] == [
        "Overview",
        "OS information",
        "Performance",
        "CPUs",
        "Memory",
        "Boot order",
        "Features and limits",
    ]
    assert [entry["icon"] for entry in groups[1]["entries"]] == ["disk", "cdrom"]


def test_devices_are_called_what_people_call_them(a_tab, a_connection):
    known = entries(a_tab)
    assert {"VirtIO disk 1", "SATA CD-ROM 1", "NIC 00:00:a1", "Serial port 1"} <= known.keys()
    # The console that only repeats the serial port is not listed.
    assert not any(entry["icon"] == "console" for entry in known.values())
    assert "qcow2 · web.qcow2" in known["VirtIO disk 1"]["summary"]
    a_connection.storage_pools.create(
        "<pool type='dir'><name>rich</name><target><path>/lab/rich</path></target></pool>",
        build=False,
    )
    a_connection.storage_pools["rich"].create_volume("web.qcow2", 20 * 1024**3)
    a_tab._read_again()
    # Sizes come a little later than the tree.
    assert wait_for(lambda: entries(a_tab)["VirtIO disk 1"]["summary"].startswith("20 GiB"))


def test_only_what_was_touched_is_applied(a_tab, a_machine):
    go_to(a_tab, "Memory")
    assert field(a_tab, "current_memory")["value"] == "1024"
    type_in(a_tab, "current_memory", "1536")
    assert wait_for(lambda: a_tab._view.shown["dirty"])
    assert a_tab._tree.shown["dirty"]
    # Somebody else changes another value meanwhile.
    with a_machine.edit() as definition:
        definition.description = "theirs"
    press(a_tab, "apply")
    assert wait_for(lambda: not a_tab._view.shown["dirty"])
    stored = a_machine.document(inactive=True)
    assert (stored.current_memory, stored.description) == (1536 * 1024, "theirs")


def test_cancel_forgets_what_was_typed(a_tab, a_machine):
    go_to(a_tab, "Memory")
    type_in(a_tab, "current_memory", "1536")
    assert wait_for(lambda: a_tab._view.shown["dirty"])
    before = a_tab._view.shown["draft"]
    press(a_tab, "cancel")
    assert wait_for(lambda: not a_tab._view.shown["dirty"])
    assert field(a_tab, "current_memory")["value"] == "1024"
    assert a_tab._view.shown["draft"] > before
    assert a_machine.document(inactive=True).current_memory == 1024 * 1024


def test_what_applying_does_is_said_before(a_tab):
    go_to(a_tab, "Memory")
    type_in(a_tab, "current_memory", "1536")
    effects = wait_for(lambda: a_tab._view.shown["effects"])
    assert effects[0]["when"] == "now"
    assert effects[0]["what"] == "Memory: 1024 MiB → 1536 MiB"
    say(a_tab._view, type="diff", wanted=True)
    assert wait_for(lambda: "+" in a_tab._view.shown["diff"])
    assert "1572864" in a_tab._view.shown["diff"]


def test_the_history_names_what_was_applied_as_its_page_does(a_tab, a_machine):
    go_to(a_tab, "Memory")
    type_in(a_tab, "current_memory", "1536")
    assert wait_for(lambda: a_tab._view.shown["dirty"])
    press(a_tab, "apply")
    assert wait_for(lambda: a_machine.history)
    assert a_machine.history[0].cause == "Memory"
    nic = device(a_tab, "interface")["label"]
    go_to(a_tab, nic)
    type_in(a_tab, "link_state", "down")
    # The whole element is new, but the page knows it as one value.
    effects = wait_for(lambda: a_tab._view.shown["effects"])
    assert effects[0]["what"] == "Link state: not set → Down"
    press(a_tab, "apply")
    assert wait_for(lambda: a_machine.history[0].cause == f"{nic}: Link state")


def test_a_page_of_the_machine_is_marked_until_its_changes_count(a_tab, a_machine):
    if not a_machine.is_active:
        a_machine.start()
    assert wait_for(lambda: a_tab._definitions.running)
    with a_machine.edit() as definition:
        definition.vcpus = 1
    assert wait_for(lambda: entries(a_tab)["CPUs"]["marks"])
    assert not entries(a_tab)["Memory"]["marks"]
    a_machine.destroy()
    assert wait_for(lambda: not entries(a_tab)["CPUs"]["marks"])


def test_nonsense_stays_with_its_reason_and_is_not_applied(a_tab, a_machine):
    go_to(a_tab, "Memory")
    type_in(a_tab, "current_memory", "plenty")
    assert wait_for(lambda: field(a_tab, "current_memory")["error"])
    assert field(a_tab, "current_memory")["value"] == "plenty"
    press(a_tab, "apply")
    assert wait_for(lambda: a_tab._view.shown["attempt"] == 1)
    assert a_machine.document(inactive=True).current_memory == 1024 * 1024


def test_leaving_a_page_asks_and_stay_stays(a_tab, a_panel):
    go_to(a_tab, "Memory")
    type_in(a_tab, "current_memory", "1536")
    assert wait_for(lambda: a_tab._view.shown["dirty"])
    key = entries(a_tab)["CPUs"]["id"]
    say(a_tab._tree, type="select", id=key)
    question = answer(a_panel, "no")
    assert "Memory" in str(question.title)
    assert a_tab._view.shown["key"] == "memory"
    assert field(a_tab, "current_memory")["value"] == "1536"


def test_leaving_a_page_applies(a_tab, a_panel, a_machine):
    go_to(a_tab, "Memory")
    type_in(a_tab, "current_memory", "1536")
    assert wait_for(lambda: a_tab._view.shown["dirty"])
    say(a_tab._tree, type="select", id=entries(a_tab)["CPUs"]["id"])
    answer(a_panel, "yes")
    assert wait_for(lambda: a_tab._view.shown["key"] == "processors")
    assert a_machine.document(inactive=True).current_memory == 1536 * 1024


def test_leaving_the_tab_and_starting_ask_too(a_tab, a_panel, a_machine):
    go_to(a_tab, "Memory")
    type_in(a_tab, "current_memory", "1536")
    assert wait_for(lambda: a_tab._view.shown["dirty"])
    a_panel._tabs.selected_index = 0
    assert wait_for(lambda: a_panel._tabs.selected_index == 1)
    answer(a_panel, "no")
    say(a_panel._head, type="press", id="start")
    answer(a_panel, "other")
    assert wait_for(lambda: a_panel._head.shown["state"] == "running")
    assert a_machine.document(inactive=True).current_memory == 1024 * 1024


def test_a_failing_apply_stays_on_the_page(a_tab, a_panel, a_machine):
    go_to(a_tab, "Memory")
    type_in(a_tab, "current_memory", "1536")
    assert wait_for(lambda: a_tab._view.shown["dirty"])
    a_machine.undefine()
    say(a_tab._tree, type="select", id=entries(a_tab)["CPUs"]["id"])
    answer(a_panel, "yes")
    assert wait_for(lambda: a_tab._view.shown["problem"])
    assert a_tab._view.shown["key"] == "memory"
    assert field(a_tab, "current_memory")["value"] == "1536"


def test_a_draft_is_not_clobbered_and_says_who_changed_what(a_tab, a_machine):
    page = go_to(a_tab, "Memory")
    type_in(a_tab, "current_memory", "1536")
    assert wait_for(lambda: a_tab._view.shown["dirty"])
    with a_machine.edit() as definition:
        definition.memory = 4096 * 1024
        definition.devices.interfaces.clear()
    assert wait_for(lambda: a_tab._view.shown["warning"])
    assert "Somebody else" in a_tab._view.shown["warning"]
    assert field(a_tab, "current_memory")["value"] == "1536"
    assert a_tab._view.shown["draft"] == page["draft"]
    # The tree follows all the same.
    assert wait_for(lambda: all(g["label"] != "Network" for g in a_tab._tree.shown["groups"]))


def test_what_is_fixed_after_the_install_says_why(a_tab):
    page = go_to(a_tab, "Overview")
    fixed = {each["name"] for each in page["fields"] if each["fixed"]}
    assert {"name", "uuid", "os.machine", "os.firmware"} <= fixed
    assert "title" not in fixed
    key = device(a_tab, "interface")["id"]
    say(a_tab._tree, type="select", id=key)
    assert wait_for(lambda: a_tab._view.shown["key"] == key)
    assert "installed" in field(a_tab, "mac")["fixed"]
    type_in(a_tab, "mac", "52:54:00:00:00:ff")
    assert not a_tab._view.shown["dirty"]


def test_a_network_card_of_a_running_machine_has_its_addresses(a_tab, a_machine):
    a_machine.start()
    (address,) = wait_for(a_machine.addresses)
    key = device(a_tab, "interface")["id"]
    say(a_tab._tree, type="select", id=key)
    facts = wait_for(lambda: a_tab._view.shown["key"] == key and a_tab._view.shown["facts"])
    assert [(fact["label"], fact["value"]) for fact in facts] == [("Addresses", str(address))]


def test_the_system_says_why_it_says_nothing(a_tab, a_machine):
    go_to(a_tab, "OS information")
    facts = wait_for(lambda: a_tab._view.shown["facts"])
    assert [fact["value"] for fact in facts] == ["The machine is off."]
    a_machine.start()
    # The test driver has no agents.
    assert wait_for(lambda: "off" not in a_tab._view.shown["facts"][0]["value"])


def test_secrets_come_up_and_never_go_down(a_tab, a_machine):
    key = device(a_tab, "graphics")["id"]
    say(a_tab._tree, type="select", id=key)
    assert wait_for(lambda: a_tab._view.shown["key"] == key)
    type_in(a_tab, "source.password", SECRET)
    assert wait_for(lambda: a_tab._view.shown["dirty"])
    assert SECRET not in repr(a_tab._view.shown)
    assert "hunter2" not in repr(a_tab._view.shown)
    press(a_tab, "apply")
    assert wait_for(lambda: not a_tab._view.shown["dirty"])
    assert SECRET not in repr(a_tab._view.shown)
    (display,) = a_machine.document(inactive=True, secure=True).devices.graphics
    assert isinstance(display.source, documents.Vnc)
    assert display.source.password == SECRET


def test_the_xml_of_a_device_is_one_click_away(a_tab, a_panel):
    go_to(a_tab, "VNC display")
    press(a_tab, "xml")
    editor = wait_for(lambda: a_panel._definition._editor)
    assert wait_for(lambda: editor.shown["chosen"] == "graphics 1")
    assert a_panel._tabs.selected_index == 4
    a_panel._tabs.selected_index = 1
    # What was typed is not lost on the way.
    type_in(a_tab, "source.port", "5999")
    press(a_tab, "xml")
    answer(a_panel, "no")
    assert wait_for(lambda: a_tab._view.shown["dirty"])
    assert a_panel._tabs.selected_index == 1


def test_why_a_choice_does_not_fit_names_the_other_value(a_tab):
    go_to(a_tab, device(a_tab, "interface")["label"])
    reasons = {each["value"]: each["reason"] for each in field(a_tab, "model")["choices"]}
    assert "machine type pc" in reasons["e1000e"]
    assert reasons["virtio"] == ""


def test_what_goes_at_the_next_start_is_not_removed_again(a_machine):
    stored = a_machine.document(inactive=True)
    running = stored.copy()
    stored.devices.remove(stored.devices.graphics[0])
    stored.devices.remove(stored.devices.interfaces[0])
    found = Definitions(stored, running, persistent=True)
    cards = [key for key in devices_of(running) if key.startswith("interface")]

    def of(unplugging):
        return {
            entry["icon"]: entry
            for group in groups(found, unplugging)
            for entry in group["entries"]
            if entry["marks"]
        }

    assert "removed already" in of(())["graphics"]["kept"]
    # It may be unplugged, so that is worth a try; and another one, if the guest did not answer.
    assert of(())["interface"]["kept"] == ""
    assert of(())["interface"]["remove"] == "Remove"
    assert of(cards)["interface"]["remove"] == "Ask the guest again"


def test_a_stored_password_is_taken_away(a_tab, a_machine):
    go_to(a_tab, "VNC display")
    away = "source.password away"
    assert field(a_tab, "source.password")["placeholder"] == "unchanged"
    assert field(a_tab, away)["label"] == "Password: remove the one that is stored"
    type_in(a_tab, away, "true")
    assert wait_for(lambda: a_tab._view.shown["effects"])
    # Whoever types another one keeps it, and an empty input does not bring the old one back.
    type_in(a_tab, "source.password", SECRET)
    assert wait_for(lambda: field(a_tab, away)["value"] == "false")
    type_in(a_tab, away, "true")
    type_in(a_tab, "source.password", "")
    assert wait_for(lambda: field(a_tab, away)["value"] == "true")
    # What was foreseen of the password that was typed may still stand there.
    assert wait_for(
        lambda: (
            [each["what"] for each in a_tab._view.shown["effects"]] == ["Password: •••• → not set"]
        )
    )
    press(a_tab, "apply")
    assert wait_for(lambda: not a_tab._view.shown["dirty"])
    (display,) = a_machine.document(inactive=True, secure=True).devices.graphics
    assert display.source.password is None
    assert wait_for(lambda: field(a_tab, "source.password")["placeholder"] == "")
    assert away not in [each["name"] for each in a_tab._view.shown["fields"]]
    assert a_machine.history[0].cause == "VNC display: Password"


def test_processors_copy_the_host_and_are_arranged(a_tab, a_machine):
    go_to(a_tab, "CPUs")
    type_in(a_tab, "copies_host", "true")
    type_in(a_tab, "arranged", "true")
    type_in(a_tab, "cpu.topology.cores", "2")
    assert wait_for(lambda: field(a_tab, "processors")["value"] == "4")
    assert field(a_tab, "processors")["fixed"]
    assert not field(a_tab, "model")["shown"]
    press(a_tab, "apply")
    assert wait_for(lambda: not a_tab._view.shown["dirty"])
    cpu = a_machine.document(inactive=True).cpu
    assert (cpu.mode, cpu.topology.sockets, cpu.topology.cores) == ("host-passthrough", 2, 2)


def test_more_processors_than_the_host_has_are_warned_of(a_tab):
    go_to(a_tab, "CPUs")
    assert wait_for(lambda: a_tab._view.shown["facts"])
    assert a_tab._view.shown["warning"] == ""
    type_in(a_tab, "processors", "64")
    assert wait_for(lambda: "slower" in a_tab._view.shown["warning"])


def test_memory_is_shared_and_not(a_tab, a_machine):
    go_to(a_tab, "Memory")
    type_in(a_tab, "shared", "true")
    assert wait_for(lambda: a_tab._view.shown["dirty"])
    press(a_tab, "apply")
    assert wait_for(lambda: not a_tab._view.shown["dirty"])
    backing = a_machine.document(inactive=True).memory_backing
    assert (backing.source, backing.access) == ("memfd", "shared")
    type_in(a_tab, "shared", "false")
    assert wait_for(lambda: a_tab._view.shown["dirty"])
    press(a_tab, "apply")
    assert wait_for(lambda: not a_tab._view.shown["dirty"])
    assert not a_machine.document(inactive=True).memory_backing


def test_the_boot_order_is_for_devices_and_replaces_the_older_way(a_tab, a_machine):
    page = go_to(a_tab, "Boot order")
    chosen = [each["id"] for each in page["boot"] if each["chosen"]]
    assert len(chosen) == 2
    network, disk = chosen[1], chosen[0]
    say(a_tab._view, type="order", key="boot", chosen=[network, disk], number=7)
    assert wait_for(lambda: a_tab._view.shown["answered"] == 7)
    assert wait_for(lambda: a_tab._view.shown["dirty"])
    press(a_tab, "apply")
    assert wait_for(lambda: not a_tab._view.shown["dirty"])
    stored = a_machine.document(inactive=True)
    assert list(stored.os.boot) == []
    assert stored.devices.disks["vda"].boot_order == 2
    assert stored.devices.interfaces[0].boot_order == 1


def test_autostart_is_set_with_apply(a_tab, a_machine):
    go_to(a_tab, "Boot order")
    type_in(a_tab, "autostart", "true")
    assert wait_for(lambda: a_tab._view.shown["dirty"])
    assert a_machine.autostart is False
    press(a_tab, "apply")
    assert wait_for(lambda: a_machine.autostart)
    assert wait_for(lambda: field(a_tab, "autostart")["value"] == "true")


def test_a_device_is_removed_after_a_question(a_tab, a_panel, a_machine):
    key = device(a_tab, "interface")["id"]
    say(a_tab._tree, type="remove", id=key)
    question = answer(a_panel, "no")
    assert "web" in str(question.title)
    assert len(a_machine.document(inactive=True).devices.interfaces) == 1
    say(a_tab._tree, type="remove", id=key)
    answer(a_panel, "yes")
    assert wait_for(lambda: not a_machine.document(inactive=True).devices.interfaces)
    assert wait_for(lambda: device(a_tab, "interface") is None)


def test_pages_of_every_machine_are_not_removed(a_tab, a_panel):
    say(a_tab._tree, type="remove", id="memory")
    assert a_panel._questions.questions == ()
    assert "every machine" in entries(a_tab)["Memory"]["kept"]
