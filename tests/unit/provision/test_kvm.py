import json
import os

import pytest

from qvirt_jupyter.provision import KvmState, kvm, kvm_report
from qvirt_jupyter.provision.guest_kernel import GuestKernel


@pytest.fixture
def a_machine_with_kvm(tmp_path, monkeypatch):
    """A machine with a device, a kernel, and a QEMU that does as it is told."""
    device = tmp_path / "kvm"
    device.touch()
    boot_id = tmp_path / "boot_id"
    boot_id.write_text("first\n")
    kernel = tmp_path / "vmlinuz"
    kernel.touch()
    qemu = tmp_path / "qemu-system-x86_64"
    monkeypatch.setattr(kvm, "KVM_DEVICE", device)
    monkeypatch.setattr(kvm, "BOOT_ID", boot_id)
    monkeypatch.setattr(kvm, "guest_kernel", lambda: GuestKernel("1-cloud", kernel, tmp_path))
    monkeypatch.setattr(kvm, "find_program", lambda *_names: qemu)
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))

    def qemu_does(script):
        qemu.write_text(f"#!/bin/sh\necho run >> {tmp_path}/runs\n{script}\n")
        qemu.chmod(0o755)

    qemu_does.runs = lambda: len((tmp_path / "runs").read_text().splitlines())
    qemu_does.device = device
    qemu_does.boot_id = boot_id
    qemu_does.result = tmp_path / "cache" / "qvirt-jupyter" / "kvm-probe.json"
    return qemu_does


def test_a_guest_that_says_its_word_proves_kvm(a_machine_with_kvm):
    a_machine_with_kvm("echo qvirt-kvm-works")
    assert kvm_report().works


def test_a_guest_that_stays_silent_is_ended_and_kvm_does_not_work(a_machine_with_kvm):
    a_machine_with_kvm("echo Probing EDD; exec sleep 60")
    report = kvm_report(deadline=0.5)
    assert report.state is KvmState.HANGS
    assert not report.works
    assert report.detail == "Probing EDD"
    assert 0.5 <= report.seconds < 5


def test_a_qemu_that_ends_with_an_error_is_told_apart(a_machine_with_kvm):
    a_machine_with_kvm("echo 'failed to set MSR 0x10a' >&2; exit 1")
    report = kvm_report()
    assert report.state is KvmState.FAILS
    assert "MSR" in report.detail


def test_the_result_is_kept_until_the_machine_boots_again(a_machine_with_kvm):
    a_machine_with_kvm("echo qvirt-kvm-works")
    kvm_report()
    assert kvm_report().works
    assert a_machine_with_kvm.runs() == 1
    a_machine_with_kvm.boot_id.write_text("second\n")
    kvm_report()
    assert a_machine_with_kvm.runs() == 2


def test_another_qemu_is_tried_anew(a_machine_with_kvm):
    a_machine_with_kvm("echo qvirt-kvm-works")
    assert kvm_report().works
    a_machine_with_kvm("echo error; exit 1")
    assert kvm_report().state is KvmState.FAILS


def test_it_can_be_tried_again(a_machine_with_kvm):
    a_machine_with_kvm("echo qvirt-kvm-works")
    kvm_report()
    kvm_report(again=True)
    assert a_machine_with_kvm.runs() == 2


@pytest.mark.parametrize("text", ["", "{", "[]", json.dumps({"key": "x"}), "null"])
def test_a_broken_result_is_made_again(a_machine_with_kvm, text):
    a_machine_with_kvm("echo qvirt-kvm-works")
    a_machine_with_kvm.result.parent.mkdir(parents=True)
    a_machine_with_kvm.result.write_text(text)
    assert kvm_report().works


def test_no_device(a_machine_with_kvm):
    a_machine_with_kvm.device.unlink()
    assert kvm_report().state is KvmState.NO_DEVICE


@pytest.mark.skipif(os.geteuid() == 0, reason="root may open all")
def test_no_access(a_machine_with_kvm):
    a_machine_with_kvm.device.chmod(0)
    assert kvm_report().state is KvmState.NO_ACCESS


@pytest.mark.usefixtures("a_machine_with_kvm")
def test_without_qemu_nothing_is_known(monkeypatch):
    monkeypatch.setattr(kvm, "find_program", lambda *_names: None)
    assert kvm_report().state is KvmState.UNKNOWN
