"""The process has one of each store; a test gives it the state of one that was just made."""

from __future__ import annotations

KEPT = frozenset[str]()
"""What others hold on to."""


def make_fresh(monkeypatch, store):
    """Let a store read the test's own folder, until the test ends."""
    for name, value in vars(type(store)()).items():
        if name not in KEPT:
            monkeypatch.setattr(store, name, value)
