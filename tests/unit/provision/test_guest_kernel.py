import gzip
import lzma
import os
import shutil
import subprocess

import pytest

from qvirt_jupyter.hypervisor.errors import AccessDenied, NotFound
from qvirt_jupyter.provision.guest_kernel import guest_kernel, module_bytes
from qvirt_jupyter.provision.host_packages import PackagesMissing

DEPENDENCIES = """\
kernel/drivers/virtio/virtio_ring.ko.xz:
kernel/drivers/virtio/virtio.ko.xz: kernel/drivers/virtio/virtio_ring.ko.xz
kernel/drivers/char/hw_random/virtio-rng.ko.xz: kernel/drivers/virtio/virtio.ko.xz kernel/drivers/virtio/virtio_ring.ko.xz
"""


@pytest.fixture
def a_machine(tmp_path):
    """Folders for kernels, and a function that installs one."""

    def install(release, *, beside_modules=False):
        folder = tmp_path / "modules" / release
        folder.mkdir(parents=True)
        (folder / "modules.dep").write_text(DEPENDENCIES)
        (folder / "modules.builtin").write_text("kernel/fs/ext4/ext4.ko\n")
        (folder / "modules.alias").write_text(
            "# aliases\nalias virtio:d00000004v* virtio_rng\nalias pci:v8086* e1000\n"
        )
        image = folder / "vmlinuz" if beside_modules else tmp_path / "boot" / f"vmlinuz-{release}"
        image.parent.mkdir(exist_ok=True)
        image.write_bytes(b"kernel")
        return image

    install.find = lambda: guest_kernel(tmp_path / "boot", tmp_path / "modules")
    return install


def test_a_small_kernel_comes_before_a_newer_one(a_machine):
    a_machine("6.12.5-amd64")
    a_machine("6.1.9-cloud-amd64")
    a_machine("6.1.10-cloud-amd64")
    assert a_machine.find().release == "6.1.10-cloud-amd64"


def test_a_kernel_beside_its_modules_is_found(a_machine):
    image = a_machine("6.17.1-300.fc43.x86_64", beside_modules=True)
    assert a_machine.find().image == image


def test_without_a_kernel_the_package_and_the_command_are_named(tmp_path):
    with pytest.raises(PackagesMissing) as refused:
        guest_kernel(tmp_path / "boot", tmp_path / "modules")
    assert refused.value.packages[0] in str(refused.value)
    assert refused.value.command in str(refused.value)


@pytest.mark.skipif(os.geteuid() == 0, reason="root may read all")
def test_a_kernel_that_only_root_reads_says_how_to_allow_it(a_machine):
    image = a_machine("5.15.0-91-generic")
    image.chmod(0)
    with pytest.raises(AccessDenied, match=f"chmod a\\+r {image}"):
        a_machine.find()


def test_a_module_comes_after_those_that_it_needs(a_machine):
    a_machine("1-cloud")
    order = a_machine.find().load_order(["virtio_rng"])
    assert [path.name for path in order] == [
        "virtio_ring.ko.xz",
        "virtio.ko.xz",
        "virtio-rng.ko.xz",
    ]


def test_each_module_is_loaded_once_and_built_in_ones_never(a_machine):
    a_machine("1-cloud")
    order = a_machine.find().load_order(["virtio", "ext4", "virtio-rng"])
    assert [path.name for path in order] == [
        "virtio_ring.ko.xz",
        "virtio.ko.xz",
        "virtio-rng.ko.xz",
    ]


def test_an_unknown_module_is_named(a_machine):
    a_machine("1-cloud")
    with pytest.raises(NotFound, match="no module e1000"):
        a_machine.find().load_order(["e1000"])


def test_the_index_for_modprobe_has_only_what_is_there_and_unpacked(a_machine):
    a_machine("1-cloud")
    kernel = a_machine.find()
    files = kernel.load_order(["virtio"])
    assert kernel.index_lines(files) == (
        "kernel/drivers/virtio/virtio.ko: kernel/drivers/virtio/virtio_ring.ko\n"
        "kernel/drivers/virtio/virtio_ring.ko:\n"
    )
    assert kernel.alias_lines(files) == ""
    rng = kernel.load_order(["virtio_rng"])
    assert kernel.alias_lines(rng) == "alias virtio:d00000004v* virtio_rng\n"


def test_modules_are_unpacked(tmp_path):
    content = b"\x7fELF module"
    for name, data in (
        ("a.ko", content),
        ("a.ko.xz", lzma.compress(content)),
        ("a.ko.gz", gzip.compress(content)),
    ):
        path = tmp_path / name
        path.write_bytes(data)
        assert module_bytes(path) == content


@pytest.mark.skipif(shutil.which("zstd") is None, reason="no zstd")
def test_modules_packed_with_zstd_are_unpacked(tmp_path):
    path = tmp_path / "a.ko.zst"
    path.write_bytes(
        subprocess.run(["zstd", "-c"], input=b"module", capture_output=True, check=True).stdout
    )
    assert module_bytes(path) == b"module"
