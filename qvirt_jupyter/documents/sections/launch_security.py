"""Memory that the host itself cannot read.

https://libvirt.org/formatdomain.html#launch-security
"""

from __future__ import annotations

from qvirt_jupyter._translation import _
from qvirt_jupyter.documents.element import Element
from qvirt_jupyter.documents.field import Field
from qvirt_jupyter.documents.switches import YesNo
from qvirt_jupyter.documents.values import Choice, Hexadecimal, Integer, Text
from qvirt_jupyter.documents.variant import Variant

_SEV = _("AMD SEV")
_SNP = _("AMD SEV-SNP")
_TDX = _("Intel TDX")


class _Sev(Element):
    """What both generations of AMD's encryption have."""

    kernel_hashes = Field(
        "@kernelHashes",
        YesNo(),
        label=_("Measure the kernel too"),
        help=_("For direct kernel boot: its kernel, RAM disk and arguments are measured."),
        advanced=True,
    )
    c_bit_position = Field(
        "cbitpos",
        Integer(0, 63),
        label=_("Position of the encryption bit"),
        help=_("The host's; left out, libvirt fills it in."),
        advanced=True,
    )
    reduced_physical_bits = Field(
        "reducedPhysBits",
        Integer(0, 63),
        label=_("Address bits that are lost by it"),
        unit="bits",
        advanced=True,
    )
    policy = Field("policy", Hexadecimal(4), label=_("Policy"), advanced=True)


class Sev(_Sev):
    """AMD's encryption of the guest's memory."""

    tag = "launchSecurity"
    handle = Field("handle", Integer(), label=_("Handle"), group=_SEV, advanced=True)
    owner_certificate = Field(
        "dhCert", Text(multiline=True), label=_("Key of the owner"), group=_SEV, advanced=True
    )
    session = Field(
        "session",
        Text(multiline=True, secret=True),
        label=_("Session"),
        help=_("Keys of the owner, encrypted for the host's processor."),
        group=_SEV,
        advanced=True,
    )


class SevSnp(_Sev):
    """AMD's encryption with protection of integrity."""

    tag = "launchSecurity"
    author_key = Field(
        "@authorKey", YesNo(), label=_("Key of the author"), group=_SNP, advanced=True
    )
    vcek = Field("@vcek", YesNo(), label=_("Key of the chip"), group=_SNP, advanced=True)
    workarounds = Field(
        "guestVisibleWorkarounds",
        Text(),
        label=_("Workarounds of the host"),
        group=_SNP,
        advanced=True,
    )
    id_block = Field("idBlock", Text(), label=_("Identity block"), group=_SNP, advanced=True)
    id_authentication = Field(
        "idAuth", Text(), label=_("Proof of the identity block"), group=_SNP, advanced=True
    )
    host_data = Field("hostData", Text(), label=_("Data of the host"), group=_SNP, advanced=True)


class Tdx(Element):
    """Intel's trust domains."""

    tag = "launchSecurity"
    policy = Field("policy", Hexadecimal(), label=_("Policy"), group=_TDX, advanced=True)
    configuration = Field(
        "mrConfigId", Text(), label=_("Measure of the configuration"), group=_TDX, advanced=True
    )
    owner = Field("mrOwner", Text(), label=_("Measure of the owner"), group=_TDX, advanced=True)
    owner_configuration = Field(
        "mrOwnerConfig",
        Text(),
        label=_("Measure of the owner's configuration"),
        group=_TDX,
        advanced=True,
    )


class LaunchSecurity(Element):
    """Memory that the host itself cannot read."""

    tag = "launchSecurity"
    type = Field(
        "@type",
        Choice(
            *("sev", "sev-snp", "s390-pv", "tdx"),
            labels={
                "sev": _SEV,
                "sev-snp": _SNP,
                "s390-pv": _("IBM Secure Execution"),
                "tdx": _TDX,
            },
        ),
        label=_("Encrypted memory"),
        help=_("The host cannot read the guest's memory; the processor must be able to do it."),
        advanced=True,
        caps="launchSecurity/sectype",
        essential=True,
    )
    source = Variant("@type", {"sev": Sev, "sev-snp": SevSnp, "tdx": Tdx})
