"""A VM list with two machines, and what it sends."""

from __future__ import annotations

import pytest
from a_vm_list import DB, HERE, WEB, Heard

from qvirt_jupyter.hypervisor import publisher
from qvirt_jupyter.widgets.machine_list.vm_list import VmList


@pytest.fixture
def heard():
    return Heard()


@pytest.fixture
def a_list(heard, monkeypatch, tmp_path):
    (tmp_path / "assets.json").write_text('{"vm-list": {"file": "vm-list.js"}}', "utf-8")
    monkeypatch.setattr("qvirt_jupyter.widgets._assets.STATIC_FOLDER", tmp_path)
    widget = VmList(
        on_action=lambda *arguments: heard.actions.append(arguments),
        on_open=lambda *arguments: heard.opened.append(arguments),
        on_watch=heard.watched.append,
        on_arrange=heard.arranged.append,
        on_history=heard.history,
    )
    monkeypatch.setattr(widget, "send", heard.send)
    widget.reset([HERE], [WEB, DB])
    yield widget
    widget.close()
    widget.layout.close()
    publisher.flush()
