"""Deleting machines on the test driver: by a request, and by the dialog of the manager and a tab."""

from pathlib import Path

import pytest
from a_manager import act, domains, wait_for

import qvirt_jupyter
from qvirt_jupyter.hypervisor import (
    NotFound,
    RecordKey,
    WrongState,
    connection_to,
    jobs,
)
from qvirt_jupyter.provision import DeleteRequest
from qvirt_jupyter.provision.deletion import NotAllDeleted, Outcome
from qvirt_jupyter.widgets import vm_panel
from qvirt_jupyter.widgets.deletion import Deletion
from qvirt_jupyter.widgets.preferences import preferences
from qvirt_jupyter.widgets.questions import Answer

RUNNING = "11111111-1111-4111-8111-111111111101"
SHUT_OFF = "11111111-1111-4111-8111-111111111104"
ODD = "11111111-1111-4111-8111-111111111110"
NAME = "<i>&\"'"

pytestmark = pytest.mark.usefixtures("a_user_without_a_past")


def a_machine(connection, name=NAME, *paths, attributes="type='file'"):
    quoted = name.replace("&", "&amp;").replace("<", "&lt;")
    disks = "".join(
        f"<disk {attributes} device='disk'><source file='{path}'/><target dev='vd{letter}'/></disk>"
        for letter, path in zip("abcdef", paths, strict=False)
    )
    return connection.domains.define(
        f"<domain type='test'><name>{quoted}</name><memory>1024</memory><os><type>hvm</type></os>"
        f"<devices>{disks}</devices></domain>"
    )


def volumes(connection, *names):
    pool = connection.storage_pools["images"]
    return [pool.create_volume(name, 2**30).path for name in names]


# The request. ------------------------------------------------------------------------------------


def test_a_plan_does_nothing_and_a_run_does_what_it_says(a_connection):
    own, shared = volumes(a_connection, "own", "shared")
    a_machine(a_connection, "neighbour", shared)
    machine = a_machine(a_connection, NAME, own, shared, "/lab/nowhere.img")
    request = DeleteRequest(machine)
    plan = request.plan()
    assert [(row.path, row.ticked, row.fixed, row.users) for row in plan] == [
        (own, True, False, ()),
        (shared, False, False, ("neighbour",)),
        ("/lab/nowhere.img", False, True, ()),
    ]
    assert NAME in a_connection.domains
    assert {"own", "shared"} <= set(a_connection.storage_pools["images"].volumes.names)
    assert "neighbour" in plan._repr_html_()
    assert "&lt;i&gt;" in plan._repr_html_()
    results = request.run(plan)
    assert results.left == ()
    assert NAME not in a_connection.domains
    assert "own" not in a_connection.storage_pools["images"].volumes.names
    assert "shared" in a_connection.storage_pools["images"].volumes.names
    assert results.of(NAME).outcome is Outcome.DELETED
    assert results.of(shared).outcome is Outcome.KEPT


def test_ticks_can_be_changed_but_not_what_is_impossible(a_connection):
    own, shared = volumes(a_connection, "own", "shared")
    a_machine(a_connection, "neighbour", shared)
    plan = DeleteRequest(a_machine(a_connection, NAME, own, shared, "/lab/no.img")).plan()
    assert [row.path for row in plan.tick(shared).ticked] == [own, shared]
    assert plan.untick(own).ticked == ()
    with pytest.raises(ValueError, match="pool"):
        plan.tick("/lab/no.img")
    with pytest.raises(ValueError, match="nobodys"):
        plan.untick("/nobodys")


def test_the_log_has_the_same_request_in_python(a_connection):
    (own,) = volumes(a_connection, "own")
    machine = a_machine(a_connection, NAME, own)
    DeleteRequest(machine).run()
    code = next(job.code for job in jobs if job.title == f"Delete {NAME}")
    assert repr(own) in code
    again = a_machine(a_connection, NAME, *volumes(a_connection, "own"))
    eval(code, {"qvirt_jupyter": qvirt_jupyter, "DeleteRequest": DeleteRequest})  # noqa: S307
    assert again.uuid not in a_connection.domains


def test_a_machine_that_runs_must_be_agreed_to(a_connection):
    with pytest.raises(WrongState, match="power_off"):
        DeleteRequest(a_connection.domains[RUNNING]).run()
    assert a_connection.domains[RUNNING].is_active
    assert not DeleteRequest(a_connection.domains[RUNNING], power_off=True).run().left
    with pytest.raises(NotFound):
        a_connection.domains[RUNNING]


def test_machines_in_all_states_go_at_once(a_connection):
    every = list(a_connection.domains)
    results = DeleteRequest(every, power_off=True).run()
    assert results.left == ()
    assert len(a_connection.domains) == 0


def test_a_volume_that_went_by_itself_is_said_to_be_gone(a_connection):
    (own,) = volumes(a_connection, "own")
    request = DeleteRequest(a_machine(a_connection, NAME, own))
    plan = request.plan()
    a_connection.storage_pools["images"].volumes["own"].delete()
    # What the plan cannot find any more is not deleted either.
    results = request.run(plan)
    assert results.of(own).outcome in (Outcome.GONE, Outcome.KEPT)
    assert NAME not in a_connection.domains


def test_a_pool_that_is_off_keeps_its_volume_and_says_so(a_connection):
    a_machine(a_connection)
    machine = a_connection.domains.define(
        "<domain type='test'><name>by-volume</name><memory>1024</memory>"
        "<os><type>hvm</type></os><devices><disk type='volume' device='disk'>"
        "<source pool='images' volume='disk.qcow2'/><target dev='vda'/></disk></devices></domain>"
    )
    (row, base) = DeleteRequest(machine).plan()
    assert base.path == "/lab/images/base.qcow2"
    assert row.path == "/lab/images/disk.qcow2"
    a_connection.storage_pools["images"].stop()
    (row,) = DeleteRequest(machine).plan()
    assert row.fixed
    assert "images is off" in row.reason
    results = DeleteRequest(machine).run()
    assert results.left == ()
    assert "by-volume" not in a_connection.domains


def test_what_cannot_be_deleted_does_not_keep_the_machine(a_connection):
    (own,) = volumes(a_connection, "own")
    request = DeleteRequest(a_machine(a_connection, NAME, own))
    plan = request.plan()
    # Between the plan and the run the pool is switched off.
    a_connection.storage_pools["images"].stop()
    job = request.submit(plan)
    with pytest.raises(NotAllDeleted) as caught:
        job.result(30)
    assert [row.what for row in caught.value.results.left] == [own]
    assert "images is off" in caught.value.details
    assert NAME not in a_connection.domains


def test_a_request_names_machines_of_one_host(a_connection):
    with pytest.raises(ValueError, match="machine"):
        DeleteRequest([])
    other = connection_to("test:///default")
    with pytest.raises(ValueError, match="hosts"):
        DeleteRequest(
            [a_connection.domains[SHUT_OFF], type(a_connection.domains[SHUT_OFF])(other, ODD)]
        )


# The dialog. -------------------------------------------------------------------------------------


def dialog_of(panel):
    return wait_for(lambda: next(iter(panel._dialog.children), None))


def choosing(dialog):
    state = wait_for(lambda: dialog.shown if dialog.shown["phase"] == "choosing" else None)
    assert state["phase"] == "choosing"
    return state


def opened(panel, uri, *uuids):
    """Open the dialog by the menu of the list, and wait for its plan."""
    keys = [RecordKey("domain", uri, uuid) for uuid in uuids]
    rows = panel._list._rows
    assert wait_for(
        lambda: (
            {(key.uri, key.id) for key in keys}
            <= {(known.uri, known.id) for known in rows.keys.values()}
        )
    )
    act(panel, "delete", *keys)
    dialog = dialog_of(panel)
    choosing(dialog)
    return dialog


def press(dialog, name):
    dialog._receive({"type": "press", "id": name, "client": "window-1"})


def tick(dialog, row, *, ticked=True):
    number = dialog.shown["answered"] + 1
    dialog._receive({"type": "tick", "id": row, "ticked": ticked, "view": "v", "number": number})
    assert wait_for(lambda: dialog.shown["answered"] == number)


def test_the_list_deletes_several_machines_with_their_files(a_manager, a_uri):
    connection = connection_to(a_uri)
    paths = volumes(connection, "first", "second")
    machines = [
        a_machine(connection, name, path) for name, path in zip((NAME, "other"), paths, strict=True)
    ]
    dialog = opened(a_manager, a_uri, *(machine.uuid for machine in machines))
    state = dialog.shown
    assert [row["path"] for row in state["rows"] if row["machine"]] == [NAME, "other"]
    assert state["buttons"][0]["label"] == "Delete 2 virtual machines and 2 files"
    assert state["buttons"][0]["kind"] == "danger"
    tick(dialog, next(row["id"] for row in state["rows"] if row["path"] == paths[1]), ticked=False)
    assert dialog.shown["buttons"][0]["label"] == "Delete 2 virtual machines and 1 file"
    press(dialog, "delete")
    ((number, question),) = wait_for(lambda: a_manager._questions.questions)
    assert question.danger
    assert paths[0] in question.text
    assert paths[1] not in question.text
    assert NAME in connection.domains
    a_manager._questions.answer(number, Answer(remember=True))
    assert wait_for(lambda: not a_manager._dialog.children)
    assert not {NAME, "other"} & set(connection.domains.names)
    assert {"first", "second"} & set(connection.storage_pools["images"].volumes.names) == {"second"}
    assert not preferences.now.confirm_delete_storage


def test_without_that_question_it_is_done_at_once(a_manager, a_uri):
    preferences.set(confirm_delete_storage=False)
    connection = connection_to(a_uri)
    machine = a_machine(connection, NAME, *volumes(connection, "first"))
    dialog = opened(a_manager, a_uri, machine.uuid)
    press(dialog, "delete")
    assert wait_for(lambda: not a_manager._dialog.children)
    assert NAME not in connection.domains


def test_a_running_machine_is_forced_off_only_if_that_is_agreed_to(a_manager, a_uri):
    dialog = opened(a_manager, a_uri, RUNNING)
    state = dialog.shown
    assert "running" in state["force"]
    assert state["buttons"][0]["reason"]
    press(dialog, "delete")
    tick(dialog, "force")
    assert not dialog.shown["buttons"][0]["reason"]
    assert dialog.shown["buttons"][0]["label"].startswith("Force off and delete")
    assert connection_to(a_uri).domains[RUNNING].is_active
    press(dialog, "delete")
    assert wait_for(lambda: len(domains(a_manager)) == 9)


def test_what_could_not_be_deleted_stays_visible(a_manager, a_uri):
    preferences.set(confirm_delete_storage=False)
    connection = connection_to(a_uri)
    (path,) = volumes(connection, "first")
    machine = a_machine(connection, NAME, path)
    dialog = opened(a_manager, a_uri, machine.uuid)
    connection.storage_pools["images"].stop()
    press(dialog, "delete")
    state = wait_for(lambda: dialog.shown if dialog.shown["phase"] == "over" else None)
    outcomes = {row["path"]: row["outcome"] for row in state["rows"]}
    assert outcomes[NAME] == "deleted"
    assert outcomes[path] in ("failed", "kept")
    assert state["text"]
    assert [button["id"] for button in state["buttons"]] == ["again", "close"]
    # The machine is gone, so there is nothing to plan: the file is tried once more.
    press(dialog, "again")
    state = wait_for(lambda: dialog.shown if dialog.shown["phase"] == "over" else None)
    outcomes = {row["path"]: row["outcome"] for row in state["rows"]}
    assert outcomes[path] in ("failed", "kept")
    connection.storage_pools["images"].start()
    press(dialog, "again")
    assert wait_for(lambda: not a_manager._dialog.children)
    assert "first" not in connection.storage_pools["images"].volumes.names


def test_machines_of_two_hosts_are_deleted_at_once(a_manager, a_uri, tmp_path):
    preferences.set(confirm_delete_storage=False)
    other = tmp_path / "other.xml"
    other.write_text(Path(a_uri.removeprefix("test://")).read_text())
    elsewhere = qvirt_jupyter.connect(f"test://{other}")
    try:
        here = connection_to(a_uri)
        paths = [volumes(each, "first")[0] for each in (here, elsewhere)]
        machines = [
            a_machine(here, "here", paths[0]),
            a_machine(elsewhere, "there", paths[1]),
        ]
        a_manager._delete(machines)
        dialog = dialog_of(a_manager)
        state = choosing(dialog)
        assert [row["path"] for row in state["rows"]] == ["here", paths[0], "there", paths[1]]
        assert state["buttons"][0]["label"] == "Delete 2 virtual machines and 2 files"
        mine, theirs = (row["id"] for row in state["rows"] if not row["machine"])
        assert mine != theirs, "the same path on two hosts is two files"
        tick(dialog, mine, ticked=False)
        # On one of them it fails: both say what became of theirs.
        elsewhere.storage_pools["images"].stop()
        press(dialog, "delete")
        state = wait_for(lambda: dialog.shown if dialog.shown["phase"] == "over" else None)
        assert [row["outcome"] for row in state["rows"]][0::2] == ["deleted", "deleted"]
        assert "first" in here.storage_pools["images"].volumes.names, "it was unticked"
        elsewhere.storage_pools["images"].start()
        press(dialog, "again")
        assert wait_for(lambda: not a_manager._dialog.children)
        assert "first" not in elsewhere.storage_pools["images"].volumes.names
        assert "here" not in here.domains
        assert "there" not in elsewhere.domains
    finally:
        elsewhere.close()


def test_a_machine_that_went_meanwhile_is_said_to_be_gone(a_manager, a_uri):
    connection = connection_to(a_uri)
    machine = a_machine(connection)
    key = RecordKey("domain", a_uri, machine.uuid)
    assert wait_for(lambda: len(domains(a_manager)) == 11)
    connection.call(lambda raw: raw.lookupByUUIDString(machine.uuid).undefine())
    a_manager._delete([connection.domains._handle(NAME, key.id)])
    state = choosing(dialog_of(a_manager))
    assert "gone already" in state["problem"]
    assert [button["id"] for button in state["buttons"]] == ["close"]


def test_the_tab_of_a_machine_has_the_same_dialog(a_connection):
    connection = a_connection
    machine = a_machine(connection)
    panel = vm_panel(machine)
    spec = wait_for(
        lambda: next(
            (
                each
                for each in (panel._head.shown or {}).get("buttons", ())
                if each["id"] == "delete" and not each["reason"]
            ),
            None,
        )
    )
    assert spec["label"] == "Delete…"
    panel._head._receive({"type": "press", "id": "delete", "client": "window-1"})
    dialog = dialog_of(panel)
    assert isinstance(dialog, Deletion)
    choosing(dialog)
    press(dialog, "delete")
    assert wait_for(lambda: NAME not in connection.domains)
    panel.close()


def test_what_a_browser_says_is_not_trusted(a_manager, a_uri):
    dialog = opened(a_manager, a_uri, SHUT_OFF)
    for content in (
        {"type": "tick", "id": "99 99", "ticked": True, "view": "v", "number": 1},
        {"type": "tick", "id": 3, "ticked": "yes"},
        {"type": "press", "id": "again"},
        {"type": "press"},
    ):
        dialog._receive(content)
    assert wait_for(lambda: dialog.shown["answered"] == 1)
    assert SHUT_OFF in connection_to(a_uri).domains
