"""A notebook with open consoles, executed by a real kernel and saved with the state of its widgets."""

from __future__ import annotations

import json

import nbformat
import pytest
from nbclient import NotebookClient

CELLS = (
    # The loader of a panel names a built file; no browser reads it here.
    """
from pathlib import Path
from qvirt_jupyter.widgets import _assets
_assets.STATIC_FOLDER = Path({folder!r})
import qvirt_jupyter
vm = qvirt_jupyter.connect("test:///default").domains.define({machine!r})
vm
""",
    "screen = vm.console()\nscreen",
    "terminal = vm.console('serial0')\nterminal",
    # A browser comes: what the panels tell it is kept, to be looked for in what is saved.
    """
import json, time
from qvirt_jupyter.console import tickets
told = []
def listen(panel):
    send = panel.send
    panel.send = lambda message, *more: (told.append(message), send(message, *more))
for panel in (screen, terminal):
    listen(panel)
    panel._on_message(panel, dict(kind="hello", version=1), [])
    panel._on_message(panel, dict(kind="ticket"), [])
screen._on_message(
    screen, dict(kind="remember", username="ann", password={typed!r}), []
)
screen._on_message(screen, dict(kind="recall"), [])
def is_told(kind, number):
    return sum(message["kind"] == kind and bool(message.get("ticket", True)) for message in told) >= number
end = time.monotonic() + 60
while not (is_told("ticket", 2) and is_told("recalled", 1)):
    assert time.monotonic() < end, told
    time.sleep(0.05)
found = {{message["ticket"] for message in told if message.get("ticket")}}
found |= {{message["password"] for message in told if message.get("password")}}
found |= {{tickets.find(each).path for each in found if len(each) > 40 and hasattr(tickets.find(each), "path")}}
Path({secrets!r}).write_text(json.dumps(sorted(found)))
""",
    "vm.displays(), vm.consoles(), vm.serials, vm.serial",
    "screen",
    "terminal",
    "from qvirt_jupyter.hypervisor import action_log\nprint(action_log.entries, action_log, vm.xml())",
)
MACHINE = """<domain type='test'><name>web</name><memory>1024</memory><os><type>hvm</type></os>
<devices><graphics type='vnc' passwd='inthexml'/><serial type='pty'/></devices></domain>"""
TYPED = "typed-in-the-tab"


@pytest.fixture
def a_saved_notebook(tmp_path):
    """Its text, and what must not be in it."""
    (tmp_path / "assets.json").write_text(
        '{"console": {"file": "console.js"}, "terminal": {"file": "terminal.js"}}'
    )
    fields = {
        "folder": str(tmp_path),
        "machine": MACHINE,
        "typed": TYPED,
        "secrets": str(tmp_path / "secrets.json"),
    }
    cells = [nbformat.v4.new_code_cell(cell.format(**fields).strip()) for cell in CELLS]
    notebook = nbformat.v4.new_notebook(cells=cells)
    NotebookClient(notebook, timeout=120, kernel_name="python3", store_widget_state=True).execute()
    return notebook, json.loads((tmp_path / "secrets.json").read_text())


def test_no_ticket_password_or_socket_is_saved(a_saved_notebook):
    notebook, secrets = a_saved_notebook
    # Two tickets, the socket of the line, and what was typed and came back.
    assert len(secrets) == 4
    assert TYPED in secrets
    states = notebook.metadata.widgets["application/vnd.jupyter.widget-state+json"]["state"]
    assert {state["model_name"] for state in states.values()} >= {"AnyModel"}
    shown = [output for cell in notebook.cells for output in cell.outputs]
    assert sum("application/vnd.jupyter.widget-view+json" in each.get("data", {}) for each in shown)
    saved = json.dumps([notebook.metadata, shown])
    assert [secret for secret in (*secrets, "inthexml") if secret in saved] == []
