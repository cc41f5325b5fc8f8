"""Hides what nobody should read over a shoulder or in a log."""

from __future__ import annotations

import re
from typing import Any, Final

from qvirt_jupyter.hypervisor.action_log import MASK

_SECRET_KEY: Final = re.compile(
    r"passw|passphrase|secret|token|credential|private|psk|api[_-]?key|(?:^|_)(?:rsa|dsa|ecdsa|ed25519)_private",
    re.IGNORECASE,
)
_NOT_SECRET: Final = frozenset({"lock_passwd", "ssh_pwauth", "no_create_home"})
_PRIVATE_KEY: Final = re.compile(
    r"-----BEGIN [A-Z ]*PRIVATE KEY-----.*?(?:-----END [A-Z ]*PRIVATE KEY-----|\Z)", re.DOTALL
)
# chpasswd takes "name:password" lines under this key.
_LISTS: Final = frozenset({"chpasswd"})


def masked(value: Any, key: str = "") -> Any:  # noqa: ANN401 - plain data
    """Return data with its secrets hidden: passwords, plain or hashed, tokens and private keys.

    Parameters
    ----------
    value
        Plain data.
    key
        Under which key it stands.
    """
    if isinstance(value, dict):
        if key in _LISTS:
            return {name: _hidden_list(name, each) for name, each in value.items()}
        return {name: masked(each, str(name)) for name, each in value.items()}
    if isinstance(value, bool | None) or key in _NOT_SECRET:
        return value
    if _SECRET_KEY.search(key):
        return MASK
    if isinstance(value, list | tuple):
        return [masked(each, key) for each in value]
    return _PRIVATE_KEY.sub(MASK, value) if isinstance(value, str) else value


def _hidden_list(name: str, value: Any) -> Any:  # noqa: ANN401 - plain data
    if name == "list":
        return MASK
    return masked(value, str(name))
