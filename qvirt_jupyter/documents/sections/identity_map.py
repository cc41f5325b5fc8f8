"""Users and groups of a container, and who they are on the host.

https://libvirt.org/formatdomain.html#container-boot
"""

from __future__ import annotations

from qvirt_jupyter._translation import _
from qvirt_jupyter.documents.element import Element
from qvirt_jupyter.documents.field import Field
from qvirt_jupyter.documents.many import Many
from qvirt_jupyter.documents.values import Integer


class _Range(Element):
    """A range of numbers in the container, and where it begins on the host."""

    start = Field("@start", Integer(), label=_("First in the container"), advanced=True)
    target = Field("@target", Integer(), label=_("First on the host"), advanced=True)
    count = Field("@count", Integer(1), label=_("How many"), advanced=True)


class UserRange(_Range):
    """A range of users."""

    tag = "uid"


class GroupRange(_Range):
    """A range of groups."""

    tag = "gid"


class IdentityMap(Element):
    """Users and groups of a container, and who they are on the host."""

    tag = "idmap"
    users = Many(UserRange)
    groups = Many(GroupRange)
