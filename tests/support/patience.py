"""Waiting in tests of the browser for what comes, without a guess how long it takes."""

import time


def until(page, question, seconds=120):
    """Ask until the answer is true, and return it; the last answer where it never is.

    The page goes on meanwhile, as it does not where a test sleeps.
    """
    end = time.monotonic() + seconds
    while not (answer := question()) and time.monotonic() < end:
        page.wait_for_timeout(100)
    return answer
