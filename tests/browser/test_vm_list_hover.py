"""Whose details are wanted beside the list: of the row under the pointer, with the focus, selected."""

from __future__ import annotations

import pytest
from playwright.sync_api import expect

SHOWN = "[key and key.id[-1] for key in panel.shown]"


def middle(grid, number):
    name = f"machine-{number}"
    box = grid.locator(f"[role=row][data-qvirt-name='{name}']").bounding_box()
    return box["x"] + box["width"] / 3, box["y"] + box["height"] / 2


@pytest.fixture
def shown(a_list, a_page, a_kernel):
    """Return whose details were wanted, one after the other; wait for so many, and no more."""
    a_kernel("panel.rearrange(pane=True)")
    # Until the browser has heard of it.
    a_list.locator("[data-qvirt-name=machine-6]").click()
    wait = a_page.wait_for_timeout

    def told(*numbers):
        for _ in range(600):
            if len(a_kernel(SHOWN)) >= len(numbers):
                break
            wait(100)
        wait(700)
        assert a_kernel(SHOWN) == [str(number) for number in numbers]

    for _ in range(100):
        if a_kernel(SHOWN)[-1:] == ["6"]:
            break
        a_list.locator("[data-qvirt-name=machine-5]").click()
        wait(400)
        a_list.locator("[data-qvirt-name=machine-6]").click()
        wait(400)
    # The pointer is away.
    a_page.mouse.move(2, 2)
    wait(700)
    a_kernel("panel.shown.clear()")
    return told


def test_the_row_on_which_the_pointer_rests_and_then_the_selected_one_again(a_list, a_page, shown):
    a_page.mouse.move(*middle(a_list, 2))
    shown(2)
    a_page.mouse.move(2, 2)
    shown(2, 6)
    # Nothing else was told meanwhile, and the selection is as it was.
    expect(a_list.locator("[aria-selected=true]")).to_have_count(1)


def test_a_pointer_that_runs_over_the_rows_rests_on_none(a_list, a_page, shown):
    # In one go: on a busy machine, moves of Playwright's are further apart than a person's.
    over = [(f"machine-{number}", *middle(a_list, number)) for number in (1, 2, 3, 4, 5, 1, 3)]
    a_page.evaluate(
        """rows => {
            const point = (node, clientX, clientY) => node.dispatchEvent(new PointerEvent(
                'pointerover', { pointerType: 'mouse', bubbles: true, clientX, clientY }
            ));
            for (const [name, x, y] of rows) {
                point(document.querySelector(`[role=row][data-qvirt-name='${name}']`), x, y);
            }
            point(document.body, 2, 2);
        }""",
        over,
    )
    shown()


def test_the_keyboard_goes_before_a_pointer_that_rests(a_list, a_page, shown):
    a_page.mouse.move(*middle(a_list, 2))
    shown(2)
    # The focus alone, without a selection, as when somebody looks round with the keyboard.
    a_page.keyboard.press("Control+ArrowUp")
    shown(2, 5)
    expect(a_list.locator("[aria-selected=true]")).to_have_attribute("data-qvirt-name", "machine-6")
    # A step of the pointer counts again.
    x, y = middle(a_list, 2)
    a_page.mouse.move(x + 150, y)
    a_page.mouse.move(*middle(a_list, 3))
    shown(2, 5, 3)


def test_on_the_way_to_the_details_they_stay(a_list, a_page, shown):
    # In place of the package's own pane, which is no part of this list on its own.
    a_page.evaluate(
        """() => {
            const pane = document.createElement('div');
            pane.className = 'qvirt-pane';
            pane.style.cssText = 'position:fixed;right:0;bottom:0;width:90px;height:90px;z-index:9999';
            document.body.append(pane);
        }"""
    )
    size = a_page.viewport_size
    a_page.mouse.move(*middle(a_list, 2))
    shown(2)
    a_page.mouse.move(size["width"] - 40, size["height"] - 40)
    shown(2)
    a_page.mouse.move(2, 2)
    shown(2, 6)


def test_nothing_is_told_while_no_details_are_wanted(a_list, a_page, a_kernel, shown):
    # The browser has heard of both where it shows one of them.
    a_kernel("panel.rearrange(pane=False, compact=True)")
    expect(a_list.locator("[data-qvirt-name=machine-2]")).to_have_css("height", "22px")
    a_page.mouse.move(*middle(a_list, 2))
    shown()


def test_a_finger_rests_on_nothing(a_list, shown):
    x, y = middle(a_list, 2)
    a_list.locator("[data-qvirt-name=machine-2]").dispatch_event(
        "pointerover",
        {"pointerType": "touch", "bubbles": True, "clientX": x, "clientY": y},
    )
    shown()
