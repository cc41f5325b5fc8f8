"""What an edit did can be read in a cell, in a saved notebook and in a terminal."""

from __future__ import annotations

from qvirt_jupyter.documents import Change, Diff
from qvirt_jupyter.hypervisor import EditResult, Effect

TITLE = Change("title", None, "<b>new</b>")
CACHE = Change("devices/disk[vda]/driver/@cache", "none", "writeback")
DISK = Change("devices/disk[vdb]", "<disk/>", None)
RESULT = EditResult(
    Diff((TITLE, CACHE, DISK)),
    (
        Effect(TITLE.path, TITLE, "now"),
        Effect(CACHE.path, CACHE, "next_boot", "The image is open."),
        Effect(DISK.path, DISK, "pending", "It was asked."),
    ),
)


def test_a_result_is_a_table():
    lines = repr(RESULT).splitlines()
    assert lines[0].split() == ["Where", "Before", "After", "Counts", "Why"]
    assert lines[2].split("  ")[-1].strip() == "The image is open."
    assert "at the next start" in lines[2]
    page = RESULT._repr_html_()
    assert "&lt;b&gt;new&lt;/b&gt;" in page
    assert "<b>" not in page
    assert "when the guest lets go of it" in page


def test_effects_are_told_apart():
    assert [effect.path for effect in RESULT.now] == ["title"]
    assert [effect.path for effect in RESULT.at_next_start] == [CACHE.path]
    assert [effect.path for effect in RESULT.pending] == [DISK.path]
    assert RESULT.waits_for_start
    assert str(RESULT.effects[1]).endswith(
        "none → writeback (at the next start): The image is open."
    )


def test_an_edit_that_did_nothing_says_so():
    result = EditResult()
    assert "nothing changed" in repr(result)
    assert "nothing changed" in result._repr_html_()
    assert not result.waits_for_start
