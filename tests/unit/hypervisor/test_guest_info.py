"""What a guest says of itself is data from a stranger."""

from __future__ import annotations

from qvirt_jupyter.hypervisor.guest.info import GuestInfo, understood


def test_it_is_read():
    answer = {
        "os.pretty-name": "Debian GNU/Linux 12 (bookworm)",
        "os.kernel-release": "6.1.0-13-amd64",
        "hostname": "web",
        "timezone.name": "CET",
        "timezone.offset": 3600,
    }
    wanted = GuestInfo("Debian GNU/Linux 12 (bookworm)", "6.1.0-13-amd64", "web", "CET")
    assert understood(answer) == wanted


def test_a_system_without_a_pretty_name_has_name_and_version():
    assert understood({"os.name": "FreeBSD", "os.version": "14.1"}).system == "FreeBSD 14.1"


def test_nonsense_is_left_out_and_long_texts_are_cut():
    info = understood({"hostname": 7, "os.pretty-name": "x" * 5000, "timezone.name": "a\x1b[2Jb"})
    assert (info.hostname, len(info.system), info.timezone) == ("", 200, "a[2Jb")
    assert understood({}) == GuestInfo("", "", "", "")


FULL = {
    "hostname": "web",
    "fs.count": 2,
    "fs.0.mountpoint": "/",
    "fs.0.fstype": "ext4",
    "fs.0.name": "vda1",
    "fs.0.total-bytes": 10 * 2**30,
    "fs.0.used-bytes": 2**30,
    "fs.0.disk.count": 1,
    "fs.0.disk.0.alias": "vda",
    "fs.1.mountpoint": "/boot",
    "fs.1.fstype": "vfat",
    "user.count": 1,
    "user.0.name": "eva",
    "user.0.domain": "LAB",
    "user.0.login-time": 1_700_000_000_000,
    "if.count": 1,
    "if.0.name": "eth0",
    "if.0.hwaddr": "52:54:00:AB:00:01",
    "if.0.addr.count": 1,
    "if.0.addr.0.addr": "192.0.2.7",
    "if.0.addr.0.prefix": 24,
}


def test_file_systems_users_and_interfaces_are_read():
    info = understood(FULL)
    root, boot = info.file_systems
    assert (root.mountpoint, root.total, root.used, root.disks) == (
        "/",
        10 * 2**30,
        2**30,
        ("vda",),
    )
    assert (boot.total, boot.disks) == (None, ())
    assert [(user.name, user.domain, user.since) for user in info.users] == [
        ("eva", "LAB", 1_700_000_000.0)
    ]
    assert [(one.name, one.mac, one.addresses) for one in info.interfaces] == [
        ("eth0", "52:54:00:ab:00:01", ("192.0.2.7/24",))
    ]
    shown = info._repr_html_()
    for words in ("/ (ext4): 1 GiB of 10 GiB", "LAB\\eva", "eth0: 192.0.2.7/24"):
        assert words in shown


def test_a_guest_that_counts_to_a_million_is_not_believed():
    info = understood({"fs.count": 10**6, "user.count": -1, "if.count": True})
    assert (len(info.file_systems), info.users, info.interfaces) == (256, (), ())
    lying = {**FULL, "fs.0.total-bytes": 2**70, "fs.0.used-bytes": "much"}
    assert understood(lying).file_systems[0].total is None
