"""The tiny guest, booted for real: what it answers, shows and obeys."""

from __future__ import annotations

import base64
import json
import re
import time
import urllib.request
from pathlib import Path

import libvirt
import libvirt_qemu
import pytest
from inside_a_guest import log_in_at_the_screen

from qvirt_jupyter.hypervisor import DomainState
from qvirt_jupyter.provision import forwarded_ports, tiny_guest
from qvirt_jupyter.provision.host_packages import package_version

pytestmark = [pytest.mark.qemu, pytest.mark.slow, pytest.mark.timeout(1200)]

README = Path(__file__).parents[2] / "README.md"
BOOT = 180
"""Seconds; five suffice on a machine that does nothing else."""


def wait_for(condition, what, seconds=BOOT):
    end = time.monotonic() + seconds
    while not (answer := condition()):
        assert time.monotonic() < end, f"{what}: not within {seconds} seconds"
        time.sleep(0.3)
    return answer


def raw(guest, function):
    """Call libvirt about a guest, for what our own objects do not do yet."""
    return guest.connection.call(lambda c: function(c.lookupByUUIDString(guest.uuid)))


def ask_agent(guest, **command):
    answer = raw(guest, lambda d: libvirt_qemu.qemuAgentCommand(d, json.dumps(command), 60, 0))
    return json.loads(answer)["return"]


def agent_answers(guest):
    try:
        return ask_agent(guest, execute="guest-ping") == {}
    except Exception:  # noqa: BLE001 - not yet, for whatever reason; the deadline decides
        return False


def run_inside(guest, script):
    started = ask_agent(
        guest,
        execute="guest-exec",
        arguments={"path": "/bin/sh", "arg": ["-c", script], "capture-output": True},
    )

    def ended():
        status = ask_agent(guest, execute="guest-exec-status", arguments=started)
        return status if status["exited"] else None

    status = wait_for(ended, script)
    output = "".join(
        base64.b64decode(status.get(key, "")).decode() for key in ("out-data", "err-data")
    )
    return status["exitcode"], output


def read_serial(guest, until, seconds=BOOT):
    def open_console(connection):
        stream = connection.newStream(libvirt.VIR_STREAM_NONBLOCK)
        connection.lookupByUUIDString(guest.uuid).openConsole(None, stream, 0)
        return stream

    stream = guest.connection.call(open_console)
    text = b""

    def found():
        nonlocal text
        data = stream.recv(65536)
        if isinstance(data, bytes):
            text += data
        return until in text

    try:
        wait_for(found, f"{until!r} on the serial port", seconds)
    finally:
        stream.abort()
    return text.decode(errors="replace")


@pytest.fixture(scope="module")
def a_guest(a_qemu_connection_of_the_module):
    """A tiny guest with a forward to its web page, from its first moment."""
    guest = tiny_guest().define(
        a_qemu_connection_of_the_module,
        "Tiny Test",
        accelerator="tcg",
        memory=160 * 1024,
        forwards=[(0, 80)],
    )
    yield guest
    if guest.is_active:
        guest.destroy()
    guest.undefine()


@pytest.fixture(scope="module")
def a_greeting(a_guest):
    """What the serial port shows from the start to the login."""
    a_guest.start()
    return read_serial(a_guest, b"login:")


@pytest.fixture(scope="module")
def a_booted_guest(a_guest, a_greeting):
    assert a_greeting
    wait_for(lambda: agent_answers(a_guest), "an answering agent")
    return a_guest


def test_it_boots_to_a_login_on_the_serial_port(a_greeting):
    assert "log in as root" in a_greeting
    assert "tiny-test login:" in a_greeting
    assert "rcS:" not in a_greeting


def test_its_screen_shows_the_login_too(a_booted_guest):
    screen = a_booted_guest.screenshot()
    # text mode: 80 x 25 letters of 9 x 16 dots
    assert (screen.width, screen.height) == (720, 400)


def test_what_is_typed_on_the_screen_reaches_the_guest(a_booted_guest):
    letters = {" ": "SPACE", "\n": "ENTER", ">": "DOT"}

    def press(text):
        for letter in text:
            keys = [f"KEY_{letters.get(letter, letter.upper())}"]
            if letter == ">":
                keys.insert(0, "KEY_LEFTSHIFT")
            codes = [KEYS[key] for key in keys]
            raw(
                a_booted_guest,
                lambda d, codes=codes: d.sendKey(
                    libvirt.VIR_KEYCODE_SET_LINUX, 20, codes, len(codes), 0
                ),
            )
            time.sleep(0.05)

    # login reads nothing while it starts the shell
    log_in_at_the_screen(a_booted_guest, press)
    time.sleep(2)
    press("echo seen > proof\n")

    def proof():
        return run_inside(a_booted_guest, "cat /root/proof 2> /dev/null")[1].strip()

    assert wait_for(proof, "the file") == "seen"


KEYS = {
    # linux/input-event-codes.h
    **dict(zip((f"KEY_{c}" for c in "QWERTYUIOP"), range(16, 26), strict=True)),
    **dict(zip((f"KEY_{c}" for c in "ASDFGHJKL"), range(30, 39), strict=True)),
    **dict(zip((f"KEY_{c}" for c in "ZXCVBNM"), range(44, 51), strict=True)),
    "KEY_ENTER": 28,
    "KEY_LEFTSHIFT": 42,
    "KEY_DOT": 52,
    "KEY_SPACE": 57,
}


def test_it_gets_an_address_and_the_agent_tells_it(a_booted_guest):
    addresses = wait_for(a_booted_guest.addresses, "an address")
    assert any(str(address.address) == "10.0.2.15" for address in addresses)


def test_its_web_page_is_reached_through_the_forward(a_booted_guest):
    ((port, guest_port),) = forwarded_ports(a_booted_guest.xml())
    assert guest_port == 80

    def page():
        try:
            with urllib.request.urlopen(f"http://127.0.0.1:{port}/", timeout=30) as answer:
                return answer.read().decode()
        except OSError:
            # QEMU takes the connection for a guest that does not listen yet, and breaks it off.
            return None

    assert "tiny-test is up" in wait_for(page, "the web page")


def test_the_card_of_the_forward_has_no_way_out_and_does_not_take_the_name_eth0(a_booted_guest):
    wait_for(a_booted_guest.addresses, "an address")
    _status, routes = run_inside(a_booted_guest, "ip route")
    assert "default via 10.0.2.2 dev eth0" in routes
    assert "dev forward" in routes
    assert "default" not in "".join(line for line in routes.splitlines() if "forward" in line)


def test_a_card_that_is_plugged_in_gets_an_address(a_booted_guest):
    card = "<interface type='user'><mac address='52:54:00:00:00:77'/><model type='virtio'/></interface>"
    raw(a_booted_guest, lambda d: d.attachDeviceFlags(card, libvirt.VIR_DOMAIN_AFFECT_LIVE))
    try:
        wait_for(
            lambda: "inet 10.0.2." in run_inside(a_booted_guest, "ip address show eth1")[1],
            "an address of the new card",
        )
    finally:
        raw(a_booted_guest, lambda d: d.detachDeviceFlags(card, libvirt.VIR_DOMAIN_AFFECT_LIVE))


def test_it_has_a_disk_that_lets_libvirt_take_an_internal_snapshot(a_booted_guest):
    xml = "<domainsnapshot><name>here</name></domainsnapshot>"
    snapshot = raw(a_booted_guest, lambda d: d.snapshotCreateXML(xml, 0))
    assert snapshot.getName() == "here"
    raw(a_booted_guest, lambda _d: snapshot.delete(0))


def test_the_lines_of_the_readme_run(a_booted_guest):
    (lines,) = re.findall(r"```python\n(.*?)```", README.read_text(encoding="utf-8"), re.DOTALL)
    assert lines.count('"qemu:///session"') == lines.count('"tiny"') == 1
    lines = lines.replace("qemu:///session", a_booted_guest.connection.uri)
    names = {}
    exec(lines.replace('"tiny"', f'"{a_booted_guest.name}"'), names)  # noqa: S102 - our own README
    assert names["conn"] is a_booted_guest.connection
    assert names["vm"].uuid == a_booted_guest.uuid


def test_it_obeys_the_power_button(a_booted_guest):
    a_booted_guest.shutdown(mode="acpi")
    wait_for(lambda: a_booted_guest.state is DomainState.SHUTOFF, "the end")


PROGRAMS = ("e2fsprogs", "lvm2", "nftables")


@pytest.fixture(scope="module")
def a_guest_with_extras(a_qemu_connection_of_the_module):
    if lacking := [name for name in PROGRAMS if package_version(name) is None]:
        pytest.skip(f"not installed: {', '.join(lacking)}")
    guest = tiny_guest(
        disk="100M", extra=PROGRAMS, modules=["dm_mod", "nf_tables", "ext4", "nft_ct"]
    ).define(a_qemu_connection_of_the_module, "extra", accelerator="tcg", memory=256 * 1024)
    guest.start()
    wait_for(lambda: agent_answers(guest), "an answering agent")
    yield guest
    guest.destroy()
    guest.undefine()


# busybox has an mke2fs too, which knows neither the option nor the type
FILE_SYSTEM = """
mke2fs -q -F -t ext4 /tmp/disk 8M
dumpe2fs -h /tmp/disk
"""
VOLUME = """
pvcreate -q /dev/vda
vgcreate -q data /dev/vda
lvcreate -q -n home -L 48M data
mke2fs -q -t ext4 /dev/data/home
mount /dev/data/home /mnt
cat /proc/mounts
"""
FILTER = """
nft add table inet filter
nft add chain inet filter input '{ type filter hook input priority 0; }'
nft add rule inet filter input ct state established accept
nft list ruleset
"""


@pytest.mark.parametrize(
    ("script", "shown"),
    [
        (FILE_SYSTEM, "has_journal"),
        (VOLUME, "/dev/data/home /mnt ext4"),
        (FILTER, "ct state established accept"),
        ("lsmod", "dm_mod"),
        ("cat /sys/block/vda/size", str(100 * 1024 * 1024 // 512)),
    ],
    ids=["e2fsprogs", "lvm2", "nftables", "modules", "disk"],
)
def test_programs_of_packages_modules_and_the_disk_work(a_guest_with_extras, script, shown):
    status, output = run_inside(a_guest_with_extras, f"set -e\n{script}")
    assert status == 0, output
    assert shown in output


def test_two_machines_of_one_guest_do_not_share_a_disk(a_qemu_connection_of_the_module):
    machines = [
        tiny_guest().define(a_qemu_connection_of_the_module, name, accelerator="tcg")
        for name in ("one", "other")
    ]
    try:
        disks = {disk.source.file for vm in machines for disk in vm.document().devices.disks}
        assert len(disks) == 2
    finally:
        for machine in machines:
            machine.undefine()
