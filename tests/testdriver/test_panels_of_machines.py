"""A machine's tab on libvirt's test driver: what it says, what its buttons do, and its end."""

from __future__ import annotations

import ipywidgets
import pytest
from a_fresh_store import make_fresh
from a_manager import wait_for

from qvirt_jupyter.hypervisor import DomainState, publisher
from qvirt_jupyter.widgets import show_panel, vm_panel
from qvirt_jupyter.widgets.fleet import fleet
from qvirt_jupyter.widgets.machine import away_notice
from qvirt_jupyter.widgets.preferences import preferences
from qvirt_jupyter.widgets.tasks import Tasks

RUNNING = "11111111-1111-4111-8111-111111111101"
ALL_WIDGETS = ipywidgets.widgets.widget._instances


@pytest.fixture(autouse=True)
def _fresh_preferences(monkeypatch):
    make_fresh(monkeypatch, preferences)


@pytest.fixture
def a_panel(a_connection):
    panel = vm_panel(a_connection.domains["running"])
    assert wait_for(lambda: panel._record)
    yield panel
    panel.close()


def press(panel, name, client="window-1"):
    panel._head._handle_custom_msg({"type": "press", "id": name, "client": client}, [])


def answer(panel, button="yes", *, remember=False):
    (question,) = wait_for(lambda: panel._questions.questions)
    view = next(
        child for child in panel.children if getattr(child, "_board", 0) is panel._questions
    )
    view._handle_custom_msg(
        {
            "type": "answer",
            "id": question[0],
            "button": button,
            "values": {},
            "remember": remember,
            "client": "window-1",
        },
        [],
    )


def buttons(panel):
    return {button["id"]: button["reason"] for button in panel._head.shown["buttons"]}


def test_the_head_says_name_state_and_what_is_possible(a_panel):
    shown = a_panel._head.shown
    assert (shown["title"], shown["name"]) == ("The <running> one", "running")
    assert (shown["state"], shown["stateLabel"]) == ("running", "Running")
    possible = buttons(a_panel)
    assert "running already" in possible["start"]
    assert possible["suspend"] == ""
    assert possible["destroy"] == ""


def test_the_overview_escapes_what_people_wrote(a_panel):
    a_panel._record  # noqa: B018 - it is there
    text = wait_for(lambda: a_panel._overview._facts.value)
    assert "line &amp; two" in text
    assert "128 MiB of 256 MiB" in text


def test_pause_and_resume_follow_the_real_state(a_panel):
    press(a_panel, "suspend")
    assert wait_for(lambda: a_panel._head.shown["state"] == "paused")
    assert "resume" in buttons(a_panel)
    assert "suspend" not in buttons(a_panel)
    press(a_panel, "resume")
    assert wait_for(lambda: a_panel._head.shown["state"] == "running")


def test_force_off_asks_and_no_means_no(a_panel):
    press(a_panel, "destroy")
    answer(a_panel, "no")
    assert a_panel.domain.state is DomainState.RUNNING
    press(a_panel, "destroy")
    answer(a_panel)
    assert wait_for(lambda: a_panel._head.shown["state"] == "shutoff")
    assert buttons(a_panel)["start"] == ""


def test_dont_ask_again_is_remembered(a_panel):
    press(a_panel, "destroy")
    answer(a_panel, remember=True)
    assert wait_for(lambda: a_panel._head.shown["state"] == "shutoff")
    assert preferences.now.confirm_force_off is False
    press(a_panel, "start")
    assert wait_for(lambda: a_panel._head.shown["state"] == "running")
    press(a_panel, "destroy")
    assert wait_for(lambda: a_panel._head.shown["state"] == "shutoff")
    assert a_panel._questions.questions == ()


def test_a_question_is_for_the_window_that_caused_it(a_panel):
    press(a_panel, "reset", client="window-7")
    ((_key, question),) = wait_for(lambda: a_panel._questions.questions)
    assert question.client == "window-7"


def test_what_fails_is_explained_in_the_panel(a_panel):
    # Behind the panel's back, so that its button comes too late.
    a_panel.domain.destroy()
    a_panel._actions._do_now(
        next(action for action in _actions() if action.value == "suspend"), [a_panel.domain]
    )
    (notice,) = wait_for(lambda: a_panel._notices.notices)
    assert notice.level == "error"
    assert "shut off" in str(notice.text)


def _actions():
    from qvirt_jupyter.hypervisor import Action  # noqa: PLC0415

    return Action


def test_tasks_of_this_machine_are_listed_with_their_code(a_panel, a_connection):
    press(a_panel, "suspend")
    assert wait_for(lambda: a_panel._head.shown["state"] == "paused")
    a_connection.domains["shutoff"].start()
    tasks = next(child for child in a_panel.children if type(child).__name__ == "Tasks")
    newest = wait_for(lambda: tasks.shown["tasks"])[0]
    assert "running" in newest["what"]
    assert wait_for(lambda: tasks.shown["tasks"][0]["outcome"] == "succeeded")
    assert newest["code"].endswith('.domains["running"].suspend()') or newest["code"].endswith(
        ".domains['running'].suspend()"
    )
    assert all("shutoff" not in task["what"] for task in tasks.shown["tasks"])
    facts = {fact["name"]: fact["value"] for fact in tasks.shown["tasks"][0]["facts"]}
    assert facts["On"] == "running"
    assert facts["Connection"] == a_connection.uri
    assert facts["Asked for"] <= facts["Started"] <= facts["Ended"]
    # A page that is loaded again makes a new view, which shows what was done before it.
    again = Tasks(a_panel._concerns)
    assert again.shown == tasks.shown
    again.close()


def test_a_removed_machine_leaves_a_sentence_and_comes_back(a_panel, a_connection):
    xml = a_connection.domains["running"].xml(inactive=True)
    a_panel.domain.destroy()
    a_panel.domain.undefine()
    assert wait_for(lambda: a_panel._head.shown["state"] == "gone")
    (notice,) = wait_for(lambda: a_panel._notices.notices)
    assert "removed" in str(notice.title)
    assert all(buttons(a_panel).values())
    # What it is stays to be read, what it did last is not said of now.
    text = a_panel._overview._facts.value
    assert "128 MiB of 256 MiB" in text
    assert "was known last" in text
    assert "Running" not in text
    a_connection.domains.define(xml)
    assert wait_for(lambda: a_panel._head.shown["state"] == "shutoff")
    assert wait_for(lambda: a_panel._notices.notices == ())


def test_a_machine_that_is_defined_anew_without_its_uuid_is_offered(
    a_panel, a_connection, monkeypatch
):
    opened = []
    monkeypatch.setattr(away_notice, "open_tab", lambda *what: opened.append(what))
    xml = a_connection.domains["running"].xml(inactive=True)
    a_panel.domain.destroy()
    a_panel.domain.undefine()
    assert wait_for(lambda: a_panel._head.shown["state"] == "gone")
    made = a_connection.domains.define(xml.replace(f"<uuid>{RUNNING}</uuid>", ""))
    assert made.uuid != RUNNING
    assert wait_for(lambda: a_panel._notices.notices and a_panel._notices.notices[0].buttons)
    (notice,) = a_panel._notices.notices
    assert "defined anew" in str(notice.text)
    notice.buttons[0].press("window-1")
    assert opened == [
        ("vm", {"uri": a_connection.uri, "uuid": made.uuid}, "running", "window-1"),
    ]
    # The tab itself stays with its own machine.
    made.undefine()
    assert wait_for(lambda: "comes back" in str(a_panel._notices.notices[0].text))
    a_connection.domains.define(xml)
    assert wait_for(lambda: a_panel._notices.notices == ())


def test_a_closed_connection_leaves_a_button_that_opens_it(a_panel, a_connection):
    a_connection.close()
    assert wait_for(lambda: a_panel._head.shown["state"] == "gone")
    (notice,) = wait_for(lambda: a_panel._notices.notices)
    assert [str(button.label) for button in notice.buttons] == ["Connect"]
    a_panel._notices.press(notice.key, 0, "")
    assert wait_for(lambda: a_panel._head.shown["state"] == "running")
    assert a_panel._notices.notices == ()


def test_a_tab_of_a_machine_that_is_not_there_says_so(a_connection):
    panel = show_panel("vm", uri=a_connection.uri, uuid="99999999-9999-4999-8999-999999999999")
    (notice,) = wait_for(lambda: panel._notices.notices)
    assert "no such virtual machine" in str(notice.title)
    panel.close()


def test_a_tab_opens_its_connection(a_driver_file):
    uri = f"test://{a_driver_file}"
    panel = show_panel("vm", uri=uri, uuid=RUNNING)
    assert wait_for(lambda: panel._record)
    panel.close()
    fleet.connection(uri).close()


def test_figures_are_read_only_while_somebody_looks(a_panel, a_connection):
    assert not a_connection.stats._watches
    seen = {"type": "visible", "view": "v", "client": ""}
    a_panel._presence._handle_custom_msg({**seen, "visible": True}, [])
    assert wait_for(lambda: a_connection.stats._watches)
    a_panel._tabs.selected_index = 2
    assert wait_for(lambda: a_panel._graphs)
    assert wait_for(lambda: " %" in a_panel._graphs._grid.children[0]._heading.value)
    a_panel._presence._handle_custom_msg({**seen, "visible": False}, [])
    assert wait_for(lambda: not a_connection.stats._watches)


def test_a_picture_is_taken_only_when_a_browser_asks(a_panel):
    thumbnail = a_panel._overview.thumbnail
    assert wait_for(lambda: thumbnail.shown["interval"] > 0)
    assert thumbnail.shown["picture"] is False
    thumbnail._handle_custom_msg({"type": "picture", "client": ""}, [])
    assert wait_for(lambda: thumbnail.shown["picture"])
    assert thumbnail._picture.startswith(b"\xff\xd8")


def test_the_description_is_changed_in_place(a_panel):
    overview = a_panel._overview
    overview._edit.click()
    assert wait_for(lambda: overview._form)
    overview._form._title.value = "Bär <b>"
    overview._form._buttons[0].click()
    assert wait_for(lambda: a_panel._head.shown["title"] == "Bär <b>")
    assert wait_for(lambda: overview._form is None)


def test_the_name_of_a_machine_that_is_off_is_changed_in_place(a_connection):
    panel = vm_panel(a_connection.domains["shutoff"])
    assert wait_for(lambda: panel._record)
    overview = panel._overview
    overview._edit.click()
    form = wait_for(lambda: overview._form)
    form._name.value = "a/b"
    form._buttons[0].click()
    # What cannot be a name is said in the form, which stays with what was typed.
    assert "must not have a /" in form._hint.value
    assert overview._form is form
    form._name.value = "better"
    form._buttons[0].click()
    assert wait_for(lambda: panel._head.shown["name"] == "better")
    panel.close()


def test_the_name_of_a_running_machine_stays_with_the_reason(a_panel):
    a_panel._overview._edit.click()
    form = wait_for(lambda: a_panel._overview._form)
    assert form._name.disabled
    assert "shut it down" in form._hint.value.lower()


def test_changes_that_wait_for_the_next_start_are_said(a_panel, a_connection):
    assert a_panel._head.shown["pending"] == ""
    stored = a_panel.domain.xml(inactive=True)
    # Another tool changes what counts from the next start; the machine runs on as it is.
    a_connection.call(
        lambda raw: raw.defineXML(stored.replace("<vcpu placement='static'>2", "<vcpu>1"))
    )
    assert wait_for(lambda: "next start" in a_panel._head.shown["pending"])
    assert "Maximum virtual CPUs: 2 → 1" in a_panel._overview._facts.value
    a_panel.domain.destroy()
    assert wait_for(lambda: a_panel._head.shown["pending"] == "")
    a_panel.domain.start()
    assert wait_for(lambda: a_panel._record.is_active)
    assert "Maximum virtual CPUs" not in a_panel._overview._facts.value


def test_the_picture_opens_the_console(a_panel):
    a_panel._overview.thumbnail._handle_custom_msg({"type": "press", "id": "open"}, [])
    assert wait_for(lambda: a_panel._console)
    assert a_panel._tabs.selected_index == 3


def test_a_saved_notebook_still_reads(a_panel):
    bundle = a_panel._repr_mimebundle_()
    assert "application/vnd.jupyter.widget-view+json" in bundle
    assert "The &lt;running&gt; one" in bundle["text/html"]
    assert "The <running> one" in bundle["text/plain"]
    assert "children=" not in bundle["text/plain"]


def test_closing_leaves_nothing(a_connection):
    before, observers = set(ALL_WIDGETS), len(a_connection._observers)
    panel = vm_panel(a_connection.domains["running"])
    assert wait_for(lambda: panel._record)
    for tab in (1, 2, 3):
        panel._tabs.selected_index = tab
        assert wait_for(lambda tab=tab: tab == 1 or panel._graphs)
    assert wait_for(lambda: panel._console)
    panel._overview._edit.click()
    assert wait_for(lambda: panel._overview._form)
    panel.close()
    publisher.flush()
    assert [type(ALL_WIDGETS[key]).__name__ for key in set(ALL_WIDGETS) - before] == []
    assert a_connection.inventory._views == []
    assert len(a_connection.stats._subscribers) == 0
    assert len(a_connection._observers) == observers
    assert not a_connection.stats._watches
    # What comes too late is ignored.
    a_connection.domains["running"].suspend()
    publisher.flush()


def test_a_read_only_connection_greys_out_with_the_reason(a_driver_file):
    from qvirt_jupyter.hypervisor import connect  # noqa: PLC0415

    connection = connect(f"test://{a_driver_file}", read_only=True)
    panel = vm_panel(connection.domains["running"])
    assert wait_for(lambda: panel._record)
    assert wait_for(lambda: "read-only" in buttons(panel)["suspend"])
    assert wait_for(lambda: panel._overview._edit.disabled)
    panel.close()
    connection.close()
