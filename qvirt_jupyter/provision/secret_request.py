"""What somebody wants of a secret: what it is for, and its value, typed or generated."""

from __future__ import annotations

import base64
import binascii
import dataclasses
import secrets
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from qvirt_jupyter import documents
from qvirt_jupyter._translation import LazyString, _
from qvirt_jupyter.documents import Choice, Flag, Text, mistyped, option
from qvirt_jupyter.documents.secret import USAGE_LABELS

if TYPE_CHECKING:
    from collections.abc import Mapping

    from qvirt_jupyter.hypervisor import Job, Secret
    from qvirt_jupyter.hypervisor.connection import Connection

GENERATED: Final = 32
"""Random bytes of a generated value: as strong as the keys that it opens."""
_GENERATABLE: Final = frozenset({"volume", "vtpm"})
"""What nobody else has to know; the others name a password that exists elsewhere already."""
USAGE_FIELDS: Final[Mapping[str, str]] = {
    "volume": "volume",
    "ceph": "name",
    "iscsi": "target",
    "tls": "name",
    "vtpm": "name",
}
"""Where a document holds what each kind is for."""
EXAMPLES: Final[Mapping[str, str]] = {
    "volume": "/var/lib/libvirt/images/disk.qcow2",
    "ceph": "client.libvirt secret",
    "iscsi": "iqn.2026-01.org.example:target",
    "tls": "migration key",
    "vtpm": "web TPM",
}
"""What stands in an empty input of each kind."""
_VALUE: Final = _("Value")


@dataclass(frozen=True, kw_only=True)
class SecretRequest:
    """A secret that is to be made, or the next value of one.

    The value is in no ``repr``; what each field means is said in its declaration.
    """

    usage_type: str = option(
        Choice(*USAGE_LABELS, labels=USAGE_LABELS, open=False),
        label=_("Used for"),
        default="volume",
    )
    usage_id: str = option(
        Text(max_length=1024),
        label=_("Path or name"),
        default="",
        help=_(
            "The path of the volume, the name of the iSCSI target, or for the others a name that "
            "you choose: who needs the secret finds it by this."
        ),
    )
    description: str = option(
        Text(max_length=1024), label=_("Description"), default="", advanced=True
    )
    generated: bool = option(
        Flag(),
        label=_("Generate a value"),
        default=False,
        group=_VALUE,
        help=_("It is random, and nobody gets to see it: whoever needs it asks libvirt."),
        when=lambda request: request.usage_type in _GENERATABLE,
    )
    value: str | None = option(
        Text(secret=True, max_length=65536),
        label=_("Value"),
        default=None,
        group=_VALUE,
        help=_("It is not shown again. Without one, it is set later."),
        when=lambda request: not request.is_generated,
    )
    is_base64: bool = option(
        Flag(),
        label=_("The value is written in base64"),
        default=True,
        group=_VALUE,
        help=_("As “ceph auth get-key” prints it."),
        when=lambda request: request.usage_type == "ceph",
    )
    private: bool = option(
        Flag(),
        label=_("Never given out"),
        default=False,
        help=_("libvirt uses the value and shows it to nobody, administrators included."),
    )
    ephemeral: bool = option(
        Flag(),
        label=_("Kept in memory only"),
        default=False,
        help=_("It is gone when libvirt's service stops."),
    )

    @property
    def is_generated(self) -> bool:
        """Whether its value is generated, which is so for some kinds only."""
        return self.generated and self.usage_type in _GENERATABLE

    @classmethod
    def of(cls, usage_type: str, usage_id: str) -> SecretRequest:
        """Return the request for another value of a secret that is there.

        Parameters
        ----------
        usage_type, usage_id
            What it is for.
        """
        return cls(usage_type=usage_type, usage_id=usage_id)

    def check(self) -> None:
        """Refuse what cannot be right, before libvirt is asked.

        Raises
        ------
        ValueError
            What is to be entered; never with the value in it.
        """
        for name, words in mistyped(self):
            # The value stands in no error, whatever is wrong with it.
            if name != "value":
                raise ValueError(words)
        if not self.usage_id.strip():
            raise ValueError(str(_("Enter the path or the name by which it is found.")))
        if self.usage_type == "volume" and not self.usage_id.startswith("/"):
            raise ValueError(str(_("Enter the whole path of the volume, which begins with /.")))
        self.raw_value()

    def raw_value(self) -> bytes | None:
        """Return the value as libvirt keeps it; a generated one is another each time.

        Returns
        -------
        bytes or None
            None where there is none.

        Raises
        ------
        ValueError
            It should be base64 and is not.
        """
        if self.is_generated:
            # Text, because LUKS and swtpm are given it as a passphrase.
            return secrets.token_urlsafe(GENERATED).encode()
        if not self.value:
            return None
        if self.usage_type != "ceph" or not self.is_base64:
            return self.value.encode()
        try:
            return base64.b64decode(self.value.strip(), validate=True)
        except (binascii.Error, ValueError):
            # Its text would name what is in the value.
            raise ValueError(str(_NOT_BASE64)) from None

    def build(self) -> documents.Secret:
        """Return the document, in which the value is not."""
        secret = documents.Secret(
            usage_type=self.usage_type,
            private=self.private,
            ephemeral=self.ephemeral,
            description=self.description or None,
        )
        setattr(secret.usage, USAGE_FIELDS[self.usage_type], self.usage_id)
        return secret

    def create(self, connection: Connection) -> Secret:
        """Make it.

        Parameters
        ----------
        connection
            Where.

        Raises
        ------
        ValueError
            It cannot be right.
        AlreadyExists
            There is one for the same.
        """
        self.check()
        return connection.secrets.create(self.build(), self.raw_value())

    def submit(self, connection: Connection) -> Job[Secret]:
        """Begin to make it, and return the job at once; otherwise as :meth:`create`."""
        self.check()
        return connection.secrets.submit.create(self.build(), self.raw_value())

    def coupled(self, name: str) -> SecretRequest:
        """Return it after a value was changed by hand: another kind has its own defaults."""
        if name == "usage_type" and self.usage_type not in _GENERATABLE:
            return dataclasses.replace(self, generated=False)
        return self


_NOT_BASE64: Final[LazyString] = _(
    "The value is not base64. Copy it anew, or say that it is not written so."
)
