"""Cards, processors, memory and small devices of a running guest: what it sees, and what stays."""

from __future__ import annotations

from pathlib import Path

import pytest
from a_guest_with_room import LONG, changed, edited, when_of
from inside_a_guest import run_inside

from qvirt_jupyter import documents
from qvirt_jupyter.documents import parse
from qvirt_jupyter.hypervisor import QvirtError

pytestmark = [pytest.mark.qemu, pytest.mark.slow, pytest.mark.timeout(1200)]

RNG = "<rng model='virtio'><backend model='random'>/dev/urandom</backend></rng>"
DIMM = "<memory model='dimm'><target><size unit='MiB'>128</size><node>0</node></target></memory>"
REDIRECTION = (
    "<redirdev bus='usb' type='tcp'><source mode='bind' host='127.0.0.1' service='0'/></redirdev>"
)
NETWORK = "<network><name>{name}</name><bridge name='qv-{name}'/></network>"
CARD = "<interface type='user'><model type='virtio'/></interface>"


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
