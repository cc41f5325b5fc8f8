"""The process has one of each store; a test gives it the state of one that was just made."""

from __future__ import annotations


def make_fresh(monkeypatch, store):
    """Let a store read the test's own folder, until the test ends."""
    for name, value in vars(store).items():
        # as it is now: that is what comes back at the end
        monkeypatch.setattr(store, name, value)
    type(store).__init__(store)
