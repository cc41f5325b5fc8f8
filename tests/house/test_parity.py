"""docs/parity.md tells the truth: a row called done or partial names a test that exists."""

from __future__ import annotations

import ast
import re
from functools import cache
from pathlib import Path
from typing import NamedTuple

import pytest

ROOT = Path(__file__).resolve().parents[2]
ROW = re.compile(r"^\| (?P<id>[A-Z]+-\d+) \|(?P<cells>.*)\|$", re.MULTILINE)
ROWS_IN_ALL = 383
STATES = {"done", "partial", "not yet"}


class Row(NamedTuple):
    id: str
    what: str
    weight: str
    state: str
    proof: str
    note: str


def rows() -> list[Row]:
    text = (ROOT / "docs" / "parity.md").read_text(encoding="utf-8")
    found = []
    for match in ROW.finditer(text):
        cells = [cell.strip() for cell in re.split(r"(?<!\\)\|", match["cells"])]
        found.append(Row(match["id"], *cells))
    return found


@cache
def names_of_tests_in(file: Path) -> frozenset[str]:
    """Return the names of test functions in a file, also those in classes."""
    tree = ast.parse(file.read_text(encoding="utf-8"))
    return frozenset(
        node.name
        for node in ast.walk(tree)
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)
        and node.name.startswith("test_")
    )


def missing(proof: str) -> list[str]:
    """Return what a proof cell names and the suite does not have."""
    problems = []
    for name in re.findall(r"`([^`]+)`", proof):
        path, _, test = name.partition("::")
        file = ROOT / path
        if not file.is_file():
            problems.append(f"no file {path}")
        elif test and test not in names_of_tests_in(file):
            problems.append(f"no {test} in {path}")
    return problems


def test_every_row_is_listed_once():
    ids = [row.id for row in rows()]
    assert len(ids) == ROWS_IN_ALL
    assert len(set(ids)) == ROWS_IN_ALL


@pytest.mark.parametrize("row", rows(), ids=lambda row: row.id)
def test_row_is_honest(row):
    assert row.state in STATES
    assert row.weight in {"A", "B", "C"}
    if row.state == "not yet":
        return
    assert "`" in row.proof, f"{row.id} is called {row.state} and names no test"
    assert not missing(row.proof)
    if row.state == "partial":
        assert row.note, f"{row.id} is partial: the note must say what is missing"


def test_the_check_notices_a_missing_test():
    assert missing("`tests/house/test_parity.py::test_that_is_not_there`")
    assert missing("`tests/no_such_file.py`")
    assert not missing("`tests/house/test_parity.py::test_row_is_honest`")
