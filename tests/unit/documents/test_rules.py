"""What belongs together changes together."""

import pytest

from qvirt_jupyter.documents import (
    BlockSource,
    Disk,
    Domain,
    FileSource,
    Graphics,
    Interface,
    Listen,
    Network,
    Serial,
    Spice,
    StorageVolume,
    Unknown,
    Video,
    Vnc,
    parse,
)
from qvirt_jupyter.documents.devices.disk import IoTune
from qvirt_jupyter.documents.network_ip import Ip
from qvirt_jupyter.documents.sections.clock import Clock, Timer
from qvirt_jupyter.documents.sections.cpu import Cpu
from qvirt_jupyter.documents.sections.numa_tune import NumaTune
from qvirt_jupyter.documents.sections.vcpu import IoThread


@pytest.mark.parametrize(
    ("bus", "target"),
    [("sata", "sda"), ("ide", "hda"), ("fdc", "fda"), ("xen", "xvda"), ("sd", "sda")],
)
def test_a_bus_names_the_target_and_drops_the_address(bus, target):
    disk = Disk.parse(
        "<disk><target dev='vda' bus='virtio'/><address type='pci' slot='0x01'/></disk>"
    )
    disk.bus = bus
    assert (disk.target, bool(disk.address)) == (target, False)


def test_a_new_target_is_one_that_no_other_disk_has():
    domain = Domain.parse(
        "<domain><devices><disk><target dev='sda' bus='sata'/></disk>"
        "<disk><target dev='vda' bus='virtio'/></disk></devices></domain>"
    )
    domain.devices.disks["vda"].bus = "scsi"
    assert domain.devices.disks.keys() == ["sda", "sdb"]


def test_a_target_that_fits_the_bus_stays():
    disk = Disk(target="sdc", bus="sata")
    disk.bus = "usb"
    disk.removable = "on"
    assert disk.target == "sdc"
    disk.bus = "scsi"
    assert disk.removable is None


def test_a_type_takes_its_fields_with_it_and_leaves_the_rest():
    disk = Disk.parse(
        "<disk type='file'><source file='/a' startupPolicy='optional' index='1'>"
        "<seclabel model='dac'/></source><target dev='vda'/></disk>"
    )
    disk.type = "block"
    assert str(disk) == (
        "<disk type='block'><source startupPolicy='optional' index='1'>"
        "<seclabel model='dac'/></source><target dev='vda'/></disk>"
    )
    disk.source.device = "/dev/sdb"
    assert disk.path == "/dev/sdb"
    disk.source = FileSource(file="/b")
    assert (disk.type, disk.path) == ("file", "/b")
    disk.type = "ram"
    assert isinstance(disk.source, Unknown)


def test_a_branch_that_does_not_belong_is_refused():
    with pytest.raises(TypeError, match="BlockSource"):
        Disk(type="file").source = Vnc()
    disk = Disk(type="file", source=BlockSource(device="/dev/sdb"))
    assert disk.type == "block"


def test_udp_leaves_nothing_behind():
    serial = Serial.parse(
        "<serial type='udp'><source mode='bind' host='127.0.0.1' service='1'/>"
        "<source mode='connect' host='127.0.0.1' service='2'/></serial>"
    )
    serial.type = "pty"
    assert str(serial) == "<serial type='pty'/>"


@pytest.mark.parametrize(
    ("whole", "part"), [("total_bytes", "read_bytes"), ("total_operations", "write_operations")]
)
def test_a_total_excludes_its_parts(whole, part):
    tune = IoTune(**{part: 5})
    setattr(tune, whole, 9)
    assert getattr(tune, part) is None
    setattr(tune, part, 5)
    assert getattr(tune, whole) is None


def test_memory_and_current_memory_bound_each_other():
    domain = Domain(memory=2048, current_memory=1024)
    domain.current_memory = 4096
    assert domain.memory == 4096
    domain.memory = 2048
    assert domain.current_memory == 2048
    domain.current_memory = None
    assert domain.memory == 2048


def test_cpus_and_topology_agree():
    domain = Domain(vcpus=4)
    domain.cpu.topology.sockets = 2
    assert domain.vcpus == 4, "a topology that is not complete says nothing yet"
    domain.cpu.topology.cores = 3
    domain.cpu.topology.threads = 2
    assert domain.vcpus == 12
    domain.vcpus = 18
    assert domain.cpu.topology.sockets == 3
    domain.vcpus = 7
    assert not domain.cpu.topology


def test_cpus_at_start_are_at_most_all():
    domain = Domain(vcpus=4, current_vcpus=2)
    domain.current_vcpus = 8
    assert domain.vcpus == 8
    domain.vcpus = 3
    assert domain.current_vcpus == 3


NODES = (
    "<domain><memory>3072</memory><currentMemory>3072</currentMemory><cpu><numa>"
    "<cell id='0' cpus='0' memory='1024'/><cell id='1' cpus='1' memory='2048'/></numa></cpu></domain>"
)


def test_nodes_share_the_memory_of_the_machine():
    domain = Domain.parse(NODES)
    domain.memory = 6 * 1024
    assert [cell.memory for cell in domain.cpu.numa.cells] == [2048, 4096]
    domain.current_memory = 9 * 1024
    assert [cell.memory for cell in domain.cpu.numa.cells] == [3072, 6144]
    domain.memory = 10
    assert [cell.memory for cell in domain.cpu.numa.cells] == [3, 7]
    domain.memory = 1
    assert sum(cell.memory for cell in domain.cpu.numa.cells) == 10, "each node needs some"


def test_the_machine_has_the_memory_of_its_nodes_and_modules():
    domain = Domain.parse(NODES)
    domain.cpu.numa.cells[0].memory = 512
    assert (domain.memory, domain.current_memory) == (2560, 2560)
    module = domain.devices.add(
        parse("<memory model='dimm'><target><size>1024</size></target></memory>")
    )
    assert domain.memory == 3584
    domain.devices.remove(module)
    assert domain.memory == 2560
    assert [cell.memory for cell in domain.cpu.numa.cells] == [512, 2048]
    domain.devices.add(module)
    domain.cpu.numa.cells[0].memory = 1024
    assert domain.memory == 4096
    domain.memory = 7 * 1024
    assert [cell.memory for cell in domain.cpu.numa.cells] == [2048, 4096]
    domain.cpu.numa.cells.clear()
    assert domain.memory == 7 * 1024


def test_a_topology_that_has_clusters_still_follows_the_cpus():
    domain = Domain(vcpus=8)
    topology = domain.cpu.topology
    topology.sockets, topology.clusters, topology.cores, topology.threads = 1, 2, 2, 2
    domain.vcpus = 16
    assert (topology.sockets, domain.vcpus) == (2, 16)


def test_what_is_said_of_each_cpu_goes_when_their_number_changes():
    domain = Domain.parse(
        "<domain><vcpu current='1'>2</vcpu><vcpus><vcpu id='0' enabled='yes'/>"
        "<vcpu id='1' enabled='no'/></vcpus></domain>"
    )
    domain.current_vcpus = 2
    assert len(domain.each_vcpu) == 2
    domain.vcpus = 3
    assert len(domain.each_vcpu) == 0


def test_io_threads_are_as_many_as_are_described():
    domain = Domain.parse(
        "<domain><iothreads>2</iothreads><iothreadids><iothread id='2'/><iothread id='4'/>"
        "</iothreadids></domain>"
    )
    domain.each_io_thread.append(IoThread(id=6))
    assert domain.io_threads == 3
    domain.io_threads = 1
    assert domain.each_io_thread.keys() == [2]


def test_a_copy_of_the_host_has_no_model_and_a_model_is_no_copy():
    cpu = Cpu(mode="custom", model="qemu64", fallback="forbid", match="exact", vendor="AMD")
    cpu.copies_host = True
    assert (cpu.mode, cpu.model, cpu.fallback, cpu.match, cpu.vendor) == (
        *("host-passthrough", None, None),
        *(None, None),
    )
    cpu.migratable = False
    cpu.mode = "host-model"
    assert cpu.migratable is None
    assert cpu.copies_host
    cpu.model = "Skylake-Client"
    assert (cpu.mode, cpu.copies_host) == ("custom", False)
    cpu.model = None
    assert cpu.mode is None
    cpu.copies_host = False
    assert cpu.mode is None
    cpu.copies_host = True
    cpu.copies_host = False
    assert not cpu.copies_host


def test_processors_by_numad_are_not_chosen():
    domain = Domain(vcpus=2, vcpu_cpus="0-3")
    domain.vcpu_placement = "auto"
    assert domain.vcpu_cpus is None
    tune = NumaTune(nodes="0")
    tune.placement = "auto"
    assert tune.nodes is None
    tune.nodes = "1"
    assert tune.placement == "static"


def test_each_kind_of_clock_has_its_own_fields():
    clock = Clock(offset="timezone", timezone="Europe/Berlin")
    clock.offset = "variable"
    clock.basis, clock.adjustment = "localtime", "3600"
    assert clock.timezone is None
    clock.offset = "utc"
    assert (clock.basis, clock.adjustment) == (None, "3600")
    clock.offset = "absolute"
    clock.start = 1
    assert clock.adjustment is None
    clock.offset = "localtime"
    assert clock.start is None


def test_only_the_policy_that_catches_up_says_how_fast():
    timer = Timer.parse("<timer name='rtc' tickpolicy='catchup'><catchup slew='1'/></timer>")
    timer.tick_policy = "delay"
    assert str(timer) == "<timer name='rtc' tickpolicy='delay'/>"


def test_default_firmware_says_nothing_of_firmware():
    domain = Domain.parse(
        "<domain><os firmware='efi'><type>hvm</type><firmware><feature name='secure-boot' "
        "enabled='yes'/></firmware><loader secure='yes'>/a.fd</loader><nvram>/b</nvram></os></domain>"
    )
    assert domain.os.is_secure
    domain.os.use_default_firmware()
    assert str(domain) == "<domain><os><type>hvm</type></os></domain>"
    assert not domain.os.is_secure


def test_a_firmware_image_replaces_the_automatic_one():
    domain = Domain.parse("<domain><os firmware='efi'><type machine='q35'>hvm</type></os></domain>")
    domain.os.use_firmware_image("/OVMF.fd", secure=True)
    assert str(domain.os) == (
        "<os><type machine='q35'>hvm</type><loader readonly='yes' secure='yes' type='pflash'>/OVMF.fd</loader></os>"
    )
    domain.os.nvram = "/vars.fd"
    domain.os.stateless = True
    assert domain.os.nvram is None
    domain.os.nvram = "/vars.fd"
    assert domain.os.stateless is None
    domain.os.loader = None
    assert str(domain.os) == "<os><type machine='q35'>hvm</type></os>"


def test_without_kernel_nothing_is_given_to_it():
    domain = Domain()
    domain.os.kernel, domain.os.initrd, domain.os.arguments = "/k", "/i", "quiet"
    domain.os.boot_from_disk()
    assert (domain.os.initrd, domain.os.arguments) == (None, None)


def test_a_menu_that_is_gone_waits_for_nobody():
    domain = Domain()
    domain.os.boot_menu, domain.os.boot_menu_timeout = True, 3000
    domain.os.boot_menu = False
    assert domain.os.boot_menu_timeout is None


def test_features_that_are_off_have_no_details():
    features = Domain.parse(
        "<domain><features><hyperv><relaxed state='on'/><spinlocks state='on' retries='8191'/>"
        "</hyperv><kvm><dirty-ring state='on' size='4096'/></kvm><smm state='on'>"
        "<tseg unit='MiB'>48</tseg></smm></features></domain>"
    ).features
    features.smm = False
    features.kvm.dirty_ring = False
    features.hyperv.mode = "passthrough"
    assert str(features) == (
        "<features><hyperv mode='passthrough'/><kvm><dirty-ring state='off'/></kvm>"
        "<smm state='off'/></features>"
    )


def test_a_firmware_choice_replaces_an_image():
    domain = Domain.parse(
        "<domain><os><loader type='pflash'>/a.fd</loader><nvram>/b.fd</nvram></os></domain>"
    )
    domain.os.firmware = "efi"
    assert (domain.os.loader, domain.os.loader_type, domain.os.nvram) == (None, None, None)


def test_the_listen_address_is_said_twice_alike():
    display = Graphics.parse(
        "<graphics type='vnc' listen='127.0.0.1'><listen type='address' address='127.0.0.1'/></graphics>"
    )
    display.listen = "192.0.2.1"
    assert display.listens[0].source.address == "192.0.2.1"
    display.listens[0].source.address = "::1"
    assert display.listen == "::1"
    display.listen = None
    assert str(display) == (
        "<graphics type='vnc' port='-1' autoport='yes'><listen type='address'/></graphics>"
    )


@pytest.mark.parametrize("kind", ["none", "socket"])
def test_a_display_without_address_has_no_port(kind):
    for text in (
        "<graphics type='vnc' port='-1' autoport='yes' websocket='5700'><listen type='address'/></graphics>",
        "<graphics type='spice' port='1' tlsPort='2' autoport='no'><listen type='address'/></graphics>",
    ):
        display = Graphics.parse(text)
        display.listens[0].type = kind
        assert str(display) == f"<graphics type='{display.type}'><listen type='{kind}'/></graphics>"


def test_setting_the_address_makes_a_display_listen_on_it():
    display = Graphics(type="vnc", listens=[Listen(type="none")])
    display.listen = "127.0.0.1"
    assert display.listens[0].source.address == "127.0.0.1"


def test_a_port_is_automatic_or_fixed():
    for kind in (Vnc, Spice):
        display = kind(auto_port=True, port=-1)
        display.port = 5901
        assert display.auto_port is False
        display.auto_port = True
        assert display.port == -1
        display.auto_port = False
        assert display.port is None


def test_another_model_sits_elsewhere():
    card = Interface.parse("<interface><model type='virtio'/><address type='pci'/></interface>")
    card.model = "e1000e"
    assert str(card) == "<interface><model type='e1000e'/></interface>"
    video = Video.parse(
        "<video><model type='qxl' ram='1' vram='2' vgamem='3' heads='1'/><address type='pci'/></video>"
    )
    video.model = "virtio"
    assert str(video) == "<video><model type='virtio'/></video>"


def test_netmask_and_prefix_exclude_each_other():
    ip = Ip(address="192.0.2.1", netmask="255.255.255.0")
    ip.prefix = 24
    assert ip.netmask is None
    ip.netmask = "255.255.255.0"
    assert ip.prefix is None
    assert Network(ips=[ip]).ips["192.0.2.1"].netmask == "255.255.255.0"


def test_only_qcow2_has_qcow2_features():
    volume = StorageVolume(format="qcow2", compatibility="1.1", lazy_refcounts=True)
    volume.cluster_size, volume.extended_l2 = 128 * 1024, True
    volume.format = "raw"
    assert (volume.compatibility, volume.lazy_refcounts) == (None, False)
    assert (volume.cluster_size, volume.extended_l2) == (None, False)


def test_features_of_the_newer_qcow2_ask_for_it():
    volume = StorageVolume(format="qcow2", compatibility="0.10")
    volume.extended_l2 = True
    assert volume.compatibility == "1.1"
