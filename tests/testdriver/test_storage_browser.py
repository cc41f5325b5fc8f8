"""Looking for a file: what fits what is looked for, who uses it, and room for a new volume."""

from __future__ import annotations

import pytest

from qvirt_jupyter import documents
from qvirt_jupyter.widgets.details.storage_browser import TITLES, StorageBrowser

GIB = 1024**3


def work(function, then, failed):
    """Do it here and now."""
    try:
        result = function()
    except Exception as error:  # noqa: BLE001 - whatever it is, it is shown
        failed(error)
    else:
        then(result)


@pytest.fixture
def a_pool(a_connection):
    """A pool of the name that is looked into first, with a file and a folder."""
    pool = a_connection.storage_pools.create(
        documents.StoragePool.parse(
            "<pool type='dir'><name>default</name><target><path>/lab/pages</path></target></pool>"
        )
    )
    pool.create_volume("disk.qcow2", 20 * GIB)
    a_connection.inventory.refresh("pool")
    return pool


@pytest.fixture
def chosen():
    return []


@pytest.fixture
def browse(a_connection, a_pool, chosen):
    def begin(**more):
        assert a_pool.is_active
        return StorageBrowser(
            a_connection,
            work,
            lambda: None,
            lambda path, volume: chosen.append((path, volume and volume.name)),
            **more,
        )

    return begin


@pytest.mark.parametrize("mode", TITLES)
def test_only_what_fits_is_chosen(browse, chosen, mode):
    browser = browse(mode=mode)
    state = browser.state
    assert state["title"] == str(TITLES[mode])
    (volume,) = state["volumes"]
    browser.choose(volume["path"])
    if mode == "directory":
        assert volume["reason"] == "It is no folder."
        assert browser.state["problem"] == "It is no folder."
        assert chosen == []
        # A folder that no pool has is typed.
        browser.choose("/srv/shared")
        assert chosen == [("/srv/shared", None)]
    else:
        assert volume["reason"] == ""
        assert chosen == [(volume["path"], "disk.qcow2")]


def test_the_default_pool_is_looked_into_first(browse, a_pool):
    state = browse().state
    assert state["pool"] == a_pool.uuid
    shares = {pool["name"]: pool["share"] for pool in state["pools"]}
    assert 0 <= shares["default"] <= 1


def test_more_than_there_is_is_made_after_a_warning_only(browse, a_pool, chosen):
    browser = browse(name="web")
    free = a_pool.space.available
    size = f"{free // GIB + 5}"
    browser.create("web.qcow2", size, "qcow2")
    assert "over-committed" in browser.state["warning"]
    assert "web.qcow2" not in a_pool.volumes
    # Another wish is another question.
    browser.create("web.qcow2", f"{free // GIB + 6}", "qcow2")
    assert "over-committed" in browser.state["warning"]
    assert chosen == []
    browser.create("small.qcow2", "1", "qcow2")
    assert browser.state["warning"] == ""
    assert chosen[-1][1] == "small.qcow2"
