"""Huge pages of a real host: one more for a moment, and who may not have it."""

from __future__ import annotations

import pytest
from a_console_host import a_running_host, missing

from qvirt_jupyter.hypervisor import AccessDenied, OperationFailed, connect, host_details, jobs
from qvirt_jupyter.widgets.host.page_form import huge_sizes, page_form


@pytest.fixture
def present(a_qemu_connection):
    """The smallest size of huge pages in KiB, and how many there are."""
    details = host_details(a_qemu_connection)
    sizes = huge_sizes(details)
    if not sizes:
        pytest.skip("the processor of this machine has no huge pages")
    return sizes[0], present_now(a_qemu_connection, sizes[0])


def present_now(connection, size):
    cells = host_details(connection).capabilities.host.cells
    return sum(each.count for cell in cells for each in cell.pages if each.size == size)


def test_a_page_is_reserved_and_given_back(a_qemu_connection, present):
    size, count = present
    pages = a_qemu_connection.pages
    try:
        pages.reserve(size, count + 1)
    except (AccessDenied, OperationFailed) as error:
        pytest.skip(f"this machine gives no huge page: {error}")
    try:
        assert present_now(a_qemu_connection, size) == count + 1
        newest = max(jobs, key=lambda job: job.id)
        assert f".pages.reserve({size}, {count + 1})" in newest.code
    finally:
        pages.reserve(size, count)
    assert present_now(a_qemu_connection, size) == count


@pytest.mark.skipif(bool(missing()), reason=missing())
def test_who_may_not_is_told_where_to_go(present):
    size, count = present
    with a_running_host() as host, connect(host.uri) as connection:
        with pytest.raises(AccessDenied) as caught:
            connection.pages.reserve(size, count + 1)
        assert "qemu:///system" in caught.value.next_step


def test_the_form_says_how_much_memory_it_is(a_qemu_connection, present):
    asked = []
    form = page_form(
        host_details(a_qemu_connection), lambda *wanted: asked.append(wanted), lambda: None
    )
    size, _count = present
    form.edit("count", "4")
    assert form.shown["note"]["text"]
    form.edit("count", "-1")
    assert not form.submit()
    form.edit("count", "4")
    assert form.submit()
    assert asked == [(size, 4, -1)]
