"""Every cell of the table of states, driven against libvirt's test driver."""

from __future__ import annotations

import pytest

from qvirt_jupyter.hypervisor import (
    LIFECYCLE,
    Action,
    DomainState,
    InvalidDefinition,
    OperationFailed,
    Unsupported,
    WrongState,
    action_log,
    allowed,
)

CELLS = [(action, state) for action in Action for state in DomainState]
ALLOWED = [(action, state) for action, state in CELLS if LIFECYCLE[action][state] is None]
REFUSED = [(action, state) for action, state in CELLS if LIFECYCLE[action][state] is not None]

UNSUPPORTED = {
    # The test driver knows neither flag nor call; tests/qemu has these cells.
    (Action.START_PAUSED, DomainState.SHUTOFF),
    (Action.START_PAUSED, DomainState.SAVED),
    (Action.RESUME, DomainState.SUSPENDED),
}
# Where the machine is afterwards; an action that is not here leaves it as it was.
AFTERWARDS = {
    Action.START: DomainState.RUNNING,
    Action.SHUTDOWN: DomainState.SHUTOFF,
    Action.REBOOT: DomainState.RUNNING,
    Action.DESTROY: DomainState.SHUTOFF,
    Action.SUSPEND: DomainState.PAUSED,
    Action.RESUME: DomainState.RUNNING,
    Action.SAVE: DomainState.SHUTOFF,
    Action.MANAGED_SAVE: DomainState.SAVED,
    Action.RESTORE: DomainState.RUNNING,
    Action.DROP_SAVED_STATE: DomainState.SHUTOFF,
}
ARGUMENTS = {
    Action.SAVE: ("/nowhere/else.save",),
    Action.SET_AUTOSTART: (True,),
    Action.RENAME: ("new name",),
    Action.SET_TITLE: ("T",),
    Action.SET_DESCRIPTION: ("D",),
    Action.SET_TAGS: (["a"],),
    Action.SET_GROUP: ("G",),
}


def words(value):
    return value.value


def method(machine, action):
    """Return the method that does an action, and its arguments."""
    if action is Action.START_PAUSED:
        return lambda: machine.start(paused=True)
    return lambda: getattr(machine, action.value)(*ARGUMENTS.get(action, ()))


@pytest.fixture
def a_machine(a_connection, state):
    machine = a_connection.domains[state.value]
    assert machine.state is state
    return machine


@pytest.mark.parametrize(("action", "state"), ALLOWED, ids=words)
def test_allowed(a_machine, action, state, tmp_path, monkeypatch):
    monkeypatch.setitem(ARGUMENTS, Action.SAVE, (str(tmp_path / "memory"),))
    do = method(a_machine, action)
    assert a_machine.refusal(action) is None
    if (action, state) in UNSUPPORTED:
        with pytest.raises(Unsupported):
            do()
        assert a_machine.state is state
        return
    do()
    if action is Action.UNDEFINE:
        assert state.value not in a_machine.connection.domains
    else:
        assert a_machine.state is AFTERWARDS.get(action, state)


@pytest.mark.parametrize(("action", "state"), REFUSED, ids=words)
def test_refused(a_machine, action, state):
    entries = len(action_log.entries)
    with pytest.raises(WrongState) as caught:
        method(a_machine, action)()
    refusal = allowed(state, action)
    assert caught.value.reason == refusal.reason
    assert caught.value.next_step == refusal.next_step
    assert caught.value.subject == a_machine.subject
    # libvirt was not asked: the test driver would have done much of this.
    assert caught.value.code is None
    assert a_machine.state is state
    assert a_machine.name == state.value
    # A refusal is an outcome like any other.
    assert len(action_log.entries) in {entries + 1, 1000}
    assert action_log.entries[-1].error


@pytest.mark.parametrize(
    "action",
    [Action.MANAGED_SAVE, Action.UNDEFINE, Action.SET_AUTOSTART, Action.RENAME],
    ids=words,
)
def test_a_transient_machine_has_no_definition_to_change(a_connection, action):
    machine = a_connection.domains["transient"]
    assert not machine.persistent
    with pytest.raises(WrongState, match="transient"):
        method(machine, action)()
    assert "transient" in a_connection.domains


def test_blocked_counts_as_running(a_connection):
    machine = a_connection.domains["blocked"]
    assert machine.state is DomainState.RUNNING
    machine.suspend()
    assert machine.state is DomainState.PAUSED


def test_libvirts_own_answer_is_mapped_where_the_state_moved_on(a_connection, monkeypatch):
    machine = a_connection.domains["paused"]
    # Between the look at the table and the call, somebody else resumes the machine.
    check = type(machine)._check

    def check_and_lose(self, action):
        check(self, action)
        self._call(lambda domain: domain.resume())

    monkeypatch.setattr(type(machine), "_check", check_and_lose)
    with pytest.raises(OperationFailed, match="not paused") as caught:
        machine.resume()
    assert caught.value.code is not None
    assert caught.value.subject.name == "paused"


def test_a_reason_is_given_in_words(a_connection):
    machine = a_connection.domains["running"]
    machine.suspend()
    machine.resume()
    assert machine.reason == "resumed"
    machine.destroy()
    assert machine.reason == "forced off"


@pytest.mark.parametrize("mode", ["acpi", "agent"])
def test_a_driver_without_the_mode_says_so(a_connection, mode):
    machine = a_connection.domains["running"]
    with pytest.raises(Unsupported, match="in this way"):
        machine.shutdown(mode)
    assert machine.state is DomainState.RUNNING


def test_a_mode_that_does_not_exist_is_refused(a_connection):
    with pytest.raises(InvalidDefinition, match="'acpi', 'agent'"):
        a_connection.domains["running"].shutdown("hammer")


def test_graceful_and_forced_off(a_connection):
    for name in ("running", "paused"):
        machine = a_connection.domains[name]
        machine.destroy(graceful=name == "running")
        assert machine.state is DomainState.SHUTOFF


def test_a_saved_state_is_dropped(a_connection):
    machine = a_connection.domains["saved"]
    machine.drop_saved_state()
    machine.start()
    assert machine.state is DomainState.RUNNING
    assert machine.reason == "booted"


def test_save_to_a_file_and_bring_it_back(a_connection, tmp_path):
    machine = a_connection.domains["running"]
    file = tmp_path / "memory of <running>"
    machine.save(str(file))
    assert machine.state is DomainState.SHUTOFF
    assert file.stat().st_size
    a_connection.restore_file(str(file))
    assert machine.state is DomainState.RUNNING


@pytest.mark.parametrize("path", ["here.save", "", "../up.save"])
def test_a_path_must_be_absolute(a_connection, path):
    with pytest.raises(InvalidDefinition, match="not an absolute path"):
        a_connection.domains["running"].save(path)
    assert a_connection.domains["running"].is_active


def test_submit_returns_a_job_with_the_equivalent_call(a_connection):
    machine = a_connection.domains["running"]
    job = machine.submit.managed_save()
    job.result(30)
    assert machine.state is DomainState.SAVED
    assert job.code.endswith(".domains['running'].managed_save()")
    assert job.subject == machine.subject
    assert {"start", "destroy", "rename", "undefine"} <= set(dir(machine.submit))


def test_a_handle_outlives_the_machine(a_connection):
    machine = a_connection.domains["shutoff"]
    machine.undefine()
    with pytest.raises(KeyError, match="does not exist"):
        machine.start()
    assert "does not exist" in repr(machine)
    assert "does not exist" in machine._repr_html_()


def test_a_driver_that_cannot_stop_a_save_offers_no_cancel(a_connection):
    machine = a_connection.domains["running"]
    assert machine.job_progress() is None
    job = machine.submit.managed_save()
    job.result(30)
    assert job._cancel is None
    with pytest.raises(Unsupported):
        machine.abort_job()
