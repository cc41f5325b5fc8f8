"""What of an edit is tried on a running machine, in which order, and what waits."""

from __future__ import annotations

import libvirt
import pytest

from qvirt_jupyter import documents
from qvirt_jupyter.documents import Domain, Interface
from qvirt_jupyter.hypervisor import Effect
from qvirt_jupyter.hypervisor.editing import live, live_tuning
from qvirt_jupyter.hypervisor.editing.live_strategies import Target
from qvirt_jupyter.hypervisor.editing.unplugs import Unplugs

STORED = """<domain type='kvm'>
  <name>web</name>
  <memory unit='KiB'>4096</memory>
  <currentMemory unit='KiB'>4096</currentMemory>
  <vcpu current='1'>4</vcpu>
  <devices>
    <disk type='file' device='disk'><target dev='vda' bus='virtio'/></disk>
    <disk type='file' device='cdrom'><source file='/a.iso'/><target dev='sda' bus='sata'/></disk>
    <interface type='user'><mac address='52:54:00:00:00:01'/></interface>
  </devices>
</domain>"""


@pytest.fixture
def stored():
    return Domain.parse(STORED)


@pytest.fixture
def edited(stored):
    return stored.copy()


def steps(stored, edited, running=None):
    plan = live.plan(stored, edited, running or stored)
    return [(step.strategy, [change.path for change in step.changes]) for step in plan.steps]


def test_what_goes_goes_before_what_comes(stored, edited):
    edited.title = "new"
    edited.devices.add(Interface(type="user", mac="52:54:00:00:00:02"))
    edited.devices.disks["sda"].source.file = "/b.iso"
    edited.devices.remove(edited.devices.interfaces[0])
    assert steps(stored, edited) == [
        ("metadata", ["title"]),
        ("detach", ["devices/interface[52:54:00:00:00:01]"]),
        ("update", ["devices/disk[sda]/source/@file"]),
        ("attach", ["devices/interface[52:54:00:00:00:02]"]),
    ]


def test_what_runs_that_way_already_needs_nothing(stored, edited):
    edited.devices.disks["sda"].source.file = "/b.iso"
    edited.devices.disks["vda"].cache = "none"
    edited.vcpus = 8
    plan = live.plan(stored, edited, edited.copy())
    assert {step.strategy for step in plan.steps} == {"nothing"}
    assert {effect.when for effect in plan.effects()} == {"now"}


def test_a_device_that_does_not_run_waits(stored, edited):
    running = stored.copy()
    running.devices.remove(running.devices.interfaces[0])
    edited.devices.interfaces[0].link_state = "down"
    (effect,) = live.plan(stored, edited, running).effects()
    assert (effect.when, effect.path) == ("next_boot", "devices/interface[52:54:00:00:00:01]/link")
    assert "does not have this device" in effect.reason
    # And one that was to come with the next start is gone at once.
    edited = stored.copy()
    edited.devices.remove(edited.devices.interfaces[0])
    (effect,) = live.plan(stored, edited, running).effects()
    assert effect.when == "now"


def test_effects_come_in_the_order_of_the_changes(stored, edited):
    edited.vcpus = 8
    edited.current_vcpus = 2
    edited.title = "new"
    effects = live.plan(stored, edited, stored).effects()
    assert [effect.path for effect in effects] == [
        change.path for change in live.changes_of(stored, edited)
    ]
    assert {effect.path: effect.when for effect in effects} == {
        "vcpu": "next_boot",
        "vcpu/@current": "now",
        "title": "now",
    }


def test_nothing_waits_for_a_machine_that_is_off(stored, edited):
    edited.devices.disks["vda"].cache = "none"
    (effect,) = live.all_now(stored, edited)
    assert (effect.when, effect.reason) == ("now", "")


def test_memory_that_comes_with_a_module_is_not_asked_of_the_balloon(stored, edited):
    module = edited.devices.add(documents.Memory(model="dimm", size=1024, node=0))
    assert steps(stored, edited) == [
        ("nothing", ["memory", "currentMemory"]),
        ("attach", ["devices/memory[1]"]),
    ]
    without = edited.copy()
    without.devices.remove(without.devices.of("memory")[0])
    assert module.size == 1024
    assert steps(edited, without) == [
        ("nothing", ["memory", "currentMemory"]),
        ("detach", ["devices/memory[1]"]),
    ]


def test_the_memory_of_a_module_waits_with_it(stored, edited):
    edited.devices.add(documents.Memory(model="dimm", size=1024, node=0))
    plan = live.plan(stored, edited, stored)
    tried = [
        Effect(change.path, change, "pending" if step.strategy == "attach" else "now", "asked")
        for step in plan.steps
        for change in step.changes
    ]
    assert {(effect.when, effect.reason) for effect in plan.effects(tuple(tried))} == {
        ("pending", "asked")
    }


class Memory:
    """A machine that notes in which order its memory is set."""

    def __init__(self):
        self.calls = []

    def setMemoryFlags(self, size, flags):  # noqa: N802 - libvirt's name
        most = bool(flags & libvirt.VIR_DOMAIN_MEM_MAXIMUM)
        self.calls.append(("maximum" if most else "current", size))


@pytest.mark.parametrize(
    ("maximum", "current", "calls"),
    [
        (8192, 6144, [("maximum", 8192), ("current", 6144)]),
        # Below what it has now: that is lowered first.
        (2048, 1024, [("current", 1024), ("maximum", 2048)]),
        (4096, 1024, [("current", 1024)]),
        (8192, 4096, [("maximum", 8192)]),
    ],
)
def test_memory_is_set_in_the_order_that_is_possible(stored, edited, maximum, current, calls):
    edited.current_memory = min(current, maximum)
    edited.memory = maximum
    edited.current_memory = current
    (step,) = live.plan(stored, edited, stored).steps
    machine = Memory()
    live_tuning.memory(Target(machine, stored, edited, stored, Unplugs()), step)
    assert machine.calls == calls


@pytest.mark.parametrize(
    ("cpuset", "chosen"),
    [("0", [0]), ("0-2", [0, 1, 2]), ("0-3,^1", [0, 2, 3]), ("1,3", [1, 3]), ("2-9", [2, 3])],
)
def test_sets_of_processors_are_read(cpuset, chosen):
    found = live_tuning.cpu_map(cpuset, 4)
    assert [number for number, is_in in enumerate(found) if is_in] == chosen
