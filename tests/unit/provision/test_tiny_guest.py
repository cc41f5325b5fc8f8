import gzip
import os

import pytest

from qvirt_jupyter.hypervisor.errors import NotFound
from qvirt_jupyter.provision import PackagesMissing, tiny_guest
from qvirt_jupyter.provision.guest_kernel import guest_kernel
from qvirt_jupyter.provision.guest_tree import guest_path, guest_tree, missing_packages
from qvirt_jupyter.provision.host_packages import package_version
from qvirt_jupyter.provision.tiny_guest import disk_bytes


def _kernel_or_none():
    try:
        return guest_kernel()
    except Exception:  # noqa: BLE001 - whatever the reason, there is none to build with
        return None


pytestmark = pytest.mark.skipif(
    bool(missing_packages()) or _kernel_or_none() is None,
    reason="busybox-static, qemu-guest-agent or a kernel is not installed",
)


def test_the_second_call_finds_what_the_first_one_built(tmp_path):
    first = tiny_guest(folder=tmp_path)
    written = first.initramfs.stat().st_mtime_ns
    second = tiny_guest(folder=tmp_path)
    assert second == first
    assert second.initramfs.stat().st_mtime_ns == written


def test_other_options_give_another_guest(tmp_path):
    plain = tiny_guest(folder=tmp_path)
    assert tiny_guest(folder=tmp_path, modules=["overlay"]).digest != plain.digest
    # The disk is a machine's own, not a part of what is built.
    assert tiny_guest("1G", folder=tmp_path).digest == plain.digest


def test_a_build_that_fails_leaves_nothing(tmp_path):
    with pytest.raises(NotFound, match="no module no_such_module"):
        tiny_guest(folder=tmp_path, modules=["no_such_module"])
    assert list(tmp_path.iterdir()) == []


def test_the_files_may_be_read_by_qemu_of_the_system_instance(tmp_path):
    guest = tiny_guest(folder=tmp_path)
    assert guest.kernel.parent.stat().st_mode & 0o005 == 0o005
    assert guest.initramfs.stat().st_mode & 0o004


def test_a_missing_extra_package_is_named(tmp_path):
    with pytest.raises(PackagesMissing, match="no-such-package"):
        tiny_guest(folder=tmp_path, extra=["no-such-package"])


@pytest.mark.parametrize("size", ["", "64", "0", "64m", "-1M", "1M; rm", "M"])
def test_what_is_no_size_is_refused(size):
    if size == "64":
        assert disk_bytes(size) == 64
        return
    with pytest.raises(ValueError, match="64M"):
        tiny_guest(size)


def test_sizes():
    assert disk_bytes("64M") == 64 * 1024**2
    assert disk_bytes("1G") == 1024**3


@pytest.mark.skipif(package_version("e2fsprogs") is None, reason="e2fsprogs is not installed")
def test_programs_of_a_package_come_with_their_libraries_and_before_applets():
    tree = guest_tree(guest_kernel(), ["e2fsprogs"], [])
    archive = tree.archive()
    assert "usr/sbin/mke2fs" in tree
    assert "etc/mke2fs.conf" in tree
    assert b"libext2fs.so.2" in archive
    assert any(f"usr/lib/{folder}/libext2fs.so.2" in tree for folder in ("x86_64-linux-gnu", ""))
    assert "usr/share/man/man8/mke2fs.8.gz" not in tree


def test_modes_do_not_depend_on_how_the_package_was_installed(tmp_path):
    guest = tiny_guest(folder=tmp_path)
    archive = gzip.decompress(guest.initramfs.read_bytes())

    def mode_of(name):
        end = archive.index(b"\0", archive.index(name.encode() + b"\0"))
        header = end - len(name) - 110
        return int(archive[header + 14 : header + 22], 16) & 0o7777

    assert mode_of("etc/init.d/rcS") == 0o755
    assert mode_of("etc/shadow") == 0o600
    assert mode_of("etc/passwd") == 0o644


@pytest.mark.parametrize(
    ("path", "inside"),
    [
        ("/bin/sh", "usr/bin/sh"),
        ("/lib64/ld-linux-x86-64.so.2", "usr/lib64/ld-linux-x86-64.so.2"),
        ("/lib/x86_64-linux-gnu/../libc.so", "usr/lib/libc.so"),
        ("/usr/sbin/lvm", "usr/sbin/lvm"),
        ("/etc/lvm/lvm.conf", "etc/lvm/lvm.conf"),
    ],
)
def test_where_a_file_goes(path, inside):
    assert guest_path(path) == inside


def test_the_disk_is_made_once_and_kept(tmp_path):
    guest = tiny_guest("1M", folder=tmp_path / "cache")
    disk = tmp_path / "images" / "web.qcow2"
    guest.definition("web", disk=disk, accelerator="tcg")
    assert disk.read_bytes()[:4] == b"QFI\xfb"
    with disk.open("ab") as file:
        file.write(b"kept")
    guest.definition("web", disk=disk, accelerator="tcg")
    assert disk.read_bytes()[-4:] == b"kept"


def test_by_default_the_disk_is_beside_those_of_the_session_daemon(tmp_path, monkeypatch):
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path))
    guest = tiny_guest("1M", folder=tmp_path / "cache")
    xml = guest.definition("../web", accelerator="tcg")
    (disk,) = (tmp_path / "libvirt" / "images").iterdir()
    assert os.fspath(disk) in xml
