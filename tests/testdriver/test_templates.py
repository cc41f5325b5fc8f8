"""A template is there to be cloned, and does not start."""

from __future__ import annotations

import pytest
from a_manager import domains, wait_for

from qvirt_jupyter.hypervisor import WrongState, connect


@pytest.fixture
def a_template(a_connection):
    machine = a_connection.domains["shutoff"]
    machine.set_tags(["lab"])
    machine.set_group("Course")
    machine.set_template()
    return machine


def test_it_refuses_to_start_and_says_what_to_do_instead(a_template):
    with pytest.raises(WrongState, match="template") as caught:
        a_template.start()
    assert "Clone it" in str(caught.value.next_step)
    assert not a_template.is_active
    a_template.set_template(False)
    a_template.start()
    assert a_template.is_active


def test_the_mark_stays_beside_tags_and_group(a_template):
    assert a_template.is_template
    a_template.set_tags(["other"])
    a_template.set_group("")
    assert a_template.is_template
    assert a_template.tags == ("other",)
    a_template.set_tags([])
    assert a_template.is_template
    a_template.set_template(False)
    assert not a_template.is_template


def test_the_list_knows_it(a_template):
    assert wait_for(lambda: a_template.record.is_template)
    a_template.set_template(False)
    assert wait_for(lambda: not a_template.record.is_template)


def test_a_machine_that_runs_does_not_become_one(a_connection):
    machine = a_connection.domains["running"]
    with pytest.raises(WrongState, match="running"):
        machine.set_template()
    assert not machine.is_template


@pytest.mark.usefixtures("a_user_without_a_past")
def test_the_rows_of_the_list_say_it(a_manager, a_uri):
    connection = connect(a_uri)
    machine = connection.domains["shutoff"]

    def shown():
        return next((row for row in domains(a_manager).values() if row["name"] == "shutoff"), {})

    assert wait_for(lambda: shown().get("state") == "shutoff")
    assert not shown()["template"]
    machine.set_template()
    assert wait_for(lambda: shown()["template"])
    assert shown()["state"] == "shutoff", "what it is otherwise stays in sight"
    assert "Clone it" in shown()["refused"]["start"]
    machine.set_template(False)
    assert wait_for(lambda: not shown()["template"])
