"""The pool: daemon threads that come and go, and never wait for one another."""

from __future__ import annotations

import subprocess
import sys
import threading
import time

import libvirt
import pytest

from qvirt_jupyter.hypervisor import event_loop
from qvirt_jupyter.hypervisor.errors import ConnectionLost
from qvirt_jupyter.hypervisor.pool import WorkerPool, as_pool_thread, is_pool_thread


@pytest.fixture
def a_pool():
    pool = WorkerPool("test", size=2)
    yield pool
    pool.close()


def wait_for(condition):
    end = time.monotonic() + 30
    while not condition():
        assert time.monotonic() < end, "it did not happen in time"
        time.sleep(0.01)


def test_it_returns_results_and_raises_errors(a_pool):
    assert a_pool.run(lambda: 42) == 42
    with pytest.raises(ZeroDivisionError):
        a_pool.run(lambda: 1 / 0)


def test_work_runs_beside_the_caller_and_in_at_most_so_many_threads(a_pool):
    gate = threading.Event()
    names = set()

    def work():
        names.add(threading.current_thread())
        gate.wait(30)

    futures = [a_pool.submit(work) for _ in range(6)]
    wait_for(lambda: len(names) == 2)
    # A third would be there by now.
    time.sleep(0.1)
    assert len(names) == 2
    assert all(thread.daemon and thread is not threading.current_thread() for thread in names)
    gate.set()
    for future in futures:
        future.result(30)


def test_a_task_may_use_its_own_pool_without_a_deadlock(a_pool):
    def nested(depth):
        assert is_pool_thread()
        return depth if depth == 5 else a_pool.run(lambda: nested(depth + 1))

    # Both threads are busy with tasks that need the pool themselves.
    futures = [a_pool.submit(lambda: nested(0)) for _ in range(2)]
    assert [future.result(30) for future in futures] == [5, 5]


def test_two_pools_that_need_each_other_do_not_lock_up():
    first, second = WorkerPool("first", size=1), WorkerPool("second", size=1)
    there = first.submit(lambda: second.run(lambda: first.run(lambda: "there")))
    back = second.submit(lambda: first.run(lambda: second.run(lambda: "back")))
    assert (there.result(30), back.result(30)) == ("there", "back")
    first.close()
    second.close()


def test_a_closed_pool_takes_nothing_and_drops_what_waits(a_pool):
    gate = threading.Event()
    running = [a_pool.submit(lambda: gate.wait(30)) for _ in range(2)]
    waiting = a_pool.submit(lambda: "never")
    closing = threading.Thread(target=a_pool.close)
    closing.start()
    assert isinstance(waiting.exception(timeout=30), ConnectionLost)
    gate.set()
    closing.join(30)
    assert all(future.result(30) for future in running)
    with pytest.raises(ConnectionLost, match="is closed"):
        a_pool.submit(lambda: None)


def test_idle_threads_end_and_come_back(a_pool, monkeypatch):
    monkeypatch.setattr("qvirt_jupyter.hypervisor.pool.IDLE", 0.05)
    before = threading.active_count()
    a_pool.run(lambda: None)
    wait_for(lambda: threading.active_count() <= before)
    assert a_pool.run(lambda: "again") == "again"


def test_a_thread_can_be_marked_as_the_connections_own():
    with as_pool_thread():
        assert is_pool_thread()
    assert not is_pool_thread()


def test_waiting_on_the_event_thread_is_refused(a_pool):
    event_loop.start()
    caught = []
    done = threading.Event()

    def on_timer(_timer, _opaque):
        assert event_loop.is_event_thread()
        try:
            a_pool.run(lambda: None)
        except RuntimeError as error:
            caught.append(str(error))
        done.set()

    timer = libvirt.virEventAddTimeout(0, on_timer, None)
    try:
        assert done.wait(30)
    finally:
        libvirt.virEventRemoveTimeout(timer)
    assert ".submit" in caught[0]
    assert not event_loop.is_event_thread()


def test_the_event_loop_stops_and_starts_again():
    event_loop.start()
    event_loop.stop()
    names = [thread.name for thread in threading.enumerate()]
    assert event_loop.THREAD_NAME not in names
    event_loop.start()
    event_loop.start()
    names = [thread.name for thread in threading.enumerate()]
    assert names.count(event_loop.THREAD_NAME) == 1


HANGING = """
import threading, time
from qvirt_jupyter.hypervisor import connect
connection = connect("test:///default")
connection.pool.submit(lambda: time.sleep(100))
connection.stats.watch()
connection.inventory.subscribe(lambda batch: None)
time.sleep(0.2)
print("end")
"""


def test_the_interpreter_ends_though_a_call_hangs():
    done = subprocess.run(
        [sys.executable, "-c", HANGING], capture_output=True, text=True, timeout=60, check=False
    )
    assert (done.returncode, done.stdout) == (0, "end\n"), done.stderr
    assert done.stderr == ""


def test_what_hangs_is_written_off_and_the_rest_has_its_turn(a_pool):
    """A call into a connection that broke may never return: nobody waits for it, nothing does."""
    go_on, begun = threading.Event(), threading.Barrier(a_pool.size + 1)
    hanging = [
        a_pool.submit(lambda: (begun.wait(30), go_on.wait())) for _number in range(a_pool.size)
    ]
    begun.wait(30)
    waiting = a_pool.submit(lambda: "its turn")
    assert not waiting.done()
    lost = ConnectionLost("It broke.")
    a_pool.write_off(lost)
    assert all(future.exception(30) is lost for future in hanging)
    assert waiting.result(30) == "its turn"
    # What returns after all counts no more, and its threads end.
    go_on.set()
    assert a_pool.submit(lambda: "more").result(30) == "more"
    assert all(future.exception() is lost for future in hanging)


def test_who_notices_the_loss_has_an_error_of_its_own(a_pool):
    def notice():
        a_pool.write_off(ConnectionLost("Not this one."))
        raise ConnectionLost("Mine.")

    assert str(a_pool.submit(notice).exception(30)) == "Mine."
    assert a_pool.submit(lambda: "more").result(30) == "more"
