"""Passwords become what /etc/shadow holds, so that the seed never has them in the clear."""

from __future__ import annotations

import re
from typing import Final

from passlib.hash import sha512_crypt

ROUNDS: Final = 100_000
"""Twenty times what Debian 12 takes for this kind; a tenth of a second, also in a slow guest."""
# crypt(5): MD5, bcrypt, SHA-256, SHA-512, yescrypt and its relative.
_HASHED: Final = re.compile(r"\$(?:1|2[abxy]|5|6|y|gy|7)\$[^:\s]{20,}")


def hashed(password: str) -> str:
    """Return the hash of a password; a hash of crypt(5) is given back as it is.

    SHA-512 is what all of cloud-init's systems understand.
    """
    if _HASHED.fullmatch(password):
        return password
    made: str = sha512_crypt.using(rounds=ROUNDS).hash(password)
    return made
