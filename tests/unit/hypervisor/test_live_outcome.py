"""What became of a change that libvirt accepted is read off the running machine."""

import pytest

from qvirt_jupyter.documents import Domain
from qvirt_jupyter.hypervisor.editing.device_matching import pairs
from qvirt_jupyter.hypervisor.editing.live import Step
from qvirt_jupyter.hypervisor.editing.live_strategies import _outcome
from qvirt_jupyter.hypervisor.editing.unplugs import Unplugs

DRIVE = (
    "<domain type='kvm'><name>a</name><devices><disk type='file' device='cdrom'>{source}"
    "<target dev='sda' bus='sata'/></disk></devices></domain>"
)
FULL = "<source file='/a.iso' index='3'/>"


@pytest.mark.parametrize("stored", ["", "<source/>"])
@pytest.mark.parametrize("runs", [FULL, "<source index='4'/>", ""])
def test_an_empty_drive_is_empty_however_it_is_written(stored, runs):
    before = Domain.parse(DRIVE.format(source="<source file='/a.iso'/>"))
    (pair,) = pairs(before, Domain.parse(DRIVE.format(source=stored)))
    running = Domain.parse(DRIVE.format(source=runs))
    changes = pair.changes()
    step = Step("update", changes, pair, running.devices.disks["sda"])
    for change in changes:
        when, reason = _outcome(step, change, running, Unplugs())
        assert when == ("next_boot" if runs == FULL else "now"), change
        assert bool(reason) is (runs == FULL)
