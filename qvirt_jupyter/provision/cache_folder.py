"""Where things are kept that can be made again: built guests, results of the KVM probe."""

from __future__ import annotations

import os
from pathlib import Path


def cache_folder() -> Path:
    """Return the user's own cache folder of this package; it need not exist yet.

    It follows ``XDG_CACHE_HOME``
    (https://specifications.freedesktop.org/basedir-spec/latest/).
    """
    base = os.environ.get("XDG_CACHE_HOME", "")
    # The specification says that a relative path in the variable is to be ignored.
    folder = Path(base) if base.startswith("/") else Path.home() / ".cache"
    return folder / "qvirt-jupyter"
