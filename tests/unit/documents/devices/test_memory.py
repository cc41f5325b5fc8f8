"""Memory modules, the balloon, and memory that guests share."""

import pytest

from qvirt_jupyter.documents import Domain, MemBalloon, Memory, Shmem, parse

GUEST = """\
<domain type='kvm'>
  <maxMemory slots='{slots}' unit='MiB'>{most}</maxMemory>
  <memory unit='MiB'>1024</memory>
  <cpu>{numa}</cpu>
  <devices>{devices}</devices>
</domain>"""
NUMA = "<numa><cell id='0' cpus='0' memory='1' unit='GiB'/></numa>"
ONE = "<memory model='dimm'><target><size unit='MiB'>256</size></target></memory>"


def a_domain(slots=2, most=4096, numa=NUMA, devices=""):
    return Domain.parse(GUEST.format(slots=slots, most=most, numa=numa, devices=devices))


@pytest.mark.parametrize(
    ("domain", "reason"),
    [
        (a_domain(), ""),
        (a_domain(devices=ONE), ""),
        (a_domain(devices=ONE + ONE), "no free memory slot"),
        (Domain.parse("<domain><memory>1</memory></domain>"), "no free memory slot"),
        (a_domain(numa=""), "no NUMA nodes"),
        (a_domain(most=1024), "all the memory already"),
        (Domain.parse("<domain><os><type>exe</type></os></domain>"), "fully virtualised"),
    ],
)
def test_a_module_needs_a_slot_a_node_and_room(domain, reason):
    said = str(Memory.unavailable(domain, None))
    assert reason in said
    assert bool(said) == bool(reason)


@pytest.mark.parametrize(("most", "mebibytes"), [(4096, 512), (1024 + 300, 256)])
def test_half_a_gibibyte_or_what_is_left_is_suggested(most, mebibytes):
    module = Memory.suggested(a_domain(most=most), None)
    assert (module.model, module.size, module.node) == ("dimm", mebibytes * 1024, 0)


@pytest.mark.parametrize(
    ("text", "summary"),
    [
        (ONE, "256 MiB · Memory module (DIMM)"),
        (
            "<memory model='nvdimm'><source><path>/nv</path></source><target><size>1</size></target></memory>",
            "1 MiB · Non-volatile module (NVDIMM) · /nv",
        ),
        ("<memory model='brand-new'/>", "brand-new"),
    ],
)
def test_a_list_says_size_and_model(text, summary):
    module = parse(text)
    assert (module.display_name, module.summary) == ("Memory module 1", summary)


def test_another_model_takes_nothing_along_that_it_cannot_have():
    module = parse(
        "<memory model='nvdimm' access='shared' discard='yes'>"
        "<uuid>6d3f0000-0000-4000-8000-00000000e0a2</uuid>"
        "<source><path>/nv</path><alignsize>2048</alignsize><pmem/></source>"
        "<target><size unit='KiB'>524288</size><node>1</node><label><size>128</size></label><readonly/>"
        "</target><address type='dimm'/></memory>"
    )
    module.model = "virtio-mem"
    assert str(module) == (
        "<memory model='virtio-mem' access='shared'><source/>"
        "<target><size unit='KiB'>524288</size><node>1</node>"
        "<requested unit='KiB'>524288</requested></target></memory>"
    )
    module.block = 2048
    module.model = "dimm"
    assert str(module) == (
        "<memory model='dimm' access='shared'><source/>"
        "<target><size unit='KiB'>524288</size><node>1</node></target></memory>"
    )


@pytest.mark.parametrize(
    ("text", "summary"),
    [
        ("<memballoon model='virtio'/>", ""),
        ("<memballoon model='virtio'><stats period='5'/></memballoon>", "measures every 5 s"),
        ("<memballoon model='none'/>", "none"),
    ],
)
def test_a_list_says_how_often_a_balloon_measures(text, summary):
    balloon = parse(text)
    assert (balloon.display_name, balloon.summary) == ("Memory balloon", summary)


@pytest.mark.parametrize(
    ("kind", "kept"), [("kvm", True), ("qemu", True), ("xen", True), ("lxc", False)]
)
def test_the_balloon_that_libvirt_adds_again_stays(kind, kept):
    domain = Domain.parse(
        f"<domain type='{kind}'><devices><memballoon model='virtio'/></devices></domain>"
    )
    (balloon,) = domain.devices.memballoons
    assert bool(balloon.why_kept) == kept
    assert MemBalloon.unavailable(domain, None)
    assert MemBalloon().why_kept == ""


def test_no_balloon_has_no_options():
    balloon = parse(
        "<memballoon model='virtio' autodeflate='on' freePageReporting='on'><stats period='5'/>"
        "<address type='pci'/></memballoon>"
    )
    balloon.model = "none"
    assert str(balloon) == "<memballoon model='none'/>"


@pytest.mark.parametrize(("kind", "model"), [("kvm", "virtio"), ("xen", "xen")])
def test_the_balloon_of_the_hypervisor_is_suggested(kind, model):
    assert MemBalloon.suggested(Domain(type=kind), None).model == model


def test_shared_memory_has_a_name_of_its_own():
    domain = Domain.parse("<domain><devices><shmem name='shmem0'/></devices></domain>")
    shared = Shmem.suggested(domain, None)
    assert str(shared) == (
        "<shmem name='shmem1'>\n"
        "  <model type='ivshmem-plain'/>\n"
        "  <size unit='bytes'>4194304</size>\n"
        "</shmem>"
    )
    assert (shared.display_name, shared.summary) == (
        "Shared memory: shmem1",
        "4 MiB · Memory only",
    )
    assert shared.refused(domain, None) == ""
    assert "already" in str(Shmem(name="shmem0").refused(domain, None))
    assert Shmem().display_name == "Shared memory"
    with pytest.raises(ValueError, match="without slash"):
        shared.name = "a/b"


def test_memory_with_a_server_has_its_size_and_plain_memory_no_interrupts():
    shared = parse(
        "<shmem name='a'><model type='ivshmem'/><size unit='M'>4</size><server path='/s'/>"
        "<msi vectors='2' ioeventfd='on'/><address type='pci'/></shmem>"
    )
    bell = shared.copy()
    bell.model = "ivshmem-doorbell"
    assert str(bell) == (
        "<shmem name='a'><model type='ivshmem-doorbell'/><server path='/s'/>"
        "<msi vectors='2' ioeventfd='on'/></shmem>"
    )
    shared.model = "ivshmem-plain"
    assert (shared.size, shared.server, shared.vectors, shared.io_event) == (
        4 * 1024**2,
        None,
        None,
        None,
    )


@pytest.mark.parametrize("current", [256, 480, 512])
def test_a_module_counts_to_the_memory_as_libvirt_counts_it(current):
    domain = Domain.parse(
        f"<domain><memory unit='MiB'>512</memory><currentMemory unit='MiB'>{current}</currentMemory>"
        "<cpu><numa><cell id='0' cpus='0' memory='512' unit='MiB'/></numa></cpu><devices/></domain>"
    )
    before = domain.copy()
    module = domain.devices.add(Memory(model="dimm", size=128 * 1024, node=0))
    assert (domain.memory, domain.current_memory) == (640 * 1024, (128 + current) * 1024)
    # What the guest's own nodes have stays.
    assert not before.cpu.diff(domain.cpu)
    domain.devices.remove(module)
    assert not before.diff(domain)
