"""The kernel restarts under the open manager and a machine's tab: both say so and come back."""

from __future__ import annotations

import pytest
from a_placeholder import KEEP_WORDS
from playwright.sync_api import expect

TAB = ".lm-DockPanel-tabBar .lm-TabBar-tab"
PATIENCE = 180_000
"""Milliseconds for a kernel to start and import everything, also on a busy machine."""


def row(page, name):
    return page.locator(f".qvirt-vm-list [data-qvirt-name='{name}']")


def show(page, title):
    page.locator(TAB, has_text=title).click()


@pytest.fixture
def both_tabs(a_context, a_lab_with_a_host, a_workspace):
    """A page with the manager and the tab of a machine, which is in front."""
    page = a_lab_with_a_host.enter(a_context, a_workspace, qvirt="manager")
    expect(row(page, "build-03")).to_be_visible(timeout=PATIENCE)
    row(page, "build-03").dblclick()
    expect(page.locator(".qvirt-machine h2")).to_have_text("build-03", timeout=PATIENCE)
    yield page
    a_lab_with_a_host.end_sessions()


def kill(_page, lab):
    lab.run("__import__('os').kill(__import__('os').getpid(), 9)")


def restart(page, _lab):
    page.evaluate("window.jupyterapp.commands.execute('qvirt:restart-manager')")


@pytest.mark.parametrize("how", [kill, restart])
def test_both_tabs_say_it_and_come_back_once(both_tabs, a_lab_with_a_host, how):
    page = both_tabs
    page.evaluate("document.querySelector('.qvirt-machine').dataset.before = 'yes'")
    page.evaluate(KEEP_WORDS)
    how(page, a_lab_with_a_host)
    # It may be over before somebody looks.
    page.wait_for_function("placeholderWords.includes('starting again')")

    head = page.locator(".qvirt-machine:not([data-before])")
    expect(head.locator("h2")).to_have_text("build-03", timeout=PATIENCE)
    expect(page.locator(".qvirt-Placeholder:visible")).to_have_count(0)
    show(page, "Virtual Machine Manager")
    expect(row(page, "build-03")).to_be_visible(timeout=PATIENCE)
    # nothing doubled: one tab of each, one list, one row of each machine
    for title in ("Virtual Machine Manager", "build-03"):
        expect(page.locator(TAB, has_text=title)).to_have_count(1)
    expect(page.locator(".qvirt-vm-list")).to_have_count(1)
    expect(page.locator(".qvirt-machine")).to_have_count(1)
    expect(row(page, "build-03")).to_have_count(1)
    for text in ("Traceback", "Error displaying widget", "Loading widget"):
        expect(page.get_by_text(text)).to_have_count(0)

    # and what is clicked is done
    show(page, "build-03")
    head.get_by_role("button", name="Pause", exact=True).click()
    expect(head.get_by_role("button", name="Resume", exact=True)).to_be_visible(timeout=PATIENCE)
    show(page, "Virtual Machine Manager")
    expect(row(page, "build-03")).to_have_attribute("data-qvirt-state", "paused")
