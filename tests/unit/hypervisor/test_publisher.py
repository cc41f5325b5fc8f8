"""The publisher: one thread, in order, the newest for each key, and nothing swallowed."""

from __future__ import annotations

import logging
import threading
import time

import pytest

from qvirt_jupyter.hypervisor.publisher import Publisher, Subscribers, Subscription


@pytest.fixture
def a_publisher():
    return Publisher(delay=0.03)


def test_posts_with_one_key_become_one(a_publisher):
    ran = []
    # However slowly this test is run, the thread is busy until all is posted.
    busy, go_on = threading.Event(), threading.Event()
    a_publisher.post(None, lambda: (busy.set(), go_on.wait(30)))
    assert busy.wait(30)
    for number in range(100):
        a_publisher.post("key", lambda number=number: ran.append(number))
    go_on.set()
    assert a_publisher.flush()
    assert ran == [99]


def test_keys_keep_their_order_and_none_is_never_replaced(a_publisher):
    ran = []
    a_publisher.post("a", lambda: ran.append("a"))
    a_publisher.post(None, lambda: ran.append(1))
    a_publisher.post("b", lambda: ran.append("b"))
    a_publisher.post(None, lambda: ran.append(2))
    a_publisher.post("a", lambda: ran.append("A"))
    a_publisher.flush()
    assert ran == ["A", 1, "b", 2]


def test_it_runs_on_one_thread_of_its_own_without_being_flushed(a_publisher):
    ran = threading.Event()
    threads = []
    a_publisher.post(1, lambda: (threads.append(threading.current_thread()), ran.set()))
    assert ran.wait(30)
    a_publisher.post(2, lambda: threads.append(threading.current_thread()))
    a_publisher.flush()
    assert threads[0] is threads[1] is not threading.current_thread()
    assert threads[0].daemon


def test_what_has_nothing_to_gather_takes_the_rest_along():
    slow = Publisher(delay=60.0)
    ran = []
    slow.post("gathered", lambda: ran.append("gathered"))
    slow.post("now", lambda: ran.append("now"), delay=0.0)
    assert slow.flush(5.0)
    assert ran == ["gathered", "now"]


def test_posting_all_the_time_does_not_put_it_off_for_ever(a_publisher):
    ran = threading.Event()
    end = time.monotonic() + 30
    while time.monotonic() < end and not ran.is_set():
        a_publisher.post("key", ran.set)
    assert ran.is_set()


def test_an_error_is_logged_and_the_rest_runs(a_publisher, caplog):
    ran = []

    def fail():
        raise ValueError("no view")

    with caplog.at_level(logging.ERROR):
        a_publisher.post("a", fail)
        a_publisher.post("b", lambda: ran.append(1))
        a_publisher.flush()
    assert ran == [1]
    assert "no view" in caplog.text


def test_what_is_posted_while_it_runs_runs_too(a_publisher):
    ran = []
    a_publisher.post("a", lambda: a_publisher.post("a", lambda: ran.append("later")))
    assert a_publisher.flush()
    assert ran == ["later"]


def test_it_does_not_wait_for_itself(a_publisher):
    errors = []

    def wait():
        with pytest.raises(RuntimeError) as caught:
            a_publisher.flush()
        errors.append(caught.value)

    a_publisher.post(None, wait)
    a_publisher.flush()
    assert errors


def test_a_subscription_closes_once():
    closed = []
    with Subscription(lambda: closed.append(1)) as subscription:
        assert not subscription.closed
        subscription.close()
    assert closed == [1]
    assert subscription.closed


def test_a_failing_subscriber_does_not_keep_the_others_from_theirs(caplog):
    subscribers = Subscribers()
    seen = []
    subscribers.add(lambda _value: 1 / 0)
    second = subscribers.add(seen.append)
    subscribers.call("x")
    assert seen == ["x"]
    assert "ZeroDivisionError" in caplog.text
    second.close()
    subscribers.call("y")
    assert seen == ["x"]
