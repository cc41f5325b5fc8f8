import sys

import pytest

from qvirt_jupyter.hypervisor.errors import AccessDenied
from qvirt_jupyter.provision import KvmReport, KvmState, Readiness, ReadinessRow, readiness
from qvirt_jupyter.provision.host_packages import BUSYBOX, PackagesMissing

# The function of the same name hides the module in the package.
MODULE = sys.modules["qvirt_jupyter.provision.readiness"]


@pytest.fixture
def a_host(monkeypatch, tmp_path):
    """This machine, with KVM and packages as a test wants them, and no daemon reachable."""
    monkeypatch.setenv("XDG_RUNTIME_DIR", str(tmp_path))
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    monkeypatch.setenv("LIBVIRT_AUTOSTART", "0")
    monkeypatch.setattr(MODULE, "SYSTEM_URI", f"qemu+unix:///system?socket={tmp_path}/none")
    monkeypatch.setattr(MODULE, "SESSION_URI", f"qemu+unix:///session?socket={tmp_path}/none")
    monkeypatch.setattr(MODULE, "kvm_report", lambda: KvmReport(KvmState.WORKS, 1.0))

    def row(what):
        return next(row for row in readiness().rows if str(row.what) == what)

    return row


@pytest.mark.parametrize(
    ("state", "ok", "words"),
    [
        (KvmState.WORKS, True, ""),
        (KvmState.HANGS, None, "nested virtualisation"),
        (KvmState.FAILS, None, "TCG"),
        (KvmState.NO_ACCESS, None, "usermod --append --groups kvm"),
        (KvmState.NO_DEVICE, None, "modprobe"),
        (KvmState.UNKNOWN, None, ""),
    ],
)
def test_each_state_of_kvm_says_what_to_do(a_host, monkeypatch, state, ok, words):
    monkeypatch.setattr(MODULE, "kvm_report", lambda: KvmReport(state))
    row = a_host("KVM")
    assert row.ok is ok
    assert words in str(row.remedy)
    assert readiness().accelerator == ("kvm" if state is KvmState.WORKS else "tcg")


def test_a_daemon_of_this_user_that_is_not_there_is_a_no(a_host):
    row = a_host("libvirt for this user (session)")
    assert row.ok is False
    assert str(row.detail)
    assert str(row.remedy)


def test_that_of_the_machine_is_not_needed(a_host):
    assert a_host("libvirt of the machine (system)").ok is None


def test_missing_packages_are_named_with_the_command(a_host, monkeypatch):
    monkeypatch.setattr(MODULE, "missing_packages", lambda: [BUSYBOX])

    def no_kernel():
        raise PackagesMissing("The tiny guest", ["a-kernel"])

    monkeypatch.setattr(MODULE, "guest_kernel", no_kernel)
    row = a_host("Packages for the tiny guest")
    assert row.ok is False
    assert f"{BUSYBOX.name}, a-kernel" in str(row.detail)
    assert f"{BUSYBOX.name} a-kernel" in str(row.remedy)


def test_a_kernel_that_may_not_be_read_says_how_to_allow_it(a_host, monkeypatch):
    def unreadable():
        raise AccessDenied("Root only.", next_step="sudo chmod a+r /boot/x")

    monkeypatch.setattr(MODULE, "guest_kernel", unreadable)
    assert a_host("Packages for the tiny guest").remedy == "sudo chmod a+r /boot/x"


def test_a_full_disk_is_a_no(a_host, monkeypatch):
    monkeypatch.setattr(MODULE, "ENOUGH_SPACE", 2**62)
    assert a_host("Disk space").ok is False


def test_missing_programs_are_a_no(a_host, monkeypatch):
    monkeypatch.setattr(MODULE, "find_program", lambda *_names: None)
    row = a_host("QEMU")
    assert row.ok is False
    assert "install" in str(row.remedy)


ROWS = (
    ReadinessRow("First", ok=True, detail="fine"),
    ReadinessRow("Second <b>", ok=None, detail="not needed"),
    ReadinessRow("Third", ok=False, detail="bad & worse", remedy="do this\nand that"),
)


def test_only_a_no_makes_a_host_unready():
    assert Readiness(ROWS[:2], "tcg")
    assert not Readiness(ROWS, "tcg")


def test_as_text_each_row_has_a_line_and_each_remedy_follows():
    assert repr(Readiness(ROWS, "tcg")).splitlines() == [
        " yes  First       fine",
        "   -  Second <b>  not needed",
        "  no  Third       bad & worse",
        "                  -> do this",
        "                  -> and that",
    ]


def test_as_a_table_what_was_found_is_text_not_markup():
    html = Readiness(ROWS, "tcg")._repr_html_()
    assert "Second &lt;b&gt;" in html
    assert "bad &amp; worse" in html
    assert html.count("<tr>") == 4
