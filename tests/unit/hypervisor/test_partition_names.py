"""What libvirt will call the next partition of a disk."""

import pytest

from qvirt_jupyter.documents import StoragePool
from qvirt_jupyter.hypervisor.storage.partition_names import next_partition

POOL = "<pool type='{type}'><name>p</name><source>{device}<format type='{format}'/></source></pool>"


def pool(device="/dev/sda", *, type="disk", format="gpt", more=""):  # noqa: A002 - libvirt's words
    text = f"<device path='{device}'{more}/>"
    return StoragePool.parse(POOL.format(type=type, device=text, format=format))


@pytest.mark.parametrize(
    ("device", "taken", "expected"),
    [
        ("/dev/sda", set(), "sda1"),
        ("/dev/sda", {"sda1", "sda3"}, "sda2"),
        ("/dev/nvme0n1", {"nvme0n1p1"}, "nvme0n1p2"),
        ("/dev/disk/by-id/ata-1", set(), ""),
    ],
)
def test_it_is_the_first_free_number(device, taken, expected):
    assert next_partition(pool(device), taken) == expected


def test_a_separator_can_be_asked_for():
    assert next_partition(pool(more=" part_separator='yes'"), set()) == "sdap1"


def test_nobody_knows_whether_a_dos_partition_is_a_logical_one():
    assert next_partition(pool(format="dos"), set()) == "sda1"
    assert next_partition(pool(format="dos"), {"sda1"}) == ""


def test_other_pools_leave_names_to_people():
    assert next_partition(pool(type="fs"), set()) == ""
