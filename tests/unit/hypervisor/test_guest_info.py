"""What a guest says of itself is data from a stranger."""

from __future__ import annotations

from qvirt_jupyter.hypervisor.guest_info import GuestInfo, understood


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
