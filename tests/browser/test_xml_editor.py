"""The XML and History tabs of a machine, by mouse and by keyboard, on the made-up host."""

from __future__ import annotations

import ast
import re

import pytest
from axe_playwright_python.sync_playwright import Axe
from patience import until
from playwright.sync_api import expect

GET = """
import qvirt_jupyter
from qvirt_jupyter.provision import demo_host
machine = qvirt_jupyter.connect(demo_host()).domains[{name!r}]
"""
MACHINE = "build-03"


@pytest.fixture
def a_machine_tab(a_context, a_lab_with_a_host, a_workspace):
    """A function that opens the tab of a machine; it is the only one."""
    page = a_lab_with_a_host.enter(a_context, a_workspace, qvirt="manager")

    def show(tab, name=MACHINE):
        page.locator(f".qvirt-vm-list [data-qvirt-name='{name}']").dblclick(timeout=120_000)
        expect(panel(page).locator("h2")).to_have_text(name)
        a_lab_with_a_host.run(f"exec({GET.format(name=name)!r}, globals())")
        to_tab(page, tab)
        return page

    yield show
    a_lab_with_a_host.end_sessions()


@pytest.fixture
def in_kernel(a_lab_with_a_host):
    """Runs a statement in the kernel of the tab, where the machine is ``machine``."""
    return lambda code: a_lab_with_a_host.run(f"exec({code!r}, globals())")


@pytest.fixture
def stored(a_lab_with_a_host):
    """Returns the stored definition, or what some fields of it are."""

    def read(*fields):
        document = "machine.document(inactive=True)"
        values = ", ".join(f"{document}.{field}" for field in fields)
        wanted = f"({values},)" if fields else "machine.xml(inactive=True, secure=True)"
        return ast.literal_eval(a_lab_with_a_host.run(wanted))

    return read


def panel(page):
    return page.locator(".qvirt-vm-panel")


def to_tab(page, name):
    panel(page).get_by_role("tab", name=name).click()


def content(page):
    return panel(page).locator(".qvirt-xml-host .cm-content")


def lines(page):
    return panel(page).locator(".qvirt-xml-host .cm-line")


def press(page, name):
    panel(page).get_by_role("button", name=name, exact=True).click()


def is_clean(page):
    expect(panel(page).locator(".qvirt-xml")).to_have_attribute("data-dirty", "false")


def is_dirty(page):
    expect(panel(page).locator(".qvirt-xml")).to_have_attribute("data-dirty", "true")


def status(page, words):
    expect(panel(page).locator(".qvirt-xml-status")).to_contain_text(words)


def type_after(page, line, text):
    """Put the cursor at the end of the line that has these words, and type a line below it."""
    lines(page).filter(has_text=line).first.click()
    page.keyboard.press("End")
    page.keyboard.press("Enter")
    page.keyboard.type(text)


def use_theme(page, theme):
    page.evaluate(
        "theme => window.jupyterapp.commands.execute('apputils:change-theme', {theme})", theme
    )
    page.wait_for_function("theme => document.body.dataset.jpThemeName === theme", arg=theme)
    page.wait_for_timeout(500)


def axe_finds_nothing(page):
    for theme in ("JupyterLab Dark", "JupyterLab Light"):
        use_theme(page, theme)
        found = Axe().run(page, context=".qvirt-vm-panel", options={"resultTypes": ["violations"]})
        assert found.violations_count == 0, found.generate_report()


def is_loaded(page):
    return page.evaluate(
        "() => [...globalThis.__qvirtModules.keys()].some(file => file.startsWith('xml-editor'))"
    )


def test_the_definition_is_highlighted_folded_and_searched(a_machine_tab, a_picture):
    page = a_machine_tab("Overview")
    assert not is_loaded(page)
    to_tab(page, "XML")
    expect(content(page)).to_contain_text("<domain")
    assert is_loaded(page)
    expect(content(page)).to_have_attribute("role", "textbox")
    expect(content(page)).to_have_accessible_name("Whole definition")
    # Whoever comes by keyboard begins below the root element.
    expect(panel(page).locator(".cm-activeLine")).to_contain_text("<name>")

    name = lines(page).filter(has_text="<name>").first
    colors = name.evaluate(
        "line => [...line.querySelectorAll('span')].map(span => getComputedStyle(span).color)"
    )
    assert len(set(colors)) >= 2
    a_picture(page, "xml")

    count = lines(page).count()
    lines(page).filter(has_text="<os>").click()
    page.keyboard.press("Control+Shift+BracketLeft")
    expect(panel(page).locator(".cm-foldPlaceholder")).to_be_visible()
    page.keyboard.press("Control+Shift+BracketRight")
    expect(panel(page).locator(".cm-foldPlaceholder")).to_have_count(0)
    assert lines(page).count() >= count - 1

    page.keyboard.press("Control+f")
    page.keyboard.type("on_reboot")
    expect(panel(page).locator(".cm-searchMatch")).to_have_count(2)
    page.keyboard.press("Escape")
    is_clean(page)


def test_a_broken_text_is_marked_at_its_line_and_not_stored(a_machine_tab, stored, a_picture):
    page = a_machine_tab("XML")
    before = stored()
    type_after(page, "<os>", "<broken>")
    fault = panel(page).locator(".qvirt-xml-faults li")
    expect(fault).to_contain_text("This is not well-formed XML.")
    mark = panel(page).locator(".cm-lintRange-error")
    expect(mark).to_contain_text("</os>")
    expect(panel(page).locator(".cm-gutter-lint .cm-lint-marker-error")).to_have_count(1)
    a_picture(page, "xml-broken")

    press(page, "Apply")
    expect(fault).to_have_count(1)
    is_dirty(page)
    assert stored() == before
    lines(page).first.click()
    fault.get_by_role("button", name=re.compile("Line")).click()
    expect(content(page)).to_be_focused()
    expect(panel(page).locator(".cm-activeLine")).to_contain_text("</os>")
    # Undo takes it away, and with it the mark.
    for _each in range(12):
        page.keyboard.press("Control+z")
    is_clean(page)
    expect(fault).to_have_count(0)


def test_libvirts_refusal_stands_beside_the_text_that_stays(a_machine_tab, stored, a_picture):
    page = a_machine_tab("XML")
    before = stored()
    lines(page).filter(has_text=">hvm<").click()
    page.keyboard.press("End")
    for _each in "</type>":
        page.keyboard.press("ArrowLeft")
    page.keyboard.type("-nonesuch")
    is_dirty(page)
    page.keyboard.press("Control+s")
    faults = panel(page).locator(".qvirt-xml-faults li")
    expect(faults.first).to_contain_text("libvirt refuses this definition.")
    expect(faults.first).to_contain_text("hvm-nonesuch")
    expect(faults.first.get_by_role("button", name=re.compile("Line"))).to_be_visible()
    # Then comes the smallest part of the schema that covers it.
    expect(faults.nth(1)).to_contain_text("In libvirt's schema")
    expect(content(page)).to_contain_text("hvm-nonesuch")
    expect(panel(page).locator(".cm-lintRange").first).to_contain_text("hvm-nonesuch")
    a_picture(page, "xml-refused")
    assert stored() == before
    press(page, "Revert")
    is_clean(page)
    expect(content(page)).not_to_contain_text("nonesuch")


def test_a_change_is_stored_by_keyboard_alone_and_tab_leaves_after_escape(a_machine_tab, stored):
    page = a_machine_tab("XML")
    expect(content(page)).to_contain_text("<domain")
    content(page).focus()
    page.keyboard.press("End")
    page.keyboard.press("Enter")
    page.keyboard.type("<title>By keyboard</title>")
    page.keyboard.press("Tab")
    expect(content(page)).to_be_focused()
    page.keyboard.press("Shift+Tab")
    page.keyboard.press("Control+s")
    status(page, "Stored: title")
    assert stored("title") == ("By keyboard",)
    is_clean(page)
    # A letter is text here, not a shortcut of JupyterLab.
    content(page).focus()
    page.keyboard.press("Escape")
    page.keyboard.press("Tab")
    expect(content(page)).not_to_be_focused()
    page.keyboard.press("Shift+Tab")
    expect(content(page)).to_be_focused()


def test_a_password_is_a_mark_until_somebody_asks_and_stays_what_it_was(
    a_machine_tab, in_kernel, stored
):
    page = a_machine_tab("Overview", "db-01")
    in_kernel(
        "base = machine.document(inactive=True, secure=True)\n"
        "text = str(base).replace('type=\\'vnc\\'', 'type=\\'vnc\\' passwd=\\'hunter2\\'')\n"
        "machine.edit(base, live=False).replace(text)"
    )
    to_tab(page, "XML")
    expect(content(page)).to_contain_text("<domain")
    choice = panel(page).get_by_label("What is edited")
    choice.select_option(value="graphics 1")
    expect(content(page)).to_contain_text("passwd='••••'")
    assert "hunter2" not in page.content()
    show = panel(page).get_by_role("button", name="Show passwords")
    show.click()
    expect(content(page)).to_contain_text("hunter2")
    expect(show).to_have_attribute("aria-pressed", "true")
    show.click()
    expect(content(page)).to_contain_text("passwd='••••'")
    is_clean(page)

    lines(page).first.click()
    page.keyboard.press("End")
    page.keyboard.press("ArrowLeft")
    page.keyboard.type(" keymap='de'")
    is_dirty(page)
    page.keyboard.press("Control+s")
    status(page, "Stored")
    text = stored()
    assert "keymap='de'" in text
    assert "passwd='hunter2'" in text
    assert "•" not in text


def test_somebody_elses_change_is_compared_and_not_overwritten(
    a_machine_tab, in_kernel, stored, a_picture
):
    page = a_machine_tab("XML")
    type_after(page, "<uuid>", "<title>Mine</title>")
    in_kernel("with machine.edit() as definition:\n    definition.vcpus = 5")
    expect(panel(page).locator(".qvirt-xml-foreign")).to_contain_text("Somebody else")
    press(page, "Apply")
    comparison = panel(page).get_by_role("region", name="Three versions")
    expect(comparison).to_be_visible()
    assert stored("title", "vcpus") == (None, 5)
    began = comparison.get_by_label("What you began with, and what became of it")
    expect(began.locator(".cm-deletedChunk")).to_contain_text("8")
    expect(began.locator(".cm-changedLine")).to_contain_text("5")
    expect(comparison.get_by_label("Theirs: stored now")).to_contain_text(">5<")
    mine = comparison.get_by_label("Yours", exact=True)
    expect(mine).to_be_focused()
    expect(mine).to_contain_text(">8<")
    axe_finds_nothing(page)
    a_picture(page, "xml-conflict")

    # Back to the text, and to the comparison again.
    comparison.get_by_role("button", name="Back to my text").click()
    expect(content(page)).to_contain_text("<title>Mine</title>")
    press(page, "Compare")
    expect(comparison).to_be_visible()

    # Their processors, my title.
    comparison.get_by_role("button", name="Take this part of theirs").last.click()
    expect(mine).to_contain_text(">5<")
    comparison.get_by_role("button", name="Store mine in place of theirs").click()
    status(page, "Stored: title")
    assert stored("title", "vcpus") == ("Mine", 5)
    is_clean(page)


def test_an_edit_is_looked_at_and_undone_in_the_history(
    a_machine_tab, in_kernel, stored, a_picture
):
    page = a_machine_tab("History", "ci-01")
    before = stored("vcpus", "title")
    expect(panel(page)).to_contain_text("No edit was made here yet.")
    in_kernel("with machine.edit() as definition:\n    definition.vcpus = 7")
    in_kernel("with machine.edit() as definition:\n    definition.title = 'Edited'")
    entries = panel(page).get_by_role("list", name="Edits, the newest first").get_by_role("button")
    expect(entries).to_have_count(2)
    expect(entries.first).to_contain_text("title")
    expect(entries.first).to_have_attribute("aria-current", "true")
    difference = panel(page).get_by_label("What changed")
    expect(difference.locator(".cm-changedLine")).to_contain_text("Edited")

    entries.last.click()
    expect(difference.locator(".cm-changedLine")).to_contain_text("7")
    expect(difference.locator(".cm-changedLine")).to_have_count(1)
    press(page, "Changes since then")
    expect(difference.locator(".cm-changedLine")).to_have_count(2)
    axe_finds_nothing(page)
    a_picture(page, "history")

    press(page, "Restore what was before")
    status(page, "Restored")
    expect(entries).to_have_count(3)
    assert stored("vcpus", "title") == before
    # That is an edit too, and is undone like one.
    press(page, "Restore what was before")
    expect(entries).to_have_count(4)
    assert stored("vcpus", "title") == (7, "Edited")


def test_leaving_with_changes_asks_first(a_machine_tab, stored, a_picture):
    page = a_machine_tab("XML")
    type_after(page, "<uuid>", "<title>Left</title>")
    to_tab(page, "Overview")
    question = panel(page).get_by_role("alertdialog")
    expect(question).to_contain_text("changes that are not stored")
    expect(question.get_by_role("button", name="Apply")).to_be_focused()
    expect(content(page)).to_be_visible()
    a_picture(page, "xml-leaving")
    page.keyboard.press("Escape")
    expect(question).to_have_count(0)
    expect(content(page)).to_contain_text("Left")

    # From one device to another as well.
    panel(page).get_by_label("What is edited").select_option(index=1)
    expect(question).to_be_visible()
    expect(panel(page).get_by_label("What is edited")).to_have_value("domain")
    question.get_by_role("button", name="Stay here").click()

    to_tab(page, "Overview")
    question.get_by_role("button", name="Discard").click()
    expect(panel(page).locator(".qvirt-overview")).to_be_visible()
    to_tab(page, "XML")
    expect(content(page)).not_to_contain_text("Left")
    type_after(page, "<uuid>", "<title>Applied</title>")
    to_tab(page, "Overview")
    question.get_by_role("button", name="Apply").click()
    expect(panel(page).locator(".qvirt-overview")).to_be_visible()
    assert stored("title") == ("Applied",)


def test_what_was_typed_is_there_after_the_page_was_loaded_again(a_machine_tab, a_lab_with_a_host):
    page = a_machine_tab("XML")
    type_after(page, "<uuid>", "<title>Typed</title>")
    # The kernel is told when somebody pauses.
    texts = (
        "[each._draft.text for each in __import__('ipywidgets').widgets.widget._instances.values()"
        " if hasattr(each, '_draft') and hasattr(each._draft, 'text')]"
    )
    assert until(page, lambda: "<title>Typed</title>" in a_lab_with_a_host.run(texts))
    a_lab_with_a_host.reload(page, "vm")
    expect(content(page)).to_contain_text("<title>Typed</title>")
    is_dirty(page)


def test_where_editing_is_off_the_text_is_read_only_and_says_where_to_turn_it_on(
    a_machine_tab, in_kernel
):
    page = a_machine_tab("XML")
    in_kernel(
        "from qvirt_jupyter.widgets.preferences import preferences; preferences.set(edit_xml=False)"
    )
    try:
        expect(panel(page).get_by_role("note")).to_contain_text("preferences")
        expect(content(page)).to_have_attribute("aria-readonly", "true")
        content(page).focus()
        page.keyboard.type("x")
        is_clean(page)
    finally:
        in_kernel("preferences.set(edit_xml=True)")
    expect(panel(page).get_by_role("note")).to_have_count(0)


def test_the_editor_is_accessible_in_both_themes(a_machine_tab):
    page = a_machine_tab("XML")
    type_after(page, "<os>", "<!-- a comment --><nonesuch/>")
    expect(panel(page).locator(".qvirt-xml-faults li")).to_contain_text("is not allowed inside")
    page.keyboard.press("Control+f")
    axe_finds_nothing(page)
