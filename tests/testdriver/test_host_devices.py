"""The devices of a host as a tree, on libvirt's test driver and on descriptions of real hosts."""

from __future__ import annotations

import pytest
from a_manager import wait_for
from sample_documents import FOREIGN

from qvirt_jupyter.documents import NodeDevice
from qvirt_jupyter.hypervisor import (
    DeviceCondition,
    NodeDeviceRecord,
    OperationFailed,
    Unsupported,
    connect,
    publisher,
)
from qvirt_jupyter.hypervisor.definition import device_definition
from qvirt_jupyter.hypervisor.host.node_device import NodeDevices
from qvirt_jupyter.hypervisor.host.usage import mounted_disks, uses_of_host
from qvirt_jupyter.widgets import host_panel
from qvirt_jupyter.widgets.host_devices.parts import NewPart, part_form
from qvirt_jupyter.widgets.host_devices.rows import KINDS, label, rows

URI = "test:///x"
COLLECTION = FOREIGN / "thirdparty" / "virt-manager" / "nodedev"
CARD = """<device><name>pci_0000_65_00_0</name><parent>computer</parent>
<driver><name>nvidia</name></driver>
<capability type='pci'><class>0x030200</class><domain>0</domain><bus>101</bus><slot>0</slot>
<function>0</function><product id='0x1'>Card</product><vendor id='0x2'>Maker</vendor>
<iommuGroup number='7'/>
<capability type='mdev_types'>
<type id='kind-1'><name>Small</name><deviceAPI>vfio-pci</deviceAPI>
<availableInstances>2</availableInstances></type>
<type id='kind-2'><deviceAPI>vfio-pci</deviceAPI><availableInstances>0</availableInstances></type>
</capability></capability></device>"""
ADAPTER = """<device><parent>{parent}</parent><capability type='scsi_host'>
<capability type='fc_host'><wwnn>2000000012341234</wwnn><wwpn>1000000012341234</wwpn></capability>
</capability></device>"""


def a_record(name, parent, capability="pci", **more):
    return NodeDeviceRecord(URI, name, parent, capability, "", "", **more)


def shown(records, conditions=None):
    return [(row.id, row.level) for row in rows(records, conditions or {})]


def test_each_device_stands_under_the_one_that_it_hangs_on():
    records = [
        a_record("net_eth0", "pci_2", "net", device="eth0"),
        a_record("pci_2", "pci_1"),
        a_record("pci_1", "computer"),
        a_record("computer", "", "system"),
        a_record("pci_3", "gone"),
    ]
    assert shown(records) == [
        ("pci_3", 0),
        ("computer", 0),
        ("pci_1", 1),
        ("pci_2", 2),
        ("net_eth0", 3),
    ]


def test_devices_that_hang_on_each_other_are_not_lost():
    records = [a_record("a", "b"), a_record("b", "a"), a_record("c", "c")]
    assert sorted(shown(records)) == [("a", 0), ("b", 0), ("c", 0)]


@pytest.mark.parametrize(
    ("vendor", "product", "device", "words"),
    [
        ("Maker", "Card", "", "Card (Maker)"),
        ("Maker", "Maker Card", "", "Maker Card"),
        ("Maker", "", "", "PCI device of Maker"),
        ("0x1af4", "", "/dev/vda", "/dev/vda"),
        ("", "eth0", "eth0", "eth0"),
        ("", "", "", "pci_1"),
    ],
)
def test_what_a_device_is_stands_before_its_maker(vendor, product, device, words):
    record = NodeDeviceRecord(URI, "pci_1", "", "pci", vendor, product, device=device)
    assert label(record) == words


def test_who_uses_a_device_is_said_in_its_row():
    record = a_record("pci_1", "", driver="vfio-pci", iommu_group="12")
    (row,) = rows([record], {"pci_1": DeviceCondition(users=("web", "db"))})
    assert (row.cells["users"], row.cells["driver"]) == ("web, db", "vfio-pci")
    assert (row.cells["iommu"].text, row.cells["iommu"].sort) == ("12", 12)
    (row,) = rows([record], {"pci_1": DeviceCondition(held="The host uses it.")})
    assert (row.cells["users"].text, row.cells["users"].title) == ("the host", "The host uses it.")


def test_the_record_has_driver_group_and_parts():
    read = device_definition(CARD)
    assert (read.driver, read.iommu_group, read.product) == ("nvidia", "7", "Card")
    kinds = NodeDevice.parse(CARD).mediated_kinds
    assert [(kind.id, kind.name, kind.available) for kind in kinds] == [
        ("kind-1", "Small", 2),
        ("kind-2", "", 0),
    ]
    uuid = "11f92c9d-b0b0-4016-b306-a8071277f8b9"
    part = NewPart(parent="pci_0000_65_00_0", kind="kind-1", uuid=uuid).build()
    again = NodeDevice.parse(str(part))
    form = part_form("pci_0000_65_00_0", kinds, lambda _wanted: None, lambda: None)
    (field,) = (each for each in form.shown["fields"] if each["name"] == "kind")
    assert field["kind"] == "choice"
    assert [each["label"] for each in field["choices"]] == ["Small (kind-1): room for 2 more"]
    assert (again.parent, again.capability.type_id, again.capability.uuid) == (
        "pci_0000_65_00_0",
        "kind-1",
        uuid,
    )


@pytest.mark.skipif(not COLLECTION.is_dir(), reason="the collection is not beside the project")
def test_real_descriptions_make_a_tree():
    texts = [file.read_text() for file in sorted(COLLECTION.glob("*.xml"))]
    assert len(texts) > 40
    records = []
    for text in texts:
        node, read = NodeDevice.parse(text), device_definition(text)
        records.append(NodeDeviceRecord(URI, str(node.name), *read))
    assert {record.capability for record in records} - {""} <= KINDS.keys()
    drawn = list(rows(records, {}))
    assert {row.id for row in drawn} == {record.name for record in records}
    assert all(row.cells["device"] for row in drawn)


def a_disk(folder, name, below=()):
    place = folder / "devices" / name
    (place / "slaves").mkdir(parents=True)
    for each in below:
        (place / "slaves" / each).symlink_to(folder / "block" / each)
    (folder / "block" / name).symlink_to(place)
    return place


def test_disks_are_found_below_partitions_and_volumes(tmp_path):
    for part in ("block", "numbers"):
        (tmp_path / part).mkdir()
    disk = a_disk(tmp_path, "sda")
    partition = disk / "sda1"
    partition.mkdir()
    (partition / "partition").write_text("1\n")
    (tmp_path / "block" / "sda1").symlink_to(partition)
    a_disk(tmp_path, "sdb")
    volume = a_disk(tmp_path, "dm-0", ["sda1", "sdb"])
    (tmp_path / "numbers" / "254:0").symlink_to(volume)
    a_disk(tmp_path, "sdc")
    mounts, swaps = tmp_path / "mounts", tmp_path / "swaps"
    mounts.write_text("22 1 254:0 / / rw - ext4 /dev/root rw\n23 1 0:5 / /dev rw - dev dev rw\n")
    swaps.write_text("Filename Type Size Used Priority\n/dev/sdc partition 1 0 -2\n")
    found = mounted_disks(mounts, swaps, tmp_path / "block", tmp_path / "numbers")
    assert found == {"/dev/sda": "/", "/dev/sdb": "/", "/dev/sdc": "swap"}
    assert mounted_disks(tmp_path / "none", tmp_path / "none") == {}


def test_what_the_host_needs_is_held_with_all_above_it():
    nodes = [
        NodeDevice.parse(text)
        for text in (
            "<device><name>computer</name><capability type='system'/></device>",
            "<device><name>pci_1</name><parent>computer</parent><capability type='pci'/></device>",
            (
                "<device><name>sda</name><parent>pci_1</parent><capability type='storage'>"
                "<block>/dev/sda</block></capability></device>"
            ),
            "<device><name>pci_2</name><parent>computer</parent><capability type='pci'/></device>",
            (
                "<device><name>net</name><parent>pci_2</parent><capability type='net'>"
                "<interface>eth0</interface><link state='up'/></capability></device>"
            ),
            "<device><name>pci_3</name><parent>computer</parent><capability type='pci'/></device>",
            (
                "<device><name>net3</name><parent>pci_3</parent><capability type='net'>"
                "<interface>eth1</interface><link state='down'/></capability></device>"
            ),
        )
    ]
    held = uses_of_host(nodes, {"/dev/sda": "/srv"})
    assert held.keys() == {"computer", "pci_1", "sda", "pci_2", "net"}
    assert held["pci_1"] == "The host uses its disk /dev/sda for /srv."
    assert "eth0" in held["pci_2"]


@pytest.fixture
def a_section(a_connection):
    panel = host_panel(a_connection, section="devices")
    assert wait_for(lambda: panel.section("devices"))
    section = panel.section("devices")
    assert wait_for(lambda: section._conditions.known)
    yield section
    panel.close()


def press(section, name, *ids):
    message = {"kind": "action", "action": name, "rows": list(ids), "client": "window-1"}
    section.table._handle_custom_msg(message, [])
    publisher.flush()


def reasons(section, *ids):
    return {action.id: str(action.reason) for action in section._offer(ids)}


def test_the_section_shows_all_devices_and_their_xml(a_section, a_connection):
    names = set(a_connection.node_devices.names)
    assert wait_for(lambda: set(a_section.table._rows._rows) == names)
    press(a_section, "xml", "computer")
    assert wait_for(lambda: a_section.xml.children)
    (editor,) = a_section.xml.children
    assert wait_for(lambda: "<name>computer</name>" in editor._draft.text)
    assert editor.shown["refused"]
    press(a_section, "xml", "computer")
    assert a_section.xml.children == ()


def test_what_cannot_be_done_has_its_reason(a_section, a_connection):
    assert set(reasons(a_section).values()) == {"Choose one device."}
    assert "Only PCI" in reasons(a_section, "computer")["detach"]
    for name in ("detach", "reattach", "part"):
        press(a_section, name, "computer")
    assert a_section.context.questions.questions == ()
    a_connection.close()
    publisher.flush()
    assert all(reasons(a_section, "computer").values())


def test_a_detach_is_asked_about_and_its_failure_said(a_section):
    name = next(each.name for each in a_section._records if each.capability == "pci")
    assert reasons(a_section, name)["detach"] == ""
    press(a_section, "detach", name)
    ((key, question),) = a_section.context.questions.questions
    assert question.danger
    # Its host is made up, as unknown from here as one at the other end of a network.
    assert "cannot be seen from here" in str(question.text)
    a_section.context.questions.answer(key, None)
    press(a_section, "detach", name)
    ((key, _question),) = a_section.context.questions.questions
    a_section.context.questions.answer(key, object())
    # The test driver has no host to take it from.
    assert wait_for(lambda: a_section.context.notices.notices)


def test_a_device_that_the_driver_cannot_detach_says_so(a_connection):
    name = next(
        each.name
        for each in a_connection.inventory.snapshot().node_devices
        if each.capability == "pci"
    )
    for action in ("detach", "reattach"):
        with pytest.raises(Unsupported):
            getattr(a_connection.node_devices[name], action)()


def test_devices_appear_and_vanish_by_event():
    with connect("test:///default") as connection:
        panel = host_panel(connection, section="devices")
        try:
            assert wait_for(lambda: panel.section("devices"))
            table = panel.section("devices").table
            # The one device of this host that can have virtual ones: an adapter with ports.
            made = connection.node_devices.create(ADAPTER.format(parent="scsi_host1"))
            assert wait_for(lambda: made.name in table._rows._rows)
            made.stop()
            assert wait_for(lambda: made.name not in table._rows._rows)
        finally:
            panel.close()


def test_who_uses_them_is_asked_again_where_that_failed_once(a_connection, monkeypatch):
    original, asked = NodeDevices.conditions, []

    def conditions(self):
        asked.append(self)
        if len(asked) == 1:
            raise OperationFailed("The host is busy.")
        return original(self)

    monkeypatch.setattr(NodeDevices, "conditions", conditions)
    panel = host_panel(a_connection, section="devices")
    try:
        assert wait_for(lambda: panel.section("devices"))
        section = panel.section("devices")
        assert wait_for(lambda: [each for each in panel._notices.notices if "busy" in str(each)])
        section.update()
        assert wait_for(lambda: section._conditions.known)
    finally:
        panel.close()
