"""Encryption of a disk's contents.

https://libvirt.org/formatstorageencryption.html
"""

from __future__ import annotations

from qvirt_jupyter._translation import _
from qvirt_jupyter.documents.element import Element
from qvirt_jupyter.documents.field import Field
from qvirt_jupyter.documents.group import Group
from qvirt_jupyter.documents.schema import rule
from qvirt_jupyter.documents.values import Choice, Integer, Text, Uuid

_ENCRYPTION = _("Encryption")


class SecretReference(Element):
    """Which of libvirt's secrets to use; its value is never in the definition."""

    tag = "secret"
    type = Field(
        "@type",
        Choice("passphrase", "ceph", "iscsi"),
        label=_("Kind of secret"),
        group=_ENCRYPTION,
        advanced=True,
    )
    uuid = Field("@uuid", Uuid(), label=_("UUID of the secret"), group=_ENCRYPTION, advanced=True)
    usage = Field(
        "@usage",
        Text(),
        label=_("What the secret is for"),
        help=_("Names the secret by its use, instead of its UUID."),
        group=_ENCRYPTION,
        advanced=True,
    )

    @rule("uuid", touches=("usage",))
    def uuid_replaces_the_usage(self) -> None:
        """Clear the use: a secret is named in one way."""
        if self.uuid:
            self.usage = None

    @rule("usage", touches=("uuid",))
    def usage_replaces_the_uuid(self) -> None:
        """Clear the UUID: a secret is named in one way."""
        if self.usage:
            self.uuid = None


class Encryption(Element):
    """How the contents are encrypted, and which secret opens them."""

    tag = "encryption"
    format = Field(
        "@format",
        Choice("luks", "luks2", "luks-any", "qcow", "default"),
        label=_("Encryption"),
        group=_ENCRYPTION,
        required=True,
        advanced=True,
    )
    engine = Field(
        "@engine",
        Choice("qemu", "librbd"),
        label=_("Who encrypts"),
        group=_ENCRYPTION,
        advanced=True,
    )
    secret = Group("secret", SecretReference)
    cipher = Field(
        "cipher/@name", Text(), label=_("Cipher"), group=_ENCRYPTION, advanced=True, required=True
    )
    cipher_size = Field(
        "cipher/@size",
        Integer(1),
        label=_("Length of the key"),
        group=_ENCRYPTION,
        unit="bits",
        advanced=True,
        required=True,
    )
    cipher_mode = Field(
        "cipher/@mode", Text(), label=_("Mode of the cipher"), group=_ENCRYPTION, advanced=True
    )
    cipher_hash = Field(
        "cipher/@hash", Text(), label=_("Hash of the cipher"), group=_ENCRYPTION, advanced=True
    )
    vector_generator = Field(
        "ivgen/@name",
        Text(),
        label=_("Generator of initial vectors"),
        group=_ENCRYPTION,
        advanced=True,
        required=True,
    )
    vector_hash = Field(
        "ivgen/@hash",
        Text(),
        label=_("Hash of the generator"),
        group=_ENCRYPTION,
        advanced=True,
    )

    # libvirt's schema knows these only together, though libvirt itself takes more.
    @rule("cipher", "cipher_size", touches=("vector_generator", "vector_hash"))
    def generator_goes_with_the_cipher(self) -> None:
        """Forget the generator of initial vectors where no cipher is said."""
        if self.cipher is None and self.cipher_size is None:
            self.vector_generator = None

    @rule("vector_generator", touches=("cipher", "cipher_size", "cipher_mode", "cipher_hash"))
    def cipher_goes_with_the_generator(self) -> None:
        """Forget the cipher where no generator is said."""
        if self.vector_generator is None:
            self.cipher = None

    @rule("cipher_mode", touches=("cipher_hash",))
    def hash_goes_with_the_mode(self) -> None:
        """Forget the hash of a cipher without a mode."""
        if self.cipher_mode is None:
            self.cipher_hash = None

    @rule("cipher_hash", touches=("cipher_mode",))
    def mode_goes_with_the_hash(self) -> None:
        """Forget the mode of a cipher without a hash."""
        if self.cipher_hash is None:
            self.cipher_mode = None


class Authentication(Element):
    """Who the host says it is to the server of a disk."""

    tag = "auth"
    username = Field(
        "@username", Text(), label=_("User"), group=_("Sign-in"), required=True, advanced=True
    )
    secret = Group("secret", SecretReference)
