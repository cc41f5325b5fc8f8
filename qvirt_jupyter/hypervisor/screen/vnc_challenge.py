"""The answer to a VNC display that asks for a password (RFC 6143, 7.2.2)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from passlib.crypto.des import des_encrypt_block

if TYPE_CHECKING:
    from qvirt_jupyter.hypervisor.screen.display_passwords import DisplayPassword

CHALLENGE: Final = 16
"""Bytes of what the display sends, and of the answer."""
_BLOCK: Final = 8
"""Bytes of a block of DES, and of its key: the protocol takes no more of a password."""


def answer_to(challenge: bytes, password: DisplayPassword) -> bytes:
    """Encrypt a challenge with a password, by DES as the protocol has it.

    Parameters
    ----------
    challenge
        What the display sent.
    password
        Its first eight bytes count.
    """
    start = password.password.encode()[:_BLOCK].ljust(_BLOCK, b"\0")
    # Each byte from its lowest bit to its highest: so all viewers and displays do, though the RFC
    # does not say it (its errata do: https://www.rfc-editor.org/errata/eid4951).
    key = bytes(int(f"{byte:08b}"[::-1], 2) for byte in start)
    blocks = (challenge[at : at + _BLOCK] for at in range(0, CHALLENGE, _BLOCK))
    return b"".join(des_encrypt_block(key, block) for block in blocks)
