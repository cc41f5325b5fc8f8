"""Questions that have to be answered before a connection is open.

They come from libvirt (its auth callbacks), from ``ssh`` (by an askpass program) and, once it is
open, from displays that scripts use. Answers are handed on and never written or logged.
https://libvirt.org/html/libvirt-libvirt-host.html#virConnectCredentialType
"""

from __future__ import annotations

import logging
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, Final, TypeAlias

import libvirt

from qvirt_jupyter._translation import _

if TYPE_CHECKING:
    from qvirt_jupyter._translation import LazyString

_LOG = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class CredentialRequest:
    """One question.

    Parameters
    ----------
    kind
        ``"username"``, ``"password"``, ``"passphrase"``, ``"host_key"`` (answer ``"yes"`` or the
        fingerprint to accept it), ``"confirm"`` (answer ``"yes"``), ``"text"``.
    prompt
        What to ask, as libvirt or ssh words it.
    secret
        The answer must not be shown while it is typed.
    default
        What to offer.
    challenge
        What the answer is for: the name of a host or of a machine, or empty.
    again
        The answer before was not accepted.
    kept
        An answer that is right stays in the memory of this kernel, and is asked for no more.
    """

    kind: str
    prompt: str
    secret: bool = False
    default: str = ""
    challenge: str = ""
    again: bool = False
    kept: bool = False


Credentials: TypeAlias = Callable[[list[CredentialRequest]], "list[str] | None"]
"""Answers questions, in their order; None means that the user cancelled."""

_KINDS: Final[dict[int, tuple[str, bool, LazyString]]] = {
    libvirt.VIR_CRED_USERNAME: ("username", False, _("User name")),
    libvirt.VIR_CRED_AUTHNAME: ("username", False, _("User name")),
    libvirt.VIR_CRED_ECHOPROMPT: ("text", False, _("Answer")),
    libvirt.VIR_CRED_NOECHOPROMPT: ("password", True, _("Password")),
    libvirt.VIR_CRED_PASSPHRASE: ("password", True, _("Password")),
    libvirt.VIR_CRED_REALM: ("text", False, _("Realm")),
}


class Questions:
    """Puts the questions of one attempt to open a connection, and remembers how it went.

    Parameters
    ----------
    ask
        Who answers; None answers nothing.
    """

    def __init__(self, ask: Credentials | None) -> None:
        self._ask = ask
        self.cancelled = False
        """Somebody was asked and did not want to answer."""
        self.prompts: list[str] = []
        """What was asked; for the details of an error."""

    def put(self, requests: list[CredentialRequest]) -> list[str] | None:
        """Ask; return None if there is nobody to ask or the user cancelled."""
        # ssh asks the same once more where it did not like the answer.
        requests = [
            replace(request, again=request.secret and request.prompt in self.prompts)
            for request in requests
        ]
        self.prompts.extend(request.prompt for request in requests)
        if self._ask is None:
            return None
        try:
            answers = self._ask(requests)
        except Exception:  # noqa: BLE001 - we are called by C code, which cannot raise
            _LOG.exception("The question for credentials failed")
            answers = None
        if answers is None or len(answers) != len(requests):
            self.cancelled = True
            return None
        return answers

    def auth(self) -> list[Any]:
        """Return what ``libvirt.openAuth`` takes."""
        return [list(_KINDS), self._collect, None]

    def _collect(self, asked: list[list[Any]], _opaque: object) -> int:
        """Fill in the answers as libvirt wants them: the fifth place of each credential."""
        requests = []
        for kind, prompt, challenge, default, _result in asked:
            name, secret, label = _KINDS.get(kind, ("text", True, _("Answer")))
            requests.append(
                CredentialRequest(
                    kind=name,
                    prompt=(prompt or str(label)).strip().rstrip(":"),
                    secret=secret,
                    default=default or "",
                    challenge=challenge or "",
                )
            )
        answers = self.put(requests)
        if answers is None:
            return -1
        for credential, answer in zip(asked, answers, strict=True):
            credential[4] = answer
        return 0
