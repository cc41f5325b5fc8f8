"""Which size somebody means who makes a disk larger, and which sizes it does not get."""

from __future__ import annotations

import pytest

from qvirt_jupyter.hypervisor.storage.disk_growth import DiskGrowth
from qvirt_jupyter.widgets.details.resizing import size_of, why_not

MIB, GIB = 1024**2, 1024**3


@pytest.mark.parametrize(
    ("typed", "size"),
    [
        ("20", 20 * GIB),
        (" 1.5 ", 1536 * MIB),
        ("1,5", 1536 * MIB),
        ("1.5 GiB", 1536 * MIB),
        ("0.3", 308 * MIB),
        ("512 MiB", 512 * MIB),
        ("2 TiB", 2048 * GIB),
        ("30g", 30 * GIB),
    ],
)
def test_a_number_means_gib(typed, size):
    assert size_of(typed) == size


@pytest.mark.parametrize("typed", ["", "much", "-5", "0", "20 parsecs", "1e3", "9" * 30, "1.5.2"])
def test_what_is_no_size_says_what_is_one(typed):
    with pytest.raises(ValueError, match="is no size") as caught:
        size_of(typed)
    assert "such as 20 or 1.5" in str(caught.value)


def test_a_disk_only_grows():
    growth = DiskGrowth(target="vda", capacity=20 * GIB)
    assert str(why_not(growth, 21 * GIB)) == ""
    assert "20 GiB already" in str(why_not(growth, 20 * GIB))
    assert "would be lost" in str(why_not(growth, 19 * GIB))
