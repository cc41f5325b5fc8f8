"""How the list is arranged: what a file or a browser says is taken as far as it makes sense."""

from __future__ import annotations

import json

import pytest

from qvirt_jupyter.widgets.machine_list.list_arrangement import MOST, ListArrangement
from qvirt_jupyter.widgets.preferences import PreferenceStore

CHOSEN = ListArrangement(
    columns={"disk": True, "memory": False},
    widths={"name": 300},
    sort="disk",
    descending=True,
    compact=True,
    group="tag",
    hide_stopped=True,
    filters=("state:running", "tag:lab1 web"),
    pane=True,
)


def test_what_was_written_is_read_again():
    assert ListArrangement.understood(json.loads(json.dumps(CHOSEN.document()))) == CHOSEN


@pytest.mark.parametrize(
    "document",
    [
        None,
        [],
        {},
        {"columns": ["disk"], "widths": 7, "sort": None, "descending": 1},
        {"group": "colour", "hide_stopped": "yes", "filters": "web", "compact": None},
        {"columns": {str(number): True for number in range(MOST + 1)}},
        {"columns": {"disk": "true"}, "widths": {"name": True}, "filters": [7, "", "   "]},
    ],
)
def test_nonsense_is_the_default(document):
    assert ListArrangement.understood(document) == ListArrangement()


def test_widths_have_bounds_and_filters_are_kept_once():
    understood = ListArrangement.understood(
        {"widths": {"name": 1, "cpu": 99_999, "state": 80.4}, "filters": ["web ", "web", "db"]}
    )
    assert understood.widths == {"name": 40, "cpu": 1200, "state": 80}
    assert understood.filters == ("web", "db")


def test_it_is_kept_with_the_preferences(tmp_path):
    file = tmp_path / "preferences.json"
    PreferenceStore(file).set(list_arrangement=CHOSEN)
    read = PreferenceStore(file)
    assert read.now.list_arrangement == CHOSEN
    read.set(confirm_pause=True)
    assert PreferenceStore(file).now.list_arrangement == CHOSEN
