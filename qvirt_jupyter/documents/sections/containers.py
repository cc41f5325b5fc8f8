"""What the first program of a container is given.

https://libvirt.org/formatdomain.html#container-boot
"""

from __future__ import annotations

from qvirt_jupyter._translation import _
from qvirt_jupyter.documents.element import Element
from qvirt_jupyter.documents.field import Field
from qvirt_jupyter.documents.values import Text


class InitArgument(Element):
    """An argument of the first program."""

    tag = "initarg"
    value = Field(".", Text(), label=_("Argument"))


class InitVariable(Element):
    """A variable in the environment of the first program."""

    tag = "initenv"
    name = Field(
        "@name",
        Text(pattern="[a-zA-Z_]+[a-zA-Z0-9_]*", expected=_("a name of letters, digits and _")),
        label=_("Variable"),
    )
    value = Field(".", Text(), label=_("Value"))
