"""docs/devices.md says what the declarations say."""

from __future__ import annotations

import importlib.util
from pathlib import Path

import pytest

SCRIPT = Path(__file__).parents[2] / "scripts" / "device_docs.py"


@pytest.fixture(scope="module")
def device_docs():
    spec = importlib.util.spec_from_file_location("device_docs", SCRIPT)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_the_page_is_up_to_date(device_docs):
    written = device_docs.PAGE.read_text(encoding="utf-8")
    wanted = device_docs.page()
    missing = set(wanted.splitlines()) - set(written.splitlines())
    assert written == wanted, (
        "docs/devices.md is stale: run `make device-docs` and commit it. New there: "
        + " / ".join(sorted(missing)[:5])
    )


def test_a_field_is_told_whole(device_docs):
    rows = device_docs.page().splitlines()
    (disk_bus,) = [row for row in rows if "| `bus` | `target/@bus` |" in row]
    assert "**Bus**" in disk_bus
    assert "`virtio`, `sata`" in disk_bus
    (memory,) = [row for row in rows if "| `memory` | `memory` |" in row]
    assert memory.endswith("| tried at once |")
    assert any("next start: The firmware reads it" in row for row in rows)


def test_every_kind_of_device_has_a_heading(device_docs):
    page = device_docs.page()
    for kind in device_docs.devices():
        assert f"`definition.devices.{kind.collection}`, `<{kind.tag}>`" in page


def test_each_row_has_as_many_cells_as_the_heading(device_docs):
    for line in device_docs.page().splitlines():
        if line.startswith("|"):
            assert line.replace("\\|", "").count("|") == 6, line
