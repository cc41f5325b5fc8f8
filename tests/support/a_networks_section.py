"""The networks of a host's tab, as a test sees them: rows, details, dialogs, questions."""

from __future__ import annotations

from contextlib import contextmanager

from a_manager import wait_for

from qvirt_jupyter.widgets import host_panel


@contextmanager
def opened(connection):
    """Yield a host's panel with its networks in front."""
    panel = host_panel(connection, "networks")
    assert wait_for(lambda: panel.section("networks") and names(panel))
    try:
        yield panel
    finally:
        panel.close()


def section(panel):
    return panel.section("networks")


def rows(table):
    return dict(table._rows._rows)


def cell(row, column):
    value = row.cells[column]
    return value if isinstance(value, str) else value.text


def names(panel):
    return {cell(row, "name"): key for key, row in rows(section(panel).table).items()}


def row_of(panel, name):
    return rows(section(panel).table)[names(panel)[name]]


def reasons(panel, name):
    return {each.id: str(each.reason) for each in section(panel)._offer((names(panel)[name],))}


def act(panel, deed, name):
    section(panel).table._act(deed, (names(panel)[name],), "window-1")


def select(panel, name):
    section(panel)._select((names(panel)[name],))
    assert wait_for(lambda: section(panel).details.facts.value)
    return section(panel).details


def question(panel):
    assert wait_for(lambda: panel._context.questions.questions)
    ((key, asked),) = panel._context.questions.questions
    return key, asked


def dialog(panel):
    assert wait_for(lambda: section(panel).dialog.children)
    return section(panel).dialog.children[0]


def field(form, name):
    return next(each for each in form.shown["fields"] if each["name"] == name)


def select_again(panel, name):
    details = section(panel).details
    before = details.facts.value
    section(panel)._select((names(panel)[name],))
    assert wait_for(lambda: details.facts.value not in ("", before))
    return details.facts.value
