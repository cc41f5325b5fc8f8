"""The devices of this machine as a real libvirtd tells them."""

from __future__ import annotations

import pytest

from qvirt_jupyter.hypervisor import InUse


def test_each_device_has_a_record_and_a_condition(a_qemu_connection):
    devices = a_qemu_connection.node_devices
    conditions = devices.conditions()
    assert conditions
    for name in conditions:
        record = devices[name].record
        assert record.active
        assert record.capability
    drivers = {each.driver for each in a_qemu_connection.inventory.snapshot().node_devices}
    texts = [devices[name].xml() for name in conditions]
    assert bool(drivers - {""}) == any("<driver>" in text for text in texts)


def test_what_the_host_needs_is_not_detached(a_qemu_connection):
    devices = a_qemu_connection.node_devices
    held = [name for name, found in devices.conditions().items() if found.held]
    if not held:
        pytest.skip("libvirt sees no network device that is up and no mounted disk here")
    with pytest.raises(InUse, match="The host uses"):
        devices[held[0]].detach()
