"""Panels in tabs of their own: opened, shared, restored, and said in words when they fail."""

from __future__ import annotations

import re

from a_placeholder import KEEP_WORDS
from patience import until
from playwright.sync_api import expect

TAB = ".lm-DockPanel-tabBar .lm-TabBar-tab"


def open_manager(page):
    page.get_by_text("Virtual Machine Manager").first.click()
    expect(page.locator(".qvirt-vm-list [role=treegrid] [role=row]").first).to_be_visible(
        timeout=120_000
    )


def test_the_launcher_opens_the_manager_without_a_notebook(a_page, a_lab):
    card = a_page.locator(".jp-LauncherCard", has_text="Virtual Machine Manager")
    expect(card.locator("svg")).to_be_visible()
    card.click()
    expect(a_page.locator(".qvirt-vm-list")).to_be_visible(timeout=120_000)
    (session,) = a_lab.sessions()
    assert session["path"] == "qvirt-jupyter/manager"
    tab = a_page.locator(TAB, has_text="Virtual Machine Manager")
    expect(tab.locator("svg").first).to_be_visible()
    assert a_page.locator(".jp-Notebook").count() == 0


def test_the_panel_fills_its_tab(a_page):
    open_manager(a_page)
    sizes = a_page.evaluate(
        """() => {
            const size = selector => {
                const {width, height} = document.querySelector(selector).getBoundingClientRect();
                return [width, height];
            };
            return {tab: size(".qvirt-PanelView"), list: size(".qvirt-vm-list")};
        }"""
    )
    assert sizes["list"][0] >= sizes["tab"][0] - 20
    assert sizes["list"][1] >= sizes["tab"][1] - 60
    scrolling = a_page.evaluate(
        """() => [...document.querySelectorAll(".qvirt-PanelTab *")].filter(
            node => node.scrollHeight > node.clientHeight + 1
                && ["auto", "scroll"].includes(getComputedStyle(node).overflowY)
        ).map(node => node.className)"""
    )
    assert scrolling == []


def test_tabs_share_one_kernel_and_are_opened_once(a_page, a_lab):
    open_manager(a_page)
    row = a_page.locator("[role=row]", has_text="machine-1")
    row.dblclick()
    expect(a_page.locator(".shown")).to_have_text("vm 01")
    a_page.locator(TAB, has_text="Virtual Machine Manager").click()
    row.dblclick()
    expect(a_page.locator(TAB, has_text="vm 1")).to_have_count(1)
    expect(a_page.locator(".shown")).to_be_visible()
    assert len(a_lab.sessions()) == 1


def test_a_reload_brings_the_tabs_back_with_the_same_kernel(a_page, a_lab):
    open_manager(a_page)
    a_page.locator("[role=row]", has_text="machine-2").dblclick()
    expect(a_page.locator(".shown")).to_have_text("vm 02")
    (before,) = a_lab.sessions()
    a_lab.reload(a_page, "vm")
    expect(a_page.locator(".shown")).to_have_text("vm 02")
    a_page.locator(TAB, has_text="Virtual Machine Manager").click()
    expect(a_page.locator("[role=row]", has_text="machine-2")).to_be_visible()
    (after,) = a_lab.sessions()
    assert after["kernel"]["id"] == before["kernel"]["id"]


def test_a_closed_tab_leaves_nothing_in_the_kernel_but_the_kernel(a_page, a_lab):
    open_manager(a_page)
    a_page.locator("[role=row]", has_text="machine-3").dblclick()
    expect(a_page.locator(".shown")).to_have_text("vm 03")
    full = widgets_in_kernel(a_lab)
    tab = a_page.locator(TAB, has_text="vm 3")
    tab.locator(".lm-TabBar-tabCloseIcon").click()
    expect(tab).to_have_count(0)
    assert until(a_page, lambda: widgets_in_kernel(a_lab) < full)
    a_page.locator(TAB, has_text="Virtual Machine Manager").locator(
        ".lm-TabBar-tabCloseIcon"
    ).click()
    assert until(a_page, lambda: widgets_in_kernel(a_lab) == 0)
    assert len(a_lab.sessions()) == 1
    # It opens again in the same kernel.
    open_manager(a_page)
    assert len(a_lab.sessions()) == 1


def widgets_in_kernel(lab) -> int:
    return int(lab.run("len(__import__('ipywidgets').widgets.widget._instances)"))


def test_a_panel_that_fails_says_so_in_words(a_page):
    open_manager(a_page)
    a_page.locator("[role=row]", has_text="machine-4").dblclick()
    message = a_page.locator(".qvirt-Placeholder:visible")
    expect(message).to_contain_text("vm 4 could not be shown.")
    expect(message).to_contain_text("There is no such machine.")
    expect(message.get_by_role("button", name="Try again")).to_be_visible()


def test_a_kernel_that_ended_is_started_again_on_request(a_page, a_lab):
    open_manager(a_page)
    a_lab.end_sessions()
    message = a_page.locator(".qvirt-Placeholder:visible")
    expect(message).to_contain_text("The kernel of this tab has ended")
    message.get_by_role("button", name="Start it again").click()
    expect(a_page.locator("[role=row]", has_text="machine-1")).to_be_visible(timeout=120_000)


def test_a_kernel_that_dies_comes_back_by_itself(a_page, a_lab):
    open_manager(a_page)
    a_page.evaluate(KEEP_WORDS)
    a_lab.run("__import__('os')._exit(1)")
    # It may be over before somebody looks.
    a_page.wait_for_function("placeholderWords.includes('starting again')")
    expect(a_page.locator("[role=row]", has_text="machine-1")).to_be_visible(timeout=120_000)


def test_a_lost_server_is_said_and_nothing_waits_to_be_done_later(a_context, a_lab, a_workspace):
    is_down, sockets = [False], []

    def route(socket):
        if is_down[0]:
            socket.close()
            return
        socket.connect_to_server()
        sockets.append(socket)

    a_context.route_web_socket(re.compile(r"/api/kernels/.*/channels"), route)
    page = a_lab.enter(a_context, a_workspace)
    open_manager(page)
    is_down[0] = True
    for socket in sockets:
        socket.close()
    notice = page.locator(".qvirt-PanelView-notice")
    expect(notice).to_contain_text("The connection to the Jupyter server is lost")
    row = page.locator("[role=row]", has_text="machine-1")
    expect(row).to_be_visible()
    row.dblclick(force=True)
    is_down[0] = False
    expect(notice).to_be_hidden(timeout=120_000)
    expect(page.locator(TAB, has_text="vm 1")).to_have_count(0)
    row.dblclick()
    expect(page.locator(".shown")).to_have_text("vm 01")
    a_lab.end_sessions()


def test_a_tab_opens_in_the_window_that_asked(a_context, a_lab, a_workspace):
    first = a_lab.enter(a_context, f"{a_workspace}-1")
    second = a_lab.enter(a_context, f"{a_workspace}-2")
    open_manager(first)
    open_manager(second)
    second.locator("[role=row]", has_text="machine-5").dblclick()
    expect(second.locator(".shown")).to_have_text("vm 05")
    assert first.locator(".shown").count() == 0
    a_lab.end_sessions()


def test_the_address_opens_the_manager(a_context, a_lab, a_workspace):
    page = a_lab.enter(a_context, a_workspace, qvirt="manager")
    expect(page.locator("[role=row]", has_text="machine-1")).to_be_visible(timeout=120_000)
    a_lab.end_sessions()


def test_it_works_under_a_prefix(a_context, a_lab_under_a_prefix, a_workspace):
    page = a_lab_under_a_prefix.enter(a_context, a_workspace)
    failed = []
    page.on("requestfailed", lambda asked: failed.append(asked.url))
    with page.expect_response(re.compile(r"/user/x/qvirt/static/vm-list\..*\.js$")) as answer:
        open_manager(page)
    assert answer.value.ok
    page.locator("[role=row]", has_text="machine-1").dblclick()
    expect(page.locator(".shown")).to_have_text("vm 01")
    assert not [url for url in failed if "qvirt" in url]
    a_lab_under_a_prefix.end_sessions()


def test_a_machine_that_is_renamed_renames_its_tab(a_page, a_lab):
    open_manager(a_page)
    a_page.locator("[role=row]", has_text="machine-1").dblclick()
    expect(a_page.locator(".shown")).to_have_text("vm 01")
    a_lab.run(
        "rename_tab('vm', {'uri': 'test:///default', "
        "'uuid': '00000000-0000-0000-0000-000000000001'}, 'better')",
    )
    expect(a_page.locator(TAB, has_text="better")).to_have_count(1)


def test_a_notebook_opens_tabs_in_its_own_kernel(a_page, a_lab):
    a_page.evaluate(
        """async () => {
            const {commands} = window.jupyterapp;
            const panel = await commands.execute(
                "notebook:create-new", {kernelName: "python3"});
            await panel.sessionContext.ready;
            panel.content.activeCell.model.sharedModel.setSource(
                "from qvirt_jupyter.widgets.shell import open_tab\\n"
                + "open_tab('vm', {'uri': 'test:///default', 'uuid': '07'}, 'mine')");
            await commands.execute("notebook:run-cell");
        }"""
    )
    expect(a_page.locator(".shown")).to_have_text("vm 07")
    (session,) = a_lab.sessions()
    assert session["type"] == "notebook"
    # The notebook goes, its kernel stays: the tab shows itself anew through its own connection.
    a_page.locator(TAB, has_text=".ipynb").locator(".lm-TabBar-tabCloseIcon").click()
    discard = a_page.get_by_role("button", name="Discard")
    discard.or_(a_page.locator(".shown")).first.wait_for()
    if discard.is_visible():
        discard.click()
    expect(a_page.locator(TAB, has_text=".ipynb")).to_have_count(0)
    a_page.wait_for_timeout(1500)
    expect(a_page.locator(".shown")).to_have_text("vm 07")
    assert len(a_lab.sessions()) == 1
