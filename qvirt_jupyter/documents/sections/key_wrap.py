"""Whether an IBM Z guest's keys are wrapped by the host.

https://libvirt.org/formatdomain.html#key-wrap
"""

from __future__ import annotations

from qvirt_jupyter._translation import _
from qvirt_jupyter.documents.element import Element
from qvirt_jupyter.documents.field import Field
from qvirt_jupyter.documents.switches import OnOff
from qvirt_jupyter.documents.values import Choice


class Cipher(Element):
    """Whether keys for one cipher are wrapped."""

    tag = "cipher"
    name = Field("@name", Choice("aes", "dea", open=False), label=_("Cipher"), advanced=True)
    state = Field("@state", OnOff(), label=_("Keys are wrapped"), advanced=True)
