"""Which kinds of storage pools a host has, and with which formats."""

from __future__ import annotations

from qvirt_jupyter._translation import _
from qvirt_jupyter.documents.document import Document
from qvirt_jupyter.documents.element import Element
from qvirt_jupyter.documents.field import Field
from qvirt_jupyter.documents.many import Many
from qvirt_jupyter.documents.switches import YesNo
from qvirt_jupyter.documents.values import Text


class OfferedFormat(Element):
    """A format that the host knows."""

    tag = "value"
    name = Field(".", Text(), label=_("Format"))


class PoolKind(Element):
    """What the host says of one kind of pools."""

    tag = "pool"
    type = Field("@type", Text(), label=_("Type"))
    is_supported = Field("@supported", YesNo(), label=_("This host has it"))
    default_source_format = Field(
        "poolOptions/defaultFormat/@type", Text(), label=_("Usual format of the source")
    )
    source_formats = Many(
        OfferedFormat, key="name", location="poolOptions/enum[@name='sourceFormatType']/value"
    )
    default_volume_format = Field(
        "volOptions/defaultFormat/@type", Text(), label=_("Usual format of volumes")
    )
    volume_formats = Many(
        OfferedFormat, key="name", location="volOptions/enum[@name='targetFormatType']/value"
    )


class PoolCapabilities(Document):
    """The answer of ``virConnectGetStoragePoolCapabilities``; it is read and never written.

    https://libvirt.org/formatstoragecaps.html
    """

    tag = "storagepoolCapabilities"
    kinds = Many(PoolKind, key="type")

    def supports(self, type: str) -> bool | None:  # noqa: A002 - libvirt's word
        """Tell whether the host has a kind of pools.

        Parameters
        ----------
        type
            ``"dir"``, ``"iscsi-direct"``, ...

        Returns
        -------
        bool or None
            None where the host does not say: its libvirt is older or newer than the kind.
        """
        kind = self.kinds.get(type)
        return None if kind is None else kind.is_supported

    def source_formats(self, type: str) -> tuple[str, ...] | None:  # noqa: A002 - libvirt's word
        """Return the formats that the source of such a pool can have; None where it is not said."""
        return self._formats(type, "source_formats")

    def volume_formats(self, type: str) -> tuple[str, ...] | None:  # noqa: A002 - libvirt's word
        """Return the formats that volumes of such a pool can have; None where it is not said."""
        return self._formats(type, "volume_formats")

    def _formats(self, type: str, which: str) -> tuple[str, ...] | None:  # noqa: A002 - libvirt's word
        kind = self.kinds.get(type)
        found = () if kind is None else tuple(str(each.name) for each in getattr(kind, which))
        return found or None
