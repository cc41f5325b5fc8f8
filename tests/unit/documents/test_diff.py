"""Differences, path by path."""

from qvirt_jupyter.documents import Channel, Disk, Domain, Graphics


def changes(before, after):
    return [str(change) for change in before.diff(after)]


def test_equal_documents_do_not_differ(a_full_domain):
    difference = a_full_domain.diff(a_full_domain.copy())
    assert not difference
    assert str(difference) == "no differences"


def test_entries_are_told_by_their_names():
    text = (
        "<domain><sysinfo type='smbios'><system><entry name='serial'>{}</entry>"
        "<entry name='product'>P</entry></system></sysinfo></domain>"
    )
    before, after = Domain.parse(text.format("a")), Domain.parse(text.format("b"))
    assert changes(before, after) == ["sysinfo[smbios]/system/entry[serial]: a → b"]
    after.system_information[0].source.version = "2"
    assert "sysinfo[smbios]/system/entry[version]" in before.diff(after).paths
    assert "sysinfo[smbios]/system/entry[product]" not in before.diff(after).paths


def test_the_unit_of_an_attribute_does_not_count():
    text = "<domain><memoryBacking><hugepages><page {}/></hugepages></memoryBacking></domain>"
    before = Domain.parse(text.format("size='2048' unit='KiB'"))
    assert changes(before, Domain.parse(text.format("size='2' unit='MiB'"))) == []
    assert changes(before, Domain.parse(text.format("size='1' unit='GiB'"))) == [
        "memoryBacking/hugepages/page[1]/@size: 2048 KiB → 1 GiB"
    ]


def test_layout_comments_and_units_do_not_count():
    before = Domain.parse("<domain><memory unit='GiB'>4</memory><os><type>hvm</type></os></domain>")
    after = Domain.parse(
        "<domain>\n  <!-- hello -->\n  <memory unit='KiB'>4194304</memory>\n  <os>\n<type>hvm</type></os></domain>"
    )
    assert changes(before, after) == []
    after.memory = 1024
    assert changes(before, after) == ["memory: 4 GiB → 1024 KiB"]


def test_changes_are_named_by_path_and_key(a_full_domain):
    other = a_full_domain.copy()
    other.title = None
    other.devices.disks["vdb"].cache = "none"
    other.devices.graphics[0].source.password = "new"  # noqa: S105 - what the test is about
    other.cpu.features["vmx"].policy = "force"
    other.vcpus = 16
    assert changes(a_full_domain, other) == [
        "title: - Everything that is declared",
        "vcpu: 8 → 16",
        "cpu/topology/@sockets: 2 → 4",
        "cpu/feature[vmx]/@policy: require → force",
        "devices/disk[vdb]/driver: + <driver cache='none'/>",
        "devices/graphics[vnc]/@passwd: •••• → ••••",
    ]


def test_unknown_parts_are_compared_too():
    before = Domain.parse("<domain><x><y a='1'/><y a='2'/></x></domain>")
    after = Domain.parse("<domain><x><y a='1'/><y a='3'/></x><z>new</z></domain>")
    assert changes(before, after) == ["x/y[2]/@a: 2 → 3", "z: + new"]


def test_devices_come_go_and_move(a_full_domain):
    other = a_full_domain.copy()
    del other.devices.disks["sda"]
    other.devices.disks.append(Disk(target="vdx", bus="virtio"))
    other.devices.channels.append(Channel(type="unix", name="org.example"))
    other.devices.disks.move("sdb", 0)
    difference = a_full_domain.diff(other)
    assert difference.paths == (
        "devices/disk[sda]",
        "devices/disk[vdx]",
        "devices/channel[org.example]",
        "devices/disk",
    )
    assert "vda, fda, sdb" in str(difference)


def test_a_device_whose_key_changed_is_still_the_same(a_full_domain):
    other = a_full_domain.copy()
    other.devices.disks["vda"].bus = "sata"
    paths = a_full_domain.diff(other).paths
    assert "devices/disk[vda]/target/@dev" in paths
    assert "devices/disk[vda]/target/@bus" in paths


def test_a_secret_is_masked_in_whole_elements_too():
    before, after = Domain(), Domain()
    after.devices.graphics.append(Graphics.parse("<graphics type='vnc' passwd='hush'/>"))
    text = str(before.diff(after))
    assert "hush" not in text
    assert "passwd" in text
