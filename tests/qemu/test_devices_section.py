"""The devices of a real host: what QEMU could not take is not offered to be detached."""

from __future__ import annotations

import pytest

from qvirt_jupyter.widgets.host.section import SectionContext
from qvirt_jupyter.widgets.host_devices.section import DevicesSection
from qvirt_jupyter.widgets.notices import NoticeBoard
from qvirt_jupyter.widgets.questions import QuestionBoard


def test_a_device_without_a_group_is_not_detached(a_qemu_connection):
    context = SectionContext(
        NoticeBoard(), QuestionBoard(), lambda _uuid, _client: None, lambda _section: None
    )
    section = DevicesSection(a_qemu_connection, context)
    found = [
        each
        for each in a_qemu_connection.inventory.snapshot().node_devices
        if each.capability == "pci" and not each.iommu_group and each.driver != "vfio-pci"
    ]
    if not found:
        pytest.skip("each PCI device of this machine has an IOMMU group")
    for record in found:
        (reason,) = (
            str(each.reason) for each in section._offer((record.name,)) if each.id == "detach"
        )
        assert reason
    section.close()
