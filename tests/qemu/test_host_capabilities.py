"""What a real host can, as its tab shows it."""

from __future__ import annotations

import dataclasses
import sys

import pytest
from a_manager import wait_for

from qvirt_jupyter import documents
from qvirt_jupyter.hypervisor import host_details
from qvirt_jupyter.provision import KvmReport, KvmState, host_readiness
from qvirt_jupyter.widgets.host.capabilities import CapabilitiesSection
from qvirt_jupyter.widgets.host.section import SectionContext
from qvirt_jupyter.widgets.notices import NoticeBoard
from qvirt_jupyter.widgets.questions import QuestionBoard

# The function of the same name hides the module in the package.
READINESS = sys.modules["qvirt_jupyter.provision.host_readiness"]


@pytest.fixture
def a_section(a_qemu_connection):
    context = SectionContext(
        NoticeBoard(), QuestionBoard(), lambda _uuid, _client: None, lambda _section: None
    )
    section = CapabilitiesSection(a_qemu_connection, context)
    section.update()
    yield section
    section.close()


def test_details_have_nodes_with_memory_and_pages(a_qemu_connection):
    details = host_details(a_qemu_connection)
    cells = details.capabilities.host.cells
    assert sum(cell.memory or 0 for cell in cells) > 0
    small = [free for (_cell, size), free in details.free_pages.items() if size == 4]
    assert small
    assert all(free > 0 for free in small)


def test_readiness_says_what_to_do_about_each_no(a_qemu_connection, tmp_path):
    details = host_details(a_qemu_connection)
    setting = tmp_path / "kvm_intel" / "parameters" / "nested"
    setting.parent.mkdir(parents=True)
    setting.write_text("N\n")
    rows = {
        str(row.what): row
        for row in host_readiness(
            a_qemu_connection, details, modules=tmp_path, schemas=tmp_path / "none"
        )
    }
    assert {"KVM", "IOMMU", "UEFI firmware", "Emulated TPM", "Operating systems"} <= rows.keys()
    assert all(str(row.remedy) for row in rows.values() if not row.ok and str(row.what) != "KVM")
    nesting = rows["Machines in machines (nesting)"]
    assert nesting.ok is None
    assert "nested=1" in str(nesting.remedy)
    setting.write_text("Y\n")
    again = host_readiness(a_qemu_connection, details, modules=tmp_path)
    # In a cell it is a table, not what it is made of.
    assert "-  IOMMU" in repr(again)
    assert "<td style='text-align:left'>IOMMU</td>" in again._repr_html_()
    assert "{" not in repr(again)
    assert next(row for row in again if row.what == nesting.what).ok


@pytest.mark.parametrize(
    ("state", "offers", "words"),
    [
        (KvmState.WORKS, True, "a guest booted"),
        (KvmState.WORKS, False, "give its user the group kvm"),
        (KvmState.NO_DEVICE, False, "virtual machine itself"),
        (KvmState.NO_ACCESS, False, "Join the group kvm"),
        (KvmState.HANGS, False, "nested virtualisation"),
    ],
)
def test_kvm_is_judged_by_what_was_tried(a_qemu_connection, monkeypatch, state, offers, words):
    details = host_details(a_qemu_connection)
    feature = documents.Capabilities.parse(
        "<capabilities><host><cpu><feature name='hypervisor'/></cpu></host></capabilities>"
    )
    details = dataclasses.replace(details, capabilities=feature)
    monkeypatch.setattr(READINESS, "_offers_kvm", lambda _details: offers)
    monkeypatch.setattr(READINESS, "kvm_report", lambda: KvmReport(state))
    row = READINESS._kvm(details, is_here=True)
    assert words in f"{row.detail} {row.remedy}"
    assert row.ok is (True if state is KvmState.WORKS and offers else None)
    assert ("does not offer" in row.detail) is not offers


def test_tables_follow_the_kind_of_machine_that_is_chosen(a_section):
    assert wait_for(lambda: "virtio" in a_section.offers.value, 60)
    assert "NUMA" in a_section.facts.value
    assert "CPU models" in a_section.offers.value
    assert wait_for(lambda: "KVM" in a_section.readiness.value, 60)
    before = a_section.offers.value
    choice = a_section.choices["machine"]
    choice.value = next(each for each in choice.options if each != choice.value)
    assert wait_for(lambda: a_section.offers.value != before or choice.value, 30)
    types = a_section.choices["type"]
    assert "qemu" in types.options
    assert a_section.context.notices.notices == ()
