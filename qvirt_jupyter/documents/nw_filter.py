"""Network filters: which packets of a guest pass."""


# the names of XML fields free.

from __future__ import annotations

from qvirt_jupyter._translation import _
from qvirt_jupyter.documents.document import Document
from qvirt_jupyter.documents.element import Element
from qvirt_jupyter.documents.field import Field
from qvirt_jupyter.documents.many import Many
from qvirt_jupyter.documents.values import Choice, Integer, Text, Uuid

_PRIORITY = Integer(-1000, 1000)


class FilterValue(Element):
    """A value for a variable of the filter; a name may come several times."""

    tag = "parameter"
    name = Field("@name", Text(), label=_("Variable"))
    value = Field("@value", Text(), label=_("Value"))


class FilterReference(Element):
    """Another filter that packets must pass too."""

    tag = "filterref"
    filter = Field("@filter", Text(), label=_("Network filter"))
    values = Many(FilterValue)


class FilterRule(Element):
    """What is done with packets of some kinds."""

    tag = "rule"
    action = Field(
        "@action",
        Choice(
            *("drop", "accept", "reject", "continue", "return"),
            open=False,
            labels={
                "drop": _("drop: they vanish"),
                "accept": _("accept: they pass"),
                "reject": _("reject: the sender is told"),
                "continue": _("continue: the next rule decides"),
                "return": _("return: the filter that refers to this one decides"),
            },
        ),
        label=_("Action"),
    )
    direction = Field(
        "@direction",
        Choice(
            *("in", "out", "inout"),
            open=False,
            labels={"in": _("to the guest"), "out": _("from the guest"), "inout": _("both")},
        ),
        label=_("Direction"),
    )
    priority = Field("@priority", _PRIORITY, label=_("Priority"))
    state_match = Field(
        "@statematch",
        Text(pattern="(?i:false)|0", expected=_("false")),
        label=_("Answers of connections"),
        help=_("False takes back that answers to what was let through pass by themselves."),
    )

    @property
    def protocols(self) -> tuple[tuple[str, dict[str, str]], ...]:
        """The kinds of packets: protocols, each with the values that are looked at."""
        children = () if self._node is None else self._node.iterchildren("*")
        return tuple(
            (str(child.tag), {str(key): str(value) for key, value in child.attrib.items()})
            for child in children
        )


class NWFilter(Document):
    """A network filter.

    https://libvirt.org/formatnwfilter.html
    """

    tag = "filter"
    name = Field("@name", Text(), label=_("Name"))
    chain = Field(
        "@chain",
        Choice("root", "mac", "stp", "vlan", "arp", "rarp", "ipv4", "ipv6"),
        label=_("Chain"),
        help=_("The protocol that it looks at, or root for all."),
    )
    priority = Field("@priority", _PRIORITY, label=_("Priority of the chain"))
    uuid = Field("uuid", Uuid(), label=_("UUID"))
    references = Many(FilterReference, key="filter")
    rules = Many(FilterRule)
