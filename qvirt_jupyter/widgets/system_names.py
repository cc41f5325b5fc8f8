"""What guests' operating systems are called."""

from __future__ import annotations


def system_name(identity: str) -> str:
    """Return an operating system's name from libosinfo's identity of it.

    ``http://debian.org/debian/12`` is ``debian 12``.
    https://libosinfo.org
    """
    _scheme, _slashes, rest = identity.partition("://")
    _vendor, _slash, path = rest.partition("/")
    return path.replace("/", " ").strip() or identity
