"""Displays, ports, sound and the like in the Details tab: added, looked at, changed."""

from __future__ import annotations

import pytest
from a_fresh_store import make_fresh
from a_manager import wait_for
from a_rich_machine import begin_adding, details_of, field, go_to, press, say, type_in

from qvirt_jupyter.documents import Graphics
from qvirt_jupyter.widgets import vm_panel
from qvirt_jupyter.widgets.preferences import preferences

MACHINE = """
<domain type='test'>
  <name>small</name>
  <maxMemory slots='2' unit='MiB'>4096</maxMemory>
  <memory unit='MiB'>1024</memory>
  <vcpu>1</vcpu>
  <os><type arch='x86_64' machine='pc'>hvm</type></os>
  <cpu><numa><cell id='0' cpus='0' memory='1024' unit='MiB'/></numa></cpu>
  <devices>{}</devices>
</domain>
"""
DEVICES = """
<smartcard mode='host'/>
<serial type='pty'><target port='0'/></serial>
<console type='pty'><target type='serial' port='0'/></console>
<channel type='unix'><target type='virtio' name='org.qemu.guest_agent.0'/></channel>
<input type='tablet' bus='usb'/>
<tpm model='tpm-tis'><backend type='emulator' version='2.0'/></tpm>
<graphics type='vnc' port='-1' autoport='yes'><listen type='address' address='127.0.0.1'/></graphics>
<sound model='ich6'/>
<video><model type='qxl' ram='65536' vram='65536' vgamem='16384' heads='1'/></video>
<watchdog model='i6300esb' action='reset'/>
<rng model='virtio'><backend model='random'>/dev/urandom</backend></rng>
<panic model='isa'/>
<vsock model='virtio'><cid auto='yes'/></vsock>
<redirfilter><usbdev class='0x08' vendor='-1' product='-1' version='-1' allow='yes'/></redirfilter>
"""
SPICE = (
    "<channel type='spicevmc'><target type='virtio' name='com.redhat.spice.0'/></channel>"
    "<graphics type='spice'><listen type='none'/></graphics><audio id='1' type='spice'/>"
)


@pytest.fixture(autouse=True)
def _fresh_preferences(monkeypatch):
    make_fresh(monkeypatch, preferences)


@pytest.fixture
def open_tab(a_connection):
    """Open the Details tab of a machine with devices; returns both."""
    panels = []

    def open_(devices=""):
        machine = a_connection.domains.define(MACHINE.format(devices))
        panels.append(vm_panel(machine))
        assert wait_for(lambda: panels[-1]._record)
        return details_of(panels[-1]), machine, panels[-1]

    yield open_
    for panel in panels:
        panel.close()


def answer_yes(panel):
    ((question, asked),) = wait_for(lambda: panel._questions.questions)
    view = next(
        child for child in panel.children if getattr(child, "_board", 0) is panel._questions
    )
    say(view, type="answer", id=question, button="yes", values={}, remember=False)
    return asked


def last_of(machine, tag):
    found = list(machine.document(inactive=True, secure=True).devices.of(tag))
    return found[-1] if found else None


# What is added, what is typed, and what is said of it afterwards: its name and its line.
ADDED = [
    ("serial", {}, "Serial port 1", "Pseudo terminal"),
    ("serial", {"type": "file", "source.path": "/a"}, "Serial port 1", "Output to a file · /a"),
    ("parallel", {"type": "unix", "source.path": "/b"}, "Parallel port 1", "Unix socket · /b"),
    ("console", {}, "Text console 1", "Pseudo terminal"),
    ("channel", {}, "Channel: QEMU guest agent", "Unix socket"),
    (
        "channel",
        {"name": "org.spice-space.webdav.0"},
        "Channel: SPICE folder sharing",
        "SPICE port · org.spice-space.webdav.0",
    ),
    ("channel", {"name": "com.redhat.spice.0"}, "Channel: SPICE agent", "SPICE"),
    ("graphics", {}, "VNC display", "through libvirt only"),
    (
        "graphics",
        {
            "type": "spice",
            "first_listen.type": "address",
            "first_listen.source.address": "0.0.0.0",  # noqa: S104 - on a host that is made up
            "source.port": "5950",
            "source.password": "hush",
        },
        "SPICE display",
        "0.0.0.0 · port 5950 · password",
    ),
    ("input", {}, "USB tablet", "absolute movement"),
    ("input", {"type": "keyboard", "bus": "virtio"}, "VirtIO keyboard", ""),
    ("sound", {}, "Sound card", "Intel HDA (ICH6)"),
    ("sound", {"model": "usb"}, "Sound card", "USB"),
    ("video", {}, "VirtIO video card", ""),
    ("video", {"model": "bochs"}, "Bochs video card", "16 MiB"),
    ("watchdog", {}, "Watchdog", "i6300ESB · Reset the guest"),
    ("smartcard", {}, "Smart card", "The card reader of the host"),
    ("tpm", {}, "TPM", "Emulated · CRB"),
    (
        "tpm",
        {"backend.type": "passthrough", "backend.source.path": "/dev/tpm0"},
        "TPM",
        "Module of the host · CRB · /dev/tpm0",
    ),
    ("rng", {}, "Random numbers", "/dev/urandom"),
    ("panic", {}, "Panic notifier", "ISA port (pvpanic)"),
    ("vsock", {}, "VirtIO sockets", "automatic CID"),
    ("vsock", {"cid": "7"}, "VirtIO sockets", "CID 7"),
    ("memory", {}, "Memory module 1", "512 MiB · Memory module (DIMM)"),
    ("shmem", {}, "Shared memory: shmem0", "4 MiB · Memory only"),
]


@pytest.mark.parametrize("case", ADDED)
def test_each_is_added_as_it_suits_the_guest_or_as_it_was_typed(open_tab, case):
    tag, typed, name, line = case
    tab, machine, _panel = open_tab()
    begin_adding(tab, tag)
    for each, value in typed.items():
        type_in(tab, each, value)
    press(tab, "add")
    assert wait_for(lambda: last_of(machine, tag))
    added = last_of(machine, tag)
    assert (added.display_name, added.summary) == (name, line)


# On which page, what is typed, and what is written of the device then.
CHANGED = [
    ("Sound card", "model", "ac97", "sound", "model='ac97'"),
    ("QXL video card", "model", "virtio", "video", "<model type='virtio'"),
    ("Watchdog", "action", "poweroff", "watchdog", "action='poweroff'"),
    ("Smart card", "mode", "passthrough", "smartcard", "mode='passthrough'"),
    ("TPM", "backend.source.version", "1.2", "tpm", "version='1.2'"),
    ("VirtIO sockets", "cid", "9", "vsock", "<cid auto='no' address='9'"),
    ("VNC display", "source.port", "5999", "graphics", "port='5999' autoport='no'"),
    ("VNC display", "source.password", "hush", "graphics", "passwd='hush'"),
    ("VNC display", "first_listen.type", "none", "graphics", "<listen type='none'/>"),
    ("VNC display", "first_listen.source.address", "::1", "graphics", "address='::1'"),
    ("USB redirection rules", "rules", "deny 0x09", "redirfilter", "class='0x09'"),
]


@pytest.mark.parametrize("change", CHANGED)
def test_a_page_changes_what_is_typed(open_tab, change):
    page, name, value, tag, written = change
    tab, machine, _panel = open_tab(DEVICES)
    go_to(tab, page)
    type_in(tab, name, value)
    press(tab, "apply")
    assert wait_for(lambda: written in str(last_of(machine, tag)))


def test_rules_of_usb_redirection_are_lines_and_say_what_is_wrong(open_tab):
    tab, machine, _panel = open_tab(DEVICES)
    go_to(tab, "USB redirection rules")
    assert field(tab, "rules")["value"] == "allow 0x08 -1 -1 -1"
    for wrong, said in (("permit 0x08", "begin with allow or deny"), ("allow eight", "0x08")):
        type_in(tab, "rules", wrong)
        assert wait_for(lambda said=said: said in field(tab, "rules")["error"])
    type_in(tab, "rules", "deny 0x03\nallow")
    press(tab, "apply")
    assert wait_for(lambda: len(last_of(machine, "redirfilter").rules) == 2)
    first, second = last_of(machine, "redirfilter").rules
    assert (first.allow, first.device_class) == (False, "0x03")
    # What stands for all is the same as nothing.
    assert (second.allow, second.device_class, second.version) == (True, None, None)
    assert wait_for(lambda: field(tab, "rules")["value"].endswith("allow -1 -1 -1 -1"))


def test_another_model_of_video_card_starts_afresh(open_tab):
    tab, machine, _panel = open_tab(DEVICES)
    go_to(tab, "QXL video card")
    assert not field(tab, "accelerate_3d")["shown"]
    type_in(tab, "model", "virtio")
    assert wait_for(lambda: field(tab, "accelerate_3d")["shown"])
    assert field(tab, "vram")["value"] == ""
    press(tab, "apply")
    assert wait_for(lambda: last_of(machine, "video").model == "virtio")
    assert last_of(machine, "video").vram is None


def test_a_display_through_libvirt_only_has_no_port_and_gets_one_again(open_tab):
    tab, machine, _panel = open_tab(DEVICES)
    go_to(tab, "VNC display")
    type_in(tab, "first_listen.type", "none")
    assert wait_for(lambda: not field(tab, "source.port")["shown"])
    assert field(tab, "source.port")["value"] == ""
    type_in(tab, "first_listen.type", "address")
    assert wait_for(lambda: field(tab, "source.port")["value"] == "-1")
    assert field(tab, "source.port")["shown"]
    press(tab, "apply")
    assert wait_for(lambda: last_of(machine, "graphics").source.auto_port)


def test_what_needs_the_spice_display_goes_with_it(open_tab):
    tab, machine, panel = open_tab(SPICE)
    key = go_to(tab, "SPICE display")["key"]
    say(tab._tree, type="remove", id=key)
    assert "Channel: SPICE agent" in str(answer_yes(panel).text)
    assert wait_for(lambda: last_of(machine, "graphics") is None)
    assert last_of(machine, "channel") is None
    assert last_of(machine, "audio") is None


def test_the_console_goes_with_its_serial_port(open_tab):
    tab, machine, panel = open_tab(DEVICES)
    key = go_to(tab, "Serial port 1")["key"]
    say(tab._tree, type="remove", id=key)
    answer_yes(panel)
    assert wait_for(lambda: last_of(machine, "serial") is None)
    assert last_of(machine, "console") is None


def test_what_is_part_of_the_machine_is_not_removed_and_says_why(open_tab):
    tab, _machine, _panel = open_tab("<input type='keyboard' bus='ps2'/>" + DEVICES)
    kept = {
        entry["label"]: entry["kept"]
        for group in tab._tree.shown["groups"]
        for entry in group["entries"]
    }
    assert "part of the machine" in kept["PS/2 keyboard"]
    assert "last video card" in kept["QXL video card"]
    assert kept["Sound card"] == kept["VNC display"] == ""


def test_a_video_card_takes_the_place_of_none(open_tab):
    tab, machine, _panel = open_tab("<video><model type='none'/></video>")
    begin_adding(tab, "video")
    press(tab, "add")
    assert wait_for(lambda: last_of(machine, "video").model == "virtio")
    assert len(machine.document(inactive=True).devices.videos) == 1


def test_a_second_display_of_a_type_is_refused_before_it_is_tried(open_tab):
    tab, machine, _panel = open_tab(DEVICES)
    begin_adding(tab, "graphics")
    type_in(tab, "type", "vnc")
    press(tab, "add")
    assert wait_for(lambda: "already" in str(tab._view.shown["problem"]))
    assert len(machine.document(inactive=True).devices.graphics) == 1


def test_usb_redirection_comes_with_spice_only(open_tab):
    tab, machine, _panel = open_tab()
    page = begin_adding(tab, "disk")
    reasons = {kind["id"]: kind["reason"] for kind in page["kinds"]}
    assert "SPICE" in reasons["redirdev"]
    machine.attach(Graphics(type="spice"))
    assert wait_for(
        lambda: not any(each["reason"] for each in tab._view.shown["kinds"] if is_redirdev(each))
    )
    begin_adding(tab, "redirdev")
    press(tab, "add")
    assert wait_for(lambda: last_of(machine, "redirdev"))
    added = last_of(machine, "redirdev")
    assert (added.bus, added.type) == ("usb", "spicevmc")


def is_redirdev(kind):
    return kind["id"] == "redirdev"
