"""Earlier definitions are kept, for their owner only, and not for ever."""

from __future__ import annotations

import stat

import pytest

from qvirt_jupyter.hypervisor.editing import definition_history
from qvirt_jupyter.hypervisor.errors import Subject

SUBJECT = Subject("domain", "../../web", "qemu:///session", "11111111-1111-4111-8111-111111111101")


@pytest.fixture(autouse=True)
def _data_folder(tmp_path, monkeypatch):
    monkeypatch.setenv("JUPYTER_DATA_DIR", str(tmp_path))


def test_the_newest_comes_first():
    for text in ("<a/>", "<b/>", "<c/>"):
        definition_history.keep(SUBJECT, text)
    assert [one.xml for one in definition_history.kept(SUBJECT)] == ["<c/>", "<b/>", "<a/>"]


def test_only_the_owner_may_read(tmp_path):
    path = definition_history.keep(SUBJECT, "<a/>").path
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert stat.S_IMODE(path.parent.stat().st_mode) == 0o700
    assert path.is_relative_to(tmp_path / "qvirt" / "history")


def test_the_oldest_goes(monkeypatch):
    monkeypatch.setattr(definition_history, "KEPT", 2)
    for text in ("<a/>", "<b/>", "<c/>"):
        definition_history.keep(SUBJECT, text)
    assert [one.xml for one in definition_history.kept(SUBJECT)] == ["<c/>", "<b/>"]


def test_two_hosts_with_the_same_machine_are_told_apart():
    definition_history.keep(SUBJECT, "<a/>")
    other = Subject("domain", "web", "qemu+ssh://other/system", SUBJECT.uuid)
    assert definition_history.kept(other) == ()


def test_what_replaced_it_is_noted():
    definition_history.keep(SUBJECT, "<a/>", "Add VirtIO disk 2")
    kept = definition_history.keep(SUBJECT, "<b/>")
    assert [one.cause for one in definition_history.kept(SUBJECT)] == ["", "Add VirtIO disk 2"]
    # Kept by an earlier version.
    kept.path.with_suffix(".cause").unlink()
    assert definition_history.kept(SUBJECT)[0].cause == ""


def test_twenty_are_kept_with_their_causes():
    for number in range(definition_history.KEPT + 2):
        definition_history.keep(SUBJECT, f"<a{number}/>", str(number))
    found = definition_history.kept(SUBJECT)
    assert len(found) == 20
    assert [one.cause for one in found][-1] == "2"
    assert len(list(found[0].path.parent.iterdir())) == 2 * 20
