"""The manager's tab and a notebook, each with a kernel of its own: one list of tasks."""

from __future__ import annotations

import json
import re
import urllib.request

import pytest
from playwright.sync_api import expect

NOTEBOOK = "lab 1.ipynb"
PAUSE = (
    "__import__('qvirt_jupyter').connect('test:///default').domains['test'].submit.suspend()"
    ".result()"
)


def use_theme(page, theme):
    page.evaluate(
        "theme => window.jupyterapp.commands.execute('apputils:change-theme', {theme})", theme
    )
    page.wait_for_function("theme => document.body.dataset.jpThemeName === theme", arg=theme)
    page.wait_for_timeout(500)


@pytest.fixture
def a_notebook(a_lab_with_a_host):
    """The session of a notebook, whose kernel has done nothing yet."""
    lab = a_lab_with_a_host
    wanted = {
        "path": NOTEBOOK,
        "name": NOTEBOOK,
        "type": "notebook",
        "kernel": {"name": "python3"},
    }
    request = urllib.request.Request(  # noqa: S310 - our own server on loopback
        lab.url("api/sessions", token=lab.token),
        json.dumps(wanted).encode(),
        {"Content-Type": "application/json"},
    )
    urllib.request.urlopen(request, timeout=60).close()  # noqa: S310
    return lambda expression: lab.run(expression, NOTEBOOK)


@pytest.mark.timeout(1200)
def test_what_a_notebook_does_stands_in_the_managers_list(
    a_context, a_lab_with_a_host, a_workspace, a_notebook, a_picture
):
    page = a_lab_with_a_host.enter(a_context, a_workspace, qvirt="manager")
    try:
        machine = page.locator(".qvirt-vm-list [data-qvirt-name='build-03']")
        expect(machine).to_be_visible(timeout=120_000)
        a_notebook(PAUSE)
        tasks = page.locator(".qvirt-tasks").first
        tasks.locator("summary").click()
        task = tasks.locator("li", has_text=re.compile("Pause test"))
        expect(task.locator(".qvirt-task-origin")).to_have_text(f"in {NOTEBOOK}")
        expect(task.locator(".qvirt-task-outcome").first).to_have_text("Done")
        expect(task.get_by_role("button", name="Copy as code")).to_have_count(0)
        # Beside the list, of the machine on whose row the pointer rests.
        page.locator(".qvirt-toolbar > .qvirt-button").first.click()
        page.get_by_text("Details beside the list").click()
        machine.hover()
        expect(page.locator(".qvirt-pane h2")).to_have_text("build-03")
        for theme in ("JupyterLab Light", "JupyterLab Dark"):
            use_theme(page, theme)
            a_picture(page, f"shared-tasks-{theme[11:].lower()}")
    finally:
        a_lab_with_a_host.end_sessions()
