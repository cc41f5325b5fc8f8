"""Every action is logged once, with its equivalent code, and without its secrets."""

from __future__ import annotations

import threading
import traceback

import pytest

from qvirt_jupyter._translation import _
from qvirt_jupyter.hypervisor import publisher
from qvirt_jupyter.hypervisor.action_log import MASK, REMEMBERED, action_log, mask
from qvirt_jupyter.hypervisor.actions import Submit, action, perform, submit
from qvirt_jupyter.hypervisor.errors import ConnectionLost, OperationFailed, Subject
from qvirt_jupyter.hypervisor.job import Job, current_job
from qvirt_jupyter.hypervisor.job_state import JobState
from qvirt_jupyter.hypervisor.pool import WorkerPool, is_pool_thread

WEB = Subject("domain", "web", "test:///default", "6695eb01")


class Lamp:
    """Something with actions: no libvirt is needed to see how they are logged."""

    code = 'connect("test:///default").lamps["web"]'
    subject = WEB

    def __init__(self):
        self.pool = WorkerPool("lamp")
        self.connection = self
        self.settlements = []
        self.on = False

    def settled(self, kind, identity):
        self.settlements.append((kind, identity, self.on))

    @action(_("Switch {name} to {brightness}"))
    def switch(self, brightness=100, *, colour="white"):
        """Switch it on."""
        assert is_pool_thread()
        self.on = True
        return brightness, colour

    @action(_("Lock {name}"), secrets=("password",))
    def lock(self, password, hint=None):
        """Lock it."""
        self.hint = hint
        if password != "right":  # noqa: S105 - a test's own
            raise OperationFailed("Wrong password.", subject=self.subject)

    @action(_("Blink {name}"))
    def blink(self):
        """Switch it twice: one action."""
        self.switch(1)
        return self.switch(2)

    @action(
        _("Wait for {name}"),
        progress=lambda _lamp: lambda: (0.5, "Half"),
        cancel=lambda lamp: lamp.gate.set,
    )
    def wait(self):
        """Wait until it is stopped."""
        assert self.gate.wait(30)
        current_job().check_cancelled()

    @action(_("Watch {name}"), own_thread=True)
    def watch(self):
        """Wait for whoever walks by."""
        assert not is_pool_thread()
        return threading.current_thread()

    @property
    def submit(self):
        return Submit(self)


@pytest.fixture
def a_lamp():
    lamp = Lamp()
    yield lamp
    lamp.pool.close()


def test_what_waits_for_a_guest_takes_no_thread_of_the_pool(a_lamp):
    threads = {a_lamp.watch(), a_lamp.submit.watch().result(30)}
    assert len(threads) == 2
    assert threading.current_thread() not in threads
    assert action_log.entries[-1].what == "Watch web"
    assert not a_lamp.settlements
    # A connection that is closed is said by the first call of libvirt in it.
    a_lamp.pool.close()
    assert a_lamp.watch() is not None


def test_a_blocking_call_returns_its_result_and_is_logged_once(a_lamp):
    before = len(action_log)
    assert a_lamp.switch(50, colour="red") == (50, "red")
    entry = action_log.entries[-1]
    assert len(action_log) == min(before + 1, REMEMBERED)
    assert entry.what == "Switch web to 50"
    assert entry.code == 'connect("test:///default").lamps["web"].switch(50, colour=\'red\')'
    assert entry.outcome is JobState.SUCCEEDED
    assert entry.error == ""
    assert 0 <= entry.duration < 5
    assert entry.subject is WEB


def test_the_submitted_form_returns_a_job_and_is_logged_once(a_lamp):
    before = len(action_log)
    job = a_lamp.submit.switch(50)
    assert isinstance(job, Job)
    assert job.result(30) == (50, "white")
    assert len(action_log) == min(before + 1, REMEMBERED)
    assert action_log.entries[-1].code.endswith(".switch(50)")
    assert a_lamp.submit.switch.__doc__ == "Switch it on."


def test_what_changed_is_read_before_the_call_returns(a_lamp):
    a_lamp.switch()
    assert a_lamp.settlements == [("domain", "6695eb01", True)]


def test_a_failure_is_logged_with_its_reason(a_lamp):
    with pytest.raises(OperationFailed):
        a_lamp.lock("wrong")
    entry = action_log.entries[-1]
    assert (entry.outcome, entry.error) == (JobState.FAILED, "web: Wrong password.")
    # Half of an action may have been done.
    assert a_lamp.settlements


@pytest.mark.parametrize(("arguments", "keywords"), [(("right",), {}), ((), {"password": "right"})])
def test_secrets_are_in_no_entry(a_lamp, arguments, keywords):
    a_lamp.lock(*arguments, hint="none", **keywords)
    code = action_log.entries[-1].code
    assert "right" not in code
    assert MASK in code
    assert "hint='none'" in code


def test_a_step_of_an_action_is_not_logged_by_itself(a_lamp):
    before = [entry.id for entry in action_log.entries]
    assert a_lamp.blink() == (2, "white")
    new = [entry for entry in action_log.entries if entry.id not in before]
    assert [entry.what for entry in new] == ["Blink web"]


def test_an_action_with_progress_can_be_stopped(a_lamp):
    a_lamp.gate = threading.Event()
    job = a_lamp.submit.wait()
    told = threading.Event()
    job.on_change(lambda job: told.set() if job.phase == "Half" else None)
    assert told.wait(30)
    assert action_log.entries[-1].outcome is JobState.RUNNING
    assert action_log.entries[-1].duration is None
    job.cancel()
    while not job.done():
        publisher.flush()
    while action_log.entries[-1].outcome is JobState.RUNNING:
        publisher.flush()
    assert action_log.entries[-1].outcome is JobState.CANCELLED


def test_subscribers_hear_of_the_beginning_and_of_the_end(a_lamp):
    a_lamp.gate = threading.Event()
    heard = []
    publisher.flush()
    with action_log.subscribe(heard.append):
        job = a_lamp.submit.wait()
        publisher.flush()
        assert {entry.id for entry in heard} == {job.id}
        a_lamp.gate.set()
        job.result(30)
        while not heard[-1].outcome.is_final:
            publisher.flush()
    assert heard[-1].id == job.id
    assert heard[-1].outcome is JobState.SUCCEEDED


def test_a_closed_connection_is_the_outcome_of_the_job(a_lamp):
    a_lamp.pool.close()
    with pytest.raises(ConnectionLost):
        a_lamp.switch()
    job = a_lamp.submit.switch()
    assert job.state is JobState.FAILED
    assert action_log.entries[-1].outcome is JobState.FAILED


def test_what_waits_when_a_connection_closes_ends_and_its_caller_is_told(a_lamp):
    a_lamp.pool = WorkerPool("lamp", size=1)
    entered, leave = threading.Event(), threading.Event()

    def occupy():
        entered.set()
        leave.wait(30)

    a_lamp.pool.submit(occupy)
    assert entered.wait(30)
    waiting = Submit(a_lamp).switch()
    heard = []
    caller = threading.Thread(target=lambda: heard.append(_error_of(a_lamp.switch)))
    caller.start()
    while len(action_log.entries) < 2 or waiting.state is not JobState.QUEUED:
        threading.Event().wait(0.01)
    threading.Event().wait(0.1)
    closing = threading.Thread(target=a_lamp.pool.close, kwargs={"timeout": 0.1})
    closing.start()
    caller.join(30)
    leave.set()
    closing.join(30)
    assert not caller.is_alive(), "a blocking call waits for ever"
    assert isinstance(heard[0], ConnectionLost)
    with pytest.raises(ConnectionLost):
        waiting.result(timeout=30)
    assert waiting.state is JobState.FAILED
    assert all(entry.outcome.is_final for entry in action_log.entries)


def _error_of(function):
    try:
        function()
    except Exception as error:  # noqa: BLE001 - it is looked at
        return error
    return None


def test_submit_lists_the_actions_and_nothing_else(a_lamp):
    assert dir(a_lamp.submit) == ["blink", "lock", "switch", "wait", "watch"]
    with pytest.raises(AttributeError, match="there are blink, lock, switch, wait"):
        a_lamp.submit.explode()
    with pytest.raises(AttributeError):
        a_lamp.submit.pool  # noqa: B018 - looking is the test


def test_wrong_arguments_are_refused_before_anything_is_logged(a_lamp):
    before = action_log.entries
    with pytest.raises(TypeError):
        a_lamp.switch(1, 2, 3)
    with pytest.raises(TypeError):
        a_lamp.submit.switch(nonsense=1)
    assert action_log.entries == before


def test_the_bare_functions_do_the_same(a_lamp):
    assert perform(a_lamp, WEB, "Do it", "do()", lambda: 1) == 1
    assert submit(a_lamp, WEB, "Do it", "do()", lambda: 2).result(30) == 2
    assert [entry.code for entry in action_log.entries[-2:]] == ["do()", "do()"]


@pytest.mark.parametrize(
    "text",
    [
        "<graphics type='vnc' passwd='geheim' port='1'/>",
        '<graphics passwd = "geheim"/>',
        "define('<graphics passwd=\\'geheim\\'/>')",
        "<password>geheim</password>",
        "<passphrase encoding='hex'>geheim</passphrase>",
        "<graphics passwd='geh>eim'/>".replace("geh>eim", "a>geheim"),
        "<graphics\npasswd='geheim\nlang'/>",
    ],
)
def test_passwords_in_xml_are_masked(text):
    assert "geheim" not in mask(text)
    assert MASK in mask(text)


def test_the_rest_of_the_xml_stays():
    text = "<graphics type='vnc' passwd='geheim' port='1'/>"
    assert mask(text) == f"<graphics type='vnc' passwd='{MASK}' port='1'/>"
    assert mask("<domain>plain</domain>") == "<domain>plain</domain>"


def test_a_traceback_is_the_call_and_the_method(a_lamp):
    """What runs an action is ten frames long, and hides in a notebook what went wrong."""
    with pytest.raises(OperationFailed) as caught:
        a_lamp.lock("wrong")
    _test, *inside = traceback.extract_tb(caught.value.__traceback__)
    # Python versions differ in whether the frame that raises again is among them.
    assert [frame.name for frame in inside if frame.name != "wrapper"] == ["lock"]


def test_a_wrong_call_is_told_what_the_method_takes(a_lamp):
    with pytest.raises(TypeError, match=r"switch\(brightness=100, \*, colour='white'\): too many"):
        a_lamp.switch(1, "red")
