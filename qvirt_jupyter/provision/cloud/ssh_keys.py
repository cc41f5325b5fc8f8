"""SSH keys that may sign in, and those that the user has."""

from __future__ import annotations

import base64
import binascii
import itertools
import re
from pathlib import Path
from typing import Final

from qvirt_jupyter._translation import LazyString, _

_KIND: Final = re.compile(
    r"(?:ssh-(?:rsa|dss|ed25519)|ecdsa-sha2-nistp(?:256|384|521)"
    r"|sk-(?:ssh-ed25519|ecdsa-sha2-nistp256)@openssh\.com)(?:-cert-v01@openssh\.com)?"
)
_LENGTH: Final = 4
"""Bytes of the number that stands before each part of a key."""
_PARTS: Final = 32
_AT_MOST: Final = 64 * 1024
"""Bytes of a file of a key."""


def wrong_with_key(key: str) -> LazyString | None:
    """Return what is wrong with a public key, or None.

    It is a line of ``authorized_keys``: options, the kind, the key, a comment (sshd(8)).
    """
    if "PRIVATE KEY" in key:
        return _("This is a private key, which stays with you. Give the one in the .pub file.")
    if "\n" in key.strip() or "\r" in key.strip():
        return _("Each SSH key is one line.")
    words = key.split()
    for kind, body in itertools.pairwise(words):
        if _KIND.fullmatch(kind):
            return None if _is_body(kind, body) else _("The SSH key is cut off or damaged.")
    return _("This is no public SSH key. One begins with its kind, such as ssh-ed25519.")


def own_ssh_keys(home: Path | None = None) -> tuple[str, ...]:
    """Return the user's own public keys: ``~/.ssh/*.pub``.

    Parameters
    ----------
    home
        The home folder; the user's own where it is left out.
    """
    found: dict[str, None] = {}
    try:
        files = sorted(((home or Path.home()) / ".ssh").glob("*.pub"))
    except (OSError, RuntimeError):
        # No home, or one that may not be read.
        return ()
    for file in files:
        try:
            with file.open("rb") as opened:
                text = opened.read(_AT_MOST).decode()
        except (OSError, UnicodeDecodeError):
            # A key that cannot be read is not offered.
            continue
        for line in text.splitlines():
            key = line.strip()
            if key and not key.startswith("#") and wrong_with_key(key) is None:
                found[key] = None
    return tuple(found)


def _is_body(kind: str, body: str) -> bool:
    """Tell whether the key is whole and names its kind (RFC 4253, 6.6; RFC 4251, 5)."""
    try:
        content = base64.b64decode(body, validate=True)
    except (ValueError, binascii.Error):
        return False
    parts: list[bytes] = []
    while content:
        end = _LENGTH + int.from_bytes(content[:_LENGTH], "big")
        if len(content) < end or len(parts) == _PARTS:
            return False
        parts.append(content[_LENGTH:end])
        content = content[end:]
    return len(parts) > 1 and parts[0] == kind.encode()
