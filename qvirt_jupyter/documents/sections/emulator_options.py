"""What QEMU is given beyond libvirt's own knowledge; libvirt marks such guests as tainted.

https://libvirt.org/drvqemu.html#pass-through-of-arbitrary-qemu-commands
"""

from __future__ import annotations

from qvirt_jupyter._translation import _
from qvirt_jupyter.documents.argument_secrets import with_values
from qvirt_jupyter.documents.diff import ARGUMENT, MASK, VARIABLE
from qvirt_jupyter.documents.element import Element
from qvirt_jupyter.documents.field import Field
from qvirt_jupyter.documents.location import NAMESPACES
from qvirt_jupyter.documents.many import Many
from qvirt_jupyter.documents.values import Choice, Text

_QEMU = f"{{{NAMESPACES['qemu']}}}"


class Argument(Text):
    """An argument of a command line; passwords in it are not shown."""

    def shown(self, value: str | None) -> object:
        """Return it with marks in place of passwords."""
        return None if value is None else with_values(value, lambda _secret: MASK)


class VariableValue(Text):
    """The value of a variable; the type does not know which one, so that none is shown."""

    def shown(self, value: str | None) -> object:
        """Return a mark in place of it."""
        return MASK if value else value


class EmulatorArgument(Element):
    """An argument of QEMU's command line."""

    tag = ARGUMENT
    value = Field("@value", Argument(multiline=True), label=_("Argument"), advanced=True)


class EmulatorVariable(Element):
    """A variable in QEMU's environment."""

    tag = VARIABLE
    name = Field(
        "@name",
        Text(pattern="[a-zA-Z_]+[a-zA-Z0-9_]*", expected=_("a name of letters, digits and _")),
        label=_("Variable"),
        advanced=True,
    )
    value = Field("@value", VariableValue(), label=_("Value"), advanced=True)


class EmulatorOptions(Element):
    """Arguments and variables that QEMU is started with."""

    tag = f"{_QEMU}commandline"
    arguments = Many(EmulatorArgument)
    variables = Many(EmulatorVariable, key="name")


class AddedCapability(Element):
    """A capability that libvirt is to believe QEMU to have."""

    tag = f"{_QEMU}add"
    name = Field("@capability", Text(), label=_("Capability"), advanced=True)


class RemovedCapability(Element):
    """A capability that libvirt is not to believe QEMU to have."""

    tag = f"{_QEMU}del"
    name = Field("@capability", Text(), label=_("Capability"), advanced=True)


class EmulatorCapabilities(Element):
    """What libvirt is to think of QEMU, for tests of libvirt itself."""

    tag = f"{_QEMU}capabilities"
    added = Many(AddedCapability, key="name")
    removed = Many(RemovedCapability, key="name")


DEPRECATION = Choice("none", "omit", "reject", "crash", open=False)
"""What QEMU does with what it is about to drop."""
