"""Browser modules: a small loader in the widget, the module itself from server or kernel."""

from __future__ import annotations

import json

import pytest

from qvirt_jupyter.hypervisor import publisher
from qvirt_jupyter.widgets import _assets


@pytest.fixture
def a_static_folder(tmp_path, monkeypatch):
    (tmp_path / "assets.json").write_text(
        json.dumps({"vm-list": {"file": "vm-list.AAAA.js"}}), "utf-8"
    )
    (tmp_path / "vm-list.AAAA.js").write_text("export default {render() {}}", "utf-8")
    monkeypatch.setattr(_assets, "STATIC_FOLDER", tmp_path)
    return tmp_path


class Example(_assets.ModuleWidget):
    _module = "vm-list"


@pytest.fixture
def an_example(a_static_folder):
    assert a_static_folder
    widget = Example()
    yield widget
    widget.close()
    widget.layout.close()


def test_the_loader_is_small_and_names_the_file(a_static_folder):
    assert a_static_folder
    text = _assets.loader("vm-list")
    assert len(text) < 2000
    assert '"vm-list.AAAA.js"' in text
    assert "qvirt/static/" in text
    assert "%(" not in text


def test_a_module_that_is_not_built_says_what_to_do(a_static_folder):
    with pytest.raises(FileNotFoundError, match="jlpm build"):
        _assets.loader("console")
    (a_static_folder / "assets.json").unlink()
    with pytest.raises(FileNotFoundError, match="jlpm build"):
        _assets.loader("vm-list")


def test_the_state_of_a_widget_has_the_loader_and_not_the_module(an_example):
    state = an_example.get_state()
    assert state["_esm"] == _assets.loader("vm-list")
    assert "render() {}" not in json.dumps({key: str(value) for key, value in state.items()})


def test_the_kernel_sends_the_module_where_no_server_has_it(an_example, monkeypatch):
    sent = []
    monkeypatch.setattr(an_example, "send", sent.append)
    an_example._handle_custom_msg({"kind": _assets.MODULE_REQUEST}, [])
    publisher.flush()
    assert sent == [
        {
            "kind": _assets.MODULE_REQUEST,
            "file": "vm-list.AAAA.js",
            "text": "export default {render() {}}",
        }
    ]


def test_what_is_no_message_of_ours_is_left_alone(an_example):
    for content in (None, "text", [], {}, {"kind": "other"}):
        an_example._handle_custom_msg(content, [])
