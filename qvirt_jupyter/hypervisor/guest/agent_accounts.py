"""Accounts of a guest, set by its agent: passwords, and the keys by which people sign in."""

from __future__ import annotations

from pathlib import Path
from typing import Any, Final

import libvirt

from qvirt_jupyter._translation import _
from qvirt_jupyter.hypervisor.actions import action
from qvirt_jupyter.hypervisor.errors import InvalidDefinition
from qvirt_jupyter.hypervisor.guest.agent_handle import AgentHandle

_PRIVATE: Final = "PRIVATE KEY"


class AgentAccounts(AgentHandle):
    """The half of an agent that deals with who may come into the guest."""

    @action(_("Set a password in {name}"), secrets=("password",))
    def set_password(self, user: str, password: str, *, crypted: bool = False) -> None:
        """Set the password of an account in the guest.

        Parameters
        ----------
        user
            The account.
        password
            Its new password; it is in no log.
        crypted
            The password is a crypt(3) hash already (``$6$…``), so that nobody on the way can read
            it. Windows does not take that.
        """
        flags = libvirt.VIR_DOMAIN_PASSWORD_ENCRYPTED if crypted else 0
        self.line.call(
            lambda domain: domain.setUserPassword(user, password, flags), "guest-set-user-password"
        )

    def ssh_keys(self, user: str) -> tuple[str, ...]:
        """Return the public keys by which one may sign in as a user.

        Parameters
        ----------
        user
            The account in the guest.
        """
        keys: Any = self.line.call(
            lambda domain: domain.authorizedSSHKeysGet(user, 0), "guest-ssh-get-authorized-keys"
        )
        return tuple(key for key in keys or () if isinstance(key, str))

    @action(_("Let a key sign in to {name} as {user}"))
    def add_ssh_key(self, user: str, key: str | Path) -> None:
        """Let the holder of a key sign in; the user's other keys stay.

        Parameters
        ----------
        user
            The account in the guest.
        key
            The public key, one line; or a ``Path`` of a file here with it (``id_ed25519.pub``).

        Raises
        ------
        InvalidDefinition
            It is no public key.
        """
        flags = libvirt.VIR_DOMAIN_AUTHORIZED_SSH_KEYS_SET_APPEND
        self._set_ssh_key(user, key, flags, "guest-ssh-add-authorized-keys")

    @action(_("Let a key of {user} sign in to {name} no more"))
    def remove_ssh_key(self, user: str, key: str | Path) -> None:
        """Take a key away from a user; where it is not there, nothing changes.

        Parameters
        ----------
        user, key
            As for :meth:`add_ssh_key`.
        """
        flags = libvirt.VIR_DOMAIN_AUTHORIZED_SSH_KEYS_SET_REMOVE
        self._set_ssh_key(user, key, flags, "guest-ssh-remove-authorized-keys")

    def _set_ssh_key(self, user: str, key: str | Path, flags: int, command: str) -> None:
        try:
            text = key.read_text("utf-8") if isinstance(key, Path) else key
        except (OSError, ValueError) as error:
            raise InvalidDefinition(
                _("{path} cannot be read here.").format(path=key),
                subject=self.subject,
                details=str(error),
                next_step=_("Give the file of the public key (.pub), or its text."),
            ) from error
        line = text.strip()
        if _PRIVATE in line or "\n" in line or len(line.split()) < 2:  # noqa: PLR2004 - kind and key
            raise InvalidDefinition(
                _("This is no public key of SSH."),
                subject=self.subject,
                next_step=_("It is one line, 'ssh-ed25519 AAAA… name'; its file ends in .pub."),
            )
        self.line.call(lambda domain: domain.authorizedSSHKeysSet(user, [line], flags), command)
