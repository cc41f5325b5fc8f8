"""Devices, processors and memory of a running guest: what it sees, and what a machine keeps."""

from __future__ import annotations

import contextlib
import re
import subprocess
from pathlib import Path

import libvirt
import pytest
from a_fresh_store import make_fresh
from a_manager import wait_for
from a_rich_machine import details_of, press, say
from inside_a_guest import run_inside
from sample_documents import fields, samples

from qvirt_jupyter import documents
from qvirt_jupyter.documents import Interface, parse
from qvirt_jupyter.hypervisor import (
    AlreadyExists,
    EditConflict,
    InvalidDefinition,
    QvirtError,
    Unsupported,
    WrongState,
    action_log,
)
from qvirt_jupyter.hypervisor.editing.live_strategies import forget_the_run
from qvirt_jupyter.hypervisor.editing.live_tables import strategy_of_device
from qvirt_jupyter.hypervisor.guest.agent_answers import is_agent_connected
from qvirt_jupyter.hypervisor.storage.disk_growth import grow_disk, growth_of
from qvirt_jupyter.provision import tiny_guest
from qvirt_jupyter.widgets import vm_panel
from qvirt_jupyter.widgets.preferences import preferences

pytestmark = [pytest.mark.qemu, pytest.mark.slow, pytest.mark.timeout(600)]
LONG = 240
"""Seconds that anything may take on a machine under load."""
MIB = 1024 * 1024
USB = "<controller type='usb' index='0' model='qemu-xhci'/>"
CD = "<disk type='file' device='cdrom'><driver name='qemu'/><target dev='sda' bus='scsi'/></disk>"
RNG = "<rng model='virtio'><backend model='random'>/dev/urandom</backend></rng>"
DIMM = "<memory model='dimm'><target><size unit='MiB'>128</size><node>0</node></target></memory>"
REDIRECTION = (
    "<redirdev bus='usb' type='tcp'><source mode='bind' host='127.0.0.1' service='0'/></redirdev>"
)
NETWORK = "<network><name>{name}</name><bridge name='qv-{name}'/></network>"
CARD = "<interface type='user'><model type='virtio'/></interface>"


def with_room(text):
    """Give a definition slots for processors and memory, and a drive for CDs."""
    return (
        text.replace("<vcpu placement='static'>1<", "<vcpu placement='static' current='1'>4<")
        .replace("<memory ", "<maxMemory slots='4' unit='MiB'>1024</maxMemory><memory ", 1)
        .replace(
            "<clock ",
            "<cpu><numa><cell id='0' cpus='0-3' memory='256' unit='MiB'/></numa></cpu><clock ",
            1,
        )
        .replace(
            "<interface ",
            f"<controller type='scsi' index='0' model='virtio-scsi'/>{CD}<interface ",
            1,
        )
        .replace("<controller type='usb' index='0' model='none'/>", USB)
    )


@pytest.fixture(scope="module")
def two_networks(a_qemu_connection_of_the_module):
    """Names of networks without addresses; they need root and a host with bridges."""
    connection = a_qemu_connection_of_the_module
    if "/session" in connection.uri:
        pytest.skip("a network needs a system daemon")
    made = []
    try:
        for name in ("one", "two"):
            made.append(connection.networks.define(NETWORK.format(name=name)))
            made[-1].start()
    except QvirtError as error:
        for network in made:
            network.delete()
        pytest.skip(f"no network can be started here: {error}")
    yield "one", "two"
    for network in made:
        network.stop()
        network.delete()


@pytest.fixture(scope="module")
def a_folder(a_qemu_libvirtd):
    """Images that the daemon's machines can read."""
    folder = a_qemu_libvirtd.folder / "images"
    folder.mkdir()
    folder.chmod(0o777)
    for name, size in (("one.iso", MIB), ("two.iso", 2 * MIB)):
        (folder / name).write_bytes(bytes(size))
        (folder / name).chmod(0o666)
    return folder


@pytest.fixture
def an_image(a_folder, request):
    """An empty image of 8 MiB."""
    path = a_folder / f"{request.node.name}.qcow2"
    subprocess.run(["qemu-img", "create", "-q", "-f", "qcow2", path, "8M"], check=True)
    path.chmod(0o666)
    return path


@pytest.fixture(scope="module")
def a_guest(a_qemu_connection_of_the_module, wait_until):
    connection = a_qemu_connection_of_the_module
    guest = tiny_guest(modules=["virtio_scsi", "sd_mod", "sr_mod"]).define(
        connection, "hotplug", accelerator="tcg", memory=256 * 1024
    )
    connection.domains.define(with_room(guest.xml(inactive=True)))
    guest.start()
    wait_until(lambda: is_agent_connected(guest._definition()), LONG)
    yield guest
    if guest.is_active:
        guest.destroy()
    guest.undefine()


@pytest.fixture(autouse=True)
def _nothing_waits_afterwards(request):
    yield
    if "a_guest" in request.fixturenames:
        guest = request.getfixturevalue("a_guest")
        assert guest.pending_changes == ()


def disk(path, target="vdb"):
    return parse(
        f"<disk type='file' device='disk'><driver name='qemu' type='qcow2'/>"
        f"<source file='{path}'/><target dev='{target}' bus='virtio'/></disk>"
    )


def when_of(result):
    return {effect.path: effect.when for effect in result.effects}


def edited(guest, change):
    edit = guest.edit()
    with edit as definition:
        change(definition)
    return edit.result


def both(guest):
    """Return the running definition and the stored one."""
    return guest.document(), guest.document(inactive=True)


def test_a_disk_comes_grows_and_goes(a_guest, an_image, wait_until):
    result = a_guest.attach(disk(an_image))
    assert when_of(result) == {"devices/disk[vdb]": "now"}
    running, stored = both(a_guest)
    # The guest finds it at the same place after its next start.
    assert str(stored.devices.disks["vdb"].address) == str(running.devices.disks["vdb"].address)
    size = "cat /sys/block/vdb/size"
    wait_until(lambda: run_inside(a_guest, size).strip() == str(8 * MIB // 512), LONG)
    a_guest.resize_disk("vdb", 16 * MIB)
    wait_until(lambda: run_inside(a_guest, size).strip() == str(16 * MIB // 512), LONG)
    with pytest.raises(InvalidDefinition, match="would be lost"):
        a_guest.resize_disk("vdb", MIB)
    a_guest.detach(stored.devices.disks["vdb"])
    wait_until(lambda: "vdb" not in a_guest.document().devices.disks, LONG)
    assert "vdb" not in a_guest.document(inactive=True).devices.disks
    assert "vdb" not in run_inside(a_guest, "ls /sys/block")
    assert a_guest.record.unplugs == ()


def grow_in(panel, tab, size):
    """Press "Resize…" on the page in front, answer with a size, and return the question."""
    press(tab, "resize")
    assert wait_for(lambda: panel._questions.questions, LONG)
    ((key, question),) = panel._questions.questions
    board = next(
        child for child in panel.children if getattr(child, "_board", 0) is panel._questions
    )
    say(board, type="answer", id=key, button="yes", values={"size": size}, remember=False)
    return question


def capacity_on(tab):
    return {each["label"]: each["value"] for each in tab._view.shown["facts"]}.get("Capacity")


def page_of_disk(tab, name):
    """Bring the page of the disk to the front whose line names an image."""
    assert wait_for(lambda: name in str(tab._tree.shown), LONG)
    found = [each for group in tab._tree.shown["groups"] for each in group["entries"]]
    (key,) = [each["id"] for each in found if name in each["summary"]]
    say(tab._tree, type="select", id=key)
    assert wait_for(lambda: tab._view.shown["key"] == key and capacity_on(tab), LONG)


def test_a_running_disk_grows_on_its_page(a_guest, an_image, wait_until, monkeypatch):
    make_fresh(monkeypatch, preferences)
    a_guest.attach(disk(an_image))
    panel = vm_panel(a_guest)
    try:
        assert wait_for(lambda: panel._record, LONG)
        tab = details_of(panel)
        page_of_disk(tab, an_image.name)
        assert capacity_on(tab) == "8 MiB"
        question = grow_in(panel, tab, "4 MiB")
        assert "The running guest has the new size at once." in str(question.text)
        question = grow_in(panel, tab, "1")
        assert wait_for(lambda: capacity_on(tab) == "1 GiB", LONG)
        assert "have to be grown there" in str(tab._view.shown["said"])
        size = "cat /sys/block/vdb/size"
        wait_until(lambda: run_inside(a_guest, size).strip() == str(1024 * MIB // 512), LONG)
        assert f"resize_disk('vdb', {1024 * MIB})" in action_log.entries[-1].code
    finally:
        panel.close()
        a_guest.detach(a_guest.document().devices.disks["vdb"])
    wait_until(lambda: "vdb" not in a_guest.document().devices.disks, LONG)


def test_a_disk_of_a_machine_that_is_off_grows_in_its_pool(
    a_qemu_connection_of_the_module, a_folder
):
    connection = a_qemu_connection_of_the_module
    folder = a_folder / "growing"
    folder.mkdir()
    pool = connection.storage_pools.create(
        f"<pool type='dir'><name>growing</name><target><path>{folder}</path></target></pool>"
    )
    guest = None
    try:
        volume = pool.create_volume("off.qcow2", 8 * MIB, format="qcow2")
        guest = connection.domains.define(
            "<domain type='qemu'><name>off</name><memory>65536</memory>"
            "<os><type>hvm</type></os><devices>"
            f"<disk type='file'><driver name='qemu' type='qcow2'/><source file='{volume.path}'/>"
            "<target dev='vda' bus='virtio'/></disk></devices></domain>"
        )
        found = growth_of(guest, "vda", users=True)
        assert (found.capacity, found.reason, found.is_active) == (8 * MIB, "", False)
        grow_disk(guest, "vda", 16 * MIB)
        assert growth_of(guest, "vda").capacity == volume.record.capacity == 16 * MIB
        with pytest.raises(InvalidDefinition, match="would lose"):
            grow_disk(guest, "vda", 8 * MIB)
        pool.volumes.create(
            documents.StorageVolume.overlay(
                "top.qcow2", path=volume.path, format="qcow2", capacity=16 * MIB
            )
        )
        with pytest.raises(WrongState, match=r"top\.qcow2"):
            grow_disk(guest, "vda", 32 * MIB)
        assert volume.record.capacity == 16 * MIB
    finally:
        if guest is not None:
            guest.undefine()
        for each in pool.volumes:
            each.delete()
        pool.stop()


def test_a_card_comes_loses_its_link_and_goes(a_guest, wait_until):
    result = a_guest.attach(parse(CARD))
    (path,) = when_of(result)
    mac = path.partition("[")[2].rstrip("]")
    wait_until(lambda: mac in run_inside(a_guest, "cat /sys/class/net/*/address"), LONG)
    name = run_inside(a_guest, f"grep -l {mac} /sys/class/net/*/address").split("/")[4]
    carrier = f"ip link set {name} up; cat /sys/class/net/{name}/carrier"
    wait_until(lambda: run_inside(a_guest, carrier).strip() == "1", LONG)

    def pull(definition):
        definition.devices.interfaces[mac].link_state = "down"

    assert set(when_of(edited(a_guest, pull)).values()) == {"now"}
    wait_until(lambda: run_inside(a_guest, carrier).strip() == "0", LONG)
    # Taken from the running definition, with all that libvirt filled in.
    card = a_guest.document().devices.interfaces[mac]
    card.link_state = "up"
    assert set(when_of(a_guest.update(card)).values()) == {"now"}
    stored = a_guest.document(inactive=True).devices.interfaces[mac]
    assert stored.link_state == "up"
    assert not stored.alias
    a_guest.detach(stored)
    wait_until(lambda: name not in run_inside(a_guest, "ls /sys/class/net"), LONG)


def test_processors_come_and_what_is_their_most_waits(a_guest, wait_until):
    def more(definition):
        definition.current_vcpus = 3

    assert a_guest.foresee(changed(a_guest, more))[0].when == "now"
    assert when_of(edited(a_guest, more)) == {"vcpu/@current": "now"}
    present = "cat /sys/devices/system/cpu/present"
    wait_until(lambda: run_inside(a_guest, present).strip() == "0-2", LONG)

    def most(definition):
        del definition.cpu
        definition.vcpus = 8
        definition.current_vcpus = 3

    foreseen = a_guest.foresee(changed(a_guest, most))
    (waits,) = [effect for effect in foreseen if effect.path == "vcpu"]
    assert waits.when == "next_boot"
    assert "greatest number" in waits.reason
    assert a_guest.document(inactive=True).vcpus == 4


def changed(guest, change):
    definition = guest.document(inactive=True, secure=True)
    change(definition)
    return definition


def test_memory_comes_in_a_slot_and_goes_into_a_balloon(a_guest, wait_until):
    total = "awk '/MemTotal/ {print $2}' /proc/meminfo"
    blocks = "ls -d /sys/devices/system/memory/memory* | wc -l"
    # A guest has its memory before it uses all of it.
    has = int(run_inside(a_guest, total))

    def less(definition):
        definition.current_memory -= 32 * 1024

    assert when_of(edited(a_guest, less)) == {"currentMemory": "now"}
    wait_until(lambda: int(run_inside(a_guest, total)) < has - 16 * 1024, LONG)
    had = int(run_inside(a_guest, blocks))
    a_guest.attach(parse(DIMM))
    wait_until(lambda: int(run_inside(a_guest, blocks)) > had, LONG)
    (module,) = a_guest.document(inactive=True).devices.of("memory")
    assert module.size == 128 * 1024
    before = a_guest.document(inactive=True)
    a_guest.detach(module)
    wait_until(lambda: not a_guest.document().devices.of("memory"), LONG)
    after = a_guest.document(inactive=True)
    assert (
        before.memory - after.memory == before.current_memory - after.current_memory == 128 * 1024
    )
    assert not before.cpu.diff(after.cpu)


def test_a_random_generator_comes_and_goes_by_its_alias(a_guest, wait_until):
    available = "ls -d /sys/bus/virtio/drivers/virtio_rng/virtio* | wc -l"
    assert run_inside(a_guest, available).strip() == "1"
    a_guest.attach(parse(RNG))
    wait_until(lambda: run_inside(a_guest, available).strip() == "2", LONG)
    # The first one stays: nothing but their places tells them apart.
    first, second = a_guest.document(inactive=True).devices.of("rng")
    a_guest.detach(second)
    wait_until(lambda: run_inside(a_guest, available).strip() == "1", LONG)
    (left,) = a_guest.document().devices.of("rng")
    assert left.alias == "rng0"
    assert str(left.address) == str(first.address)


def test_a_cd_is_put_in_changed_and_ejected(a_guest, a_folder, wait_until):
    def put(name):
        def change(definition):
            definition.devices.disks["sda"].source.file = str(a_folder / name) if name else None

        return change

    size = "dd if=/dev/sr0 of=/dev/null count=1 2>/dev/null; cat /sys/block/sr0/size"
    for name, blocks in (("one.iso", "2048"), ("two.iso", "4096")):
        assert set(when_of(edited(a_guest, put(name))).values()) == {"now"}
        wait_until(lambda blocks=blocks: run_inside(a_guest, size).strip() == blocks, LONG)
        assert a_guest.pending_changes == ()
    assert set(when_of(edited(a_guest, put(None))).values()) == {"now"}
    assert a_guest.document().devices.disks["sda"].source.file is None
    # What is stored stays stored where the running machine refuses it.
    result = edited(a_guest, put("three.iso"))
    assert set(when_of(result).values()) == {"next_boot"}
    assert "three.iso" in result.effects[0].reason
    a_guest.revert(a_guest.pending_changes[0])


def test_a_tray_that_the_guest_has_locked_is_opened_by_force(a_guest, a_folder, wait_until):
    def put(name):
        def change(definition):
            definition.devices.disks["sda"].source.file = str(a_folder / name) if name else None

        return change

    edited(a_guest, put("one.iso"))
    # Linux locks the tray as long as somebody reads.
    reader = run_inside(
        a_guest,
        "i=0; until head -c1 /dev/sr0 >/dev/null 2>&1; do sleep 1; done; "
        "sleep 3600 </dev/sr0 >/dev/null 2>&1 & echo $!",
        LONG,
    ).strip()
    try:
        result = edited(a_guest, put(None))
        (effect,) = result.at_next_start
        assert effect.can_be_forced
        assert "has locked it" in effect.reason
        assert a_guest.document().devices.disks["sda"].source.file == str(a_folder / "one.iso")
        # It is marked until it is done or taken back.
        assert [change.path for change in a_guest.pending_changes] == ["devices/disk[sda]/source"]
        stored = a_guest.document(inactive=True).devices.disks["sda"]
        (refused,) = a_guest.update(stored).effects
        assert (refused.when, refused.can_be_forced) == ("next_boot", True)
        (forced,) = a_guest.update(stored, force=True).effects
        assert forced.when == "now"
        assert a_guest.document().devices.disks["sda"].source.file is None
    finally:
        run_inside(a_guest, f"kill {reader}")
    wait_until(lambda: set(when_of(edited(a_guest, put("two.iso"))).values()) == {"now"}, LONG)
    edited(a_guest, put(None))


def test_a_card_moves_to_another_network_and_is_slowed_down(a_guest, two_networks, wait_until):
    one, two = two_networks
    a_guest.attach(
        parse(
            f"<interface type='network'><source network='{one}'/><model type='virtio'/></interface>"
        )
    )
    card = a_guest.document(inactive=True).devices.interfaces[-1]
    mac = card.mac
    wait_until(lambda: mac in run_inside(a_guest, "cat /sys/class/net/*/address"), LONG)

    def bridge():
        device = a_guest.document().devices.interfaces[mac].target
        return Path(f"/sys/class/net/{device}/master").resolve().name

    assert bridge() == f"qv-{one}"

    def move(definition):
        definition.devices.interfaces[mac].source.network = two

    assert {effect.when for effect in a_guest.foresee(changed(a_guest, move))} == {"now"}
    assert set(when_of(edited(a_guest, move)).values()) == {"now"}
    assert bridge() == f"qv-{two}"
    # The guest keeps its card.
    assert mac in run_inside(a_guest, "cat /sys/class/net/*/address")

    def limit(definition):
        definition.devices.interfaces[mac].bandwidth.inbound.average = 1000

    (effect,) = edited(a_guest, limit).effects
    if effect.when == "now":
        assert a_guest.document().devices.interfaces[mac].bandwidth.inbound.average == 1000

        def free(definition):
            del definition.devices.interfaces[mac].bandwidth.inbound

        assert set(when_of(edited(a_guest, free)).values()) == {"now"}
        assert not a_guest.document().devices.interfaces[mac].bandwidth.inbound
    else:
        # The kernel of this host has not what it takes: that is said, and it waits.
        assert "tc: " in effect.reason
        (waiting,) = a_guest.pending_changes
        a_guest.revert(waiting)
    # A card of QEMU's own network stays where it is, and nothing else is promised.
    own = a_guest.document(inactive=True).devices.interfaces[0].mac

    def leave(definition):
        definition.devices.interfaces[own].type = "network"
        definition.devices.interfaces[own].source.network = two

    foreseen = a_guest.foresee(changed(a_guest, leave))
    assert {effect.when for effect in foreseen} == {"next_boot"}
    assert "Only cards on a network" in foreseen[0].reason
    a_guest.detach(a_guest.document(inactive=True).devices.interfaces[mac])
    wait_until(lambda: mac not in a_guest.xml(), LONG)


def test_a_usb_redirection_comes_and_goes(a_guest, wait_until):
    assert set(when_of(a_guest.attach(parse(REDIRECTION))).values()) == {"now"}
    (running,) = a_guest.document().devices.of("redirdev")
    assert running.alias
    a_guest.detach(a_guest.document(inactive=True).devices.of("redirdev")[0])
    wait_until(lambda: not a_guest.document().devices.of("redirdev"), LONG)
    assert not a_guest.document(inactive=True).devices.of("redirdev")


def test_a_usb_device_of_the_host_comes_and_goes(a_guest, wait_until):
    nodes = [each.document() for each in a_guest.connection.node_devices.of_kind("usb_device")]
    found = [each for each in nodes if not documents.why_not_given(each)]
    if not found:
        pytest.skip("this host has no USB device")
    a_guest.attach(documents.hostdev_of(found[0]))
    (running,) = a_guest.document().devices.of("hostdev")
    a_guest.detach(running)
    wait_until(lambda: not a_guest.document().devices.of("hostdev"), LONG)


def test_what_cannot_be_now_says_why_and_is_taken_back(a_guest):
    def slow(definition):
        definition.devices.disks["vda"].cache = "none"
        definition.title = "slow"

    foreseen = a_guest.foresee(changed(a_guest, slow))
    assert {effect.path: effect.when for effect in foreseen} == {
        "title": "now",
        "devices/disk[vda]/driver/@cache": "next_boot",
    }
    result = edited(a_guest, slow)
    assert result.effects == foreseen
    assert "open in this way" in result.at_next_start[0].reason
    assert a_guest.title == "slow"
    (waiting,) = a_guest.pending_changes
    assert waiting.path == "devices/disk[vda]/driver/@cache"
    a_guest.revert(waiting)
    assert a_guest.pending_changes == ()
    assert a_guest.document(inactive=True).devices.disks["vda"].cache is None


def test_a_disk_on_another_bus_is_taken_back_with_its_address(a_guest):
    def move(definition):
        definition.devices.disks["vda"].bus = "scsi"

    before = str(a_guest.document(inactive=True).devices.disks["vda"])
    result = edited(a_guest, move)
    # Nothing is unplugged: it is the same disk.
    assert {effect.when for effect in result.effects} == {"next_boot"}
    paths = [change.path for change in a_guest.pending_changes]
    assert paths == ["devices/disk[vda]/target/@dev", "devices/disk[vda]/target/@bus"]
    a_guest.revert(a_guest.pending_changes[1])
    assert a_guest.pending_changes == ()
    assert str(a_guest.document(inactive=True).devices.disks["vda"]) == before


def test_limits_change_at_once(a_guest):
    def limit(definition):
        definition.devices.disks["vda"].iotune.total_bytes = 50 * MIB
        definition.on_crash = "restart"

    assert set(when_of(edited(a_guest, limit)).values()) == {"now"}
    running = a_guest.document()
    assert running.devices.disks["vda"].iotune.total_bytes == 50 * MIB
    assert running.on_crash == "restart"

    def instead(definition):
        definition.devices.disks["vda"].iotune.read_bytes = 10 * MIB

    assert set(when_of(edited(a_guest, instead)).values()) == {"now"}
    tune = a_guest.document().devices.disks["vda"].iotune
    assert (tune.total_bytes, tune.read_bytes) == (None, 10 * MIB)


def test_what_the_running_machine_refuses_is_not_stored(a_guest, an_image):
    before = a_guest.xml(inactive=True)
    taken = disk(an_image)
    documents.transfer(a_guest.document().devices.disks["vda"], taken, "address")
    with pytest.raises(QvirtError, match="does not take it") as caught:
        a_guest.attach(taken)
    assert "next start" in caught.value.next_step
    with pytest.raises(Unsupported, match="only while the machine is off"):
        a_guest.attach(parse("<sound model='ich9'/>"))
    assert a_guest.xml(inactive=True) == before
    # What was refused may be added for the next start.
    result = a_guest.attach(disk(an_image), when="next_boot")
    assert set(when_of(result).values()) == {"next_boot"}
    (waiting,) = a_guest.pending_changes
    assert (waiting.path, waiting.before) == ("devices/disk[vdb]", None)
    a_guest.detach(a_guest.document(inactive=True).devices.disks["vdb"])
    assert a_guest.xml(inactive=True) == before


def test_two_devices_cannot_be_one(a_guest, an_image):
    before = a_guest.xml(inactive=True)
    with pytest.raises(InvalidDefinition, match="vda"):
        a_guest.attach(disk(an_image, "vda"))
    mac = a_guest.document().devices.interfaces[0].mac
    with pytest.raises(InvalidDefinition, match=mac):
        a_guest.attach(Interface(type="user", mac=mac, model="virtio"))
    assert a_guest.xml(inactive=True) == before


def test_an_address_of_another_machine_is_refused(a_guest):
    connection = a_guest.connection
    other = connection.domains.define(
        "<domain type='qemu'><name>other</name><memory>1024</memory><os><type>hvm</type></os>"
        "<devices><interface type='user'><mac address='52:54:00:aa:bb:cc'/></interface></devices>"
        "</domain>"
    )
    try:
        with pytest.raises(AlreadyExists, match="52:54:00:aa:bb:cc is that of 'other'"):
            a_guest.attach(Interface(type="user", mac="52:54:00:AA:bb:cc", model="virtio"))
    finally:
        other.undefine()


def test_a_value_that_the_host_does_not_offer_names_those_that_it_does(a_guest):
    with pytest.raises(InvalidDefinition, match="does not offer it") as caught:
        edited(a_guest, lambda d: setattr(d.devices.disks["vda"], "bus", "ide"))
    offered = a_guest.connection.domain_capabilities(a_guest.document()).choices("disk/bus")
    assert all(bus in caught.value.reason for bus in offered)


def test_an_emulator_that_is_not_there_is_refused_in_libvirts_words(a_guest):
    # The host does not say what it would offer with it: that is no reason to say nothing.
    with pytest.raises(QvirtError, match="/nowhere/qemu: No such file"):
        edited(a_guest, lambda d: setattr(d.devices, "emulator", "/nowhere/qemu"))


def test_what_virsh_changed_meanwhile_is_not_overwritten(a_guest, a_qemu_libvirtd):
    def edit_late():
        with a_guest.edit() as definition:
            definition.description = "mine"
            a_qemu_libvirtd.virsh("desc", a_guest.uuid, "--config", "--title", "theirs")

    with pytest.raises(EditConflict) as caught:
        edit_late()
    conflict = caught.value
    assert conflict.mine.paths == ("description",)
    assert conflict.theirs.paths == ("title",)
    assert conflict.base.title != "theirs" == conflict.their_document.title
    assert conflict.my_document.description == "mine"
    assert a_guest.document(inactive=True).description != "mine"
    # And so for a draft that was begun long ago.
    with pytest.raises(EditConflict), a_guest.edit(conflict.base) as definition:
        definition.description = "mine"
    a_guest.revert(a_guest.pending_changes[0])


def test_a_guest_that_does_not_answer_makes_it_pending(a_guest, an_image, wait_until):
    a_guest.attach(disk(an_image))
    a_guest.suspend()
    try:
        result = a_guest.detach(a_guest.document().devices.disks["vdb"])
        (effect,) = result.pending
        assert effect.path == "devices/disk[vdb]"
        assert "has not answered" in effect.reason
        (unplug,) = a_guest.record.unplugs
        assert (unplug.path, unplug.refused) == ("devices/disk[vdb]", False)
        assert "vdb" not in a_guest.document(inactive=True).devices.disks
        # It may be asked again: now it is in the running machine only.
        assert a_guest.detach(a_guest.document().devices.disks["vdb"]).pending
    finally:
        a_guest.resume()
    wait_until(lambda: a_guest.record.unplugs == (), LONG)
    assert "vdb" not in a_guest.document().devices.disks


def test_the_file_of_a_disk_goes_when_the_guest_has_let_go_of_it_not_before(
    a_guest, a_folder, an_image, monkeypatch
):
    make_fresh(monkeypatch, preferences)
    connection = a_guest.connection
    pool = connection.storage_pools.create(
        f"<pool type='dir'><name>images</name><target><path>{a_folder}</path></target></pool>",
        build=False,
    )
    a_guest.attach(disk(an_image))
    panel = vm_panel(a_guest)
    try:
        assert wait_for(lambda: panel._record, LONG)
        tab = details_of(panel)
        assert wait_for(lambda: an_image.name in str(tab._tree.shown), LONG)
        a_guest.suspend()
        entries = [entry for group in tab._tree.shown["groups"] for entry in group["entries"]]
        (asked,) = [entry["id"] for entry in entries if an_image.name in str(entry)]
        say(tab._tree, type="remove", id=asked)
        assert wait_for(lambda: panel._questions.questions, LONG)
        ((key, question),) = panel._questions.questions
        assert not str(question.fields[0].reason)
        board = next(
            child for child in panel.children if getattr(child, "_board", 0) is panel._questions
        )
        say(board, type="answer", id=key, button="yes", values={"delete": "true"}, remember=False)
        # The guest was asked and does not answer: it may still write.
        assert wait_for(lambda: a_guest.record.unplugs, LONG)
        assert wait_for(lambda: asked in tab._removal.unplugging, LONG)
        assert an_image.exists()
        a_guest.resume()
        assert wait_for(lambda: not an_image.exists(), LONG)
        assert a_guest.record.unplugs == ()
    finally:
        with contextlib.suppress(QvirtError):
            a_guest.resume()
        panel.close()
        pool.stop()
        pool.delete()


def test_an_answer_that_comes_while_libvirtd_is_away_is_found(
    a_guest, an_image, a_qemu_libvirtd, wait_until
):
    connection = a_guest.connection
    a_guest.attach(disk(an_image))
    a_guest.suspend()
    a_guest.detach(a_guest.document().devices.disks["vdb"])
    assert a_guest.record.unplugs
    a_qemu_libvirtd.kill()
    a_qemu_libvirtd.start()
    wait_until(lambda: connection.is_connected, LONG)
    a_guest.resume()
    wait_until(lambda: a_guest.record.unplugs == (), LONG)
    assert "vdb" not in a_guest.document().devices.disks
    # The connection that came back takes edits.
    edited(a_guest, lambda d: setattr(d, "description", "after"))
    assert a_guest.description == "after"


FRESH = """<domain type='qemu'>
  <name>fresh</name>
  <memory unit='MiB'>64</memory>
  <currentMemory unit='MiB'>48</currentMemory>
  <vcpu current='1'>2</vcpu>
  <os><type machine='q35'>hvm</type></os>
  <features><acpi/></features>
  {part}
</domain>
"""


@pytest.mark.parametrize(
    "part",
    [
        "<cpu mode='host-model'/>",
        "<cpu mode='maximum'/>",
        "<cpu mode='custom' match='minimum'><model>qemu64</model></cpu>",
        "<cpu><model>qemu64</model><feature policy='optional' name='avx512f'/></cpu>",
        "<clock offset='variable' adjustment='60'><timer name='rtc' tickpolicy='catchup'/></clock>",
        "<iothreads>2</iothreads><cputune><shares>512</shares></cputune>",
        "<devices><graphics type='vnc' autoport='yes' listen='127.0.0.1' passwd='a'/></devices>",
        "<devices><graphics type='spice' autoport='yes'><listen type='address'/></graphics></devices>",
        "<devices><console type='pty'/><channel type='unix'><target type='virtio' name='a.b'/></channel></devices>",
        f"<devices><controller type='scsi' model='virtio-scsi'/>{CD}</devices>",
        f"<devices>{CD.replace('scsi', 'sata').replace('<driver', '<source/><driver')}</devices>",
        "<devices><interface type='user'/><interface type='user'><model type='e1000e'/></interface></devices>",
    ],
    ids=lambda part: "-".join(part.replace("<", " ").replace("'", " ").split()[:4]).strip("/>"),
)
def test_nothing_waits_after_a_fresh_start(a_qemu_connection_of_the_module, part):
    connection = a_qemu_connection_of_the_module
    machine = connection.domains.define(FRESH.format(part=part))
    try:
        machine.start(paused=True)
        assert machine.pending_changes == ()
    finally:
        if machine.is_active:
            machine.destroy()
        machine.undefine()


def test_a_password_changes_at_once_where_there_was_one(a_qemu_connection_of_the_module):
    connection = a_qemu_connection_of_the_module
    part = "<devices><graphics type='vnc' passwd='old'><listen type='none'/></graphics></devices>"
    machine = connection.domains.define(FRESH.format(part=part))

    def give(definition):
        definition.devices.graphics[0].source.password = "another"  # noqa: S105 - of the test

    try:
        machine.start(paused=True)
        result = edited(machine, give)
        assert when_of(result) == {"devices/graphics[vnc]/@passwd": "now"}
        assert "another" not in repr(result)
        assert "passwd='another'" in machine.xml(secure=True)
        assert machine.pending_changes == ()
    finally:
        if machine.is_active:
            machine.destroy()
        machine.undefine()


OF_ALL_KINDS = """<devices>
<controller type='usb' model='qemu-xhci'/>
<disk type='file' device='cdrom'><driver name='qemu'/><target dev='sda' bus='sata'/></disk>
<disk type='file' device='disk'><driver name='qemu' type='qcow2'/><source file='{image}'/>
<target dev='vdb' bus='virtio'/></disk>
<watchdog model='i6300esb' action='reset'/>
<sound model='ich9'><audio id='1'/></sound><audio id='1' type='none'/>
<interface type='user'><model type='virtio'/></interface>
<graphics type='vnc' passwd='old'><listen type='none'/></graphics>
<rng model='virtio'><backend model='random'>/dev/urandom</backend></rng>
<redirdev bus='usb' type='tcp'><source mode='bind' host='127.0.0.1' service='0'/></redirdev>
<input type='tablet' bus='usb'/>
</devices>"""
REFUSED_BY_THE_DRIVER = re.compile("live update of device|cannot modify field")


def test_what_is_promised_is_what_the_driver_does(a_qemu_connection_of_the_module, an_image):
    """Each value of each device that is said to change at once is tried at once."""
    connection = a_qemu_connection_of_the_module
    machine = connection.domains.define(FRESH.format(part=OF_ALL_KINDS.format(image=an_image)))
    wrong, tried = set(), set()
    try:
        machine.start(paused=True)
        text = machine.xml(secure=True)
        for place, field, index in promised(text):
            device = parse(text).devices.all[place]
            element, member = list(fields(device))[index]
            value = next(v for v in samples(member.type) if v != getattr(element, member.name))
            setattr(element, member.name, value)
            forget_the_run(device)
            tried.add(field)
            try:
                machine._call(
                    lambda domain, new=str(device): domain.updateDeviceFlags(
                        new, libvirt.VIR_DOMAIN_AFFECT_LIVE
                    )
                )
            except QvirtError as error:
                # Another value may be a right one: only the driver's no to the whole thing counts.
                if REFUSED_BY_THE_DRIVER.search(f"{error.reason} {error.details}"):
                    wrong.add(field)
    finally:
        if machine.is_active:
            machine.destroy()
        machine.undefine()
    assert wrong == set()
    assert {"disk file", "interface link_state", "graphics password"} <= tried


def promised(text):
    """Return the fields whose change is tried by an update: device, name, and their place in it."""
    seen = set()
    for place, device in enumerate(parse(text).devices.all):
        for index, (_element, member) in enumerate(list(fields(device))):
            field = f"{device.tag} {member.name}"
            other = parse(text).devices.all[place]
            element, _member = list(fields(other))[index]
            values = [v for v in samples(member.type) if v != getattr(element, member.name)]
            if field in seen or not values:
                continue
            setattr(element, member.name, values[0])
            paths = device.diff(other).paths
            found = {strategy_of_device(device, path)[0] for path in paths}
            if found and found <= {"update", "link", "password"}:
                seen.add(field)
                yield place, field, index


def test_a_transient_machine_takes_devices_too(a_qemu_connection_of_the_module, an_image):
    connection = a_qemu_connection_of_the_module
    text = (
        "<domain type='qemu'><name>transient</name><memory unit='MiB'>64</memory>"
        "<os><type machine='pc'>hvm</type></os><features><acpi/></features></domain>"
    )
    connection.call(lambda c: c.createXML(text, libvirt.VIR_DOMAIN_START_PAUSED))
    connection.settled("domain", None)
    machine = connection.domains["transient"]
    try:
        result = machine.attach(disk(an_image, "vda"))
        assert set(when_of(result).values()) == {"now"}
        assert not result.changes
        assert "vda" in machine.document().devices.disks
        gone = machine.detach(machine.document().devices.disks["vda"])
        # Its guest is paused, and answers nothing.
        assert set(when_of(gone).values()) == {"pending"}
        result = edited(machine, lambda d: setattr(d, "title", "short-lived"))
        assert when_of(result) == {"title": "now"}
        assert machine.title == "short-lived"
    finally:
        machine.destroy()
