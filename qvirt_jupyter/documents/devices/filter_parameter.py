"""The values that a network card gives to the filter that its packets must pass.

https://libvirt.org/formatnwfilter.html
"""

from __future__ import annotations

from qvirt_jupyter._translation import _
from qvirt_jupyter.documents.element import Element
from qvirt_jupyter.documents.field import Field
from qvirt_jupyter.documents.values import Text


class FilterParameter(Element):
    """A value for a variable of the filter; a name may come several times."""

    tag = "parameter"
    name = Field("@name", Text(), label=_("Name"))
    value = Field("@value", Text(), label=_("Value"))
