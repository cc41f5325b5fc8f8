"""Defaults of a new volume, what is wrong with it, and what one should know before it is made.

Rows STOR-13 to STOR-15 of the parity list.
"""

from __future__ import annotations

import dataclasses
import re
import uuid as uuids
from typing import TYPE_CHECKING, Any, Final

from qvirt_jupyter._translation import LazyString, _
from qvirt_jupyter.documents import mistyped
from qvirt_jupyter.hypervisor import QvirtError, Unsupported
from qvirt_jupyter.hypervisor.byte_sizes import bytes_text
from qvirt_jupyter.hypervisor.definition_names import why_no_name
from qvirt_jupyter.provision.volumes.pool_facts import MAKES_VOLUMES

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from qvirt_jupyter.hypervisor import StorageVolume
    from qvirt_jupyter.provision.volumes.request import VolumeRequest

Words = LazyString | str
GIB: Final = 1024**3
_MIB: Final = 1024**2
DEFAULT_CAPACITY: Final = 20 * GIB
ALLOCATIONS: Final[Mapping[str, LazyString]] = {
    "sparse": _("As it is written"),
    "metadata": _("Tables at once, the rest as it is written"),
    "full": _("All at once"),
}
SUFFIXES: Final[Mapping[str, str]] = {"qcow2": ".qcow2", "raw": ".img"}
_NAMED_SECRET: Final = re.compile(r".*\(([0-9a-f-]{36})\)")
_SAID_BELOW: Final = frozenset({"name", "cluster_size"})
"""Fields of which more is said than that their value is none."""
_LEAST_CLUSTER_OF_PARTS: Final = 16 * 1024
"""Bytes of the smallest cluster that QEMU divides (extended L2 entries)."""


def completed(request: VolumeRequest) -> VolumeRequest:
    """Return a request with a default for all that was left empty; nothing is asked."""
    facts = request.facts
    changed: dict[str, Any] = {}
    if facts.has_formats:
        changed["format"] = request.format or "qcow2"
    else:
        changed["format"] = ""
        changed["secret"] = ""
    if named := _NAMED_SECRET.fullmatch(request.secret):
        # A form shows what it is for before its UUID.
        changed.setdefault("secret", named[1])
    form = changed["format"]
    if not facts.can_be_sparse:
        changed["allocation"] = "full"
    elif not request.allocation or (request.allocation == "metadata" and form != "qcow2"):
        changed["allocation"] = "sparse" if form == "qcow2" else "full"
    if request.backing and not (form == "qcow2" or facts.type == "logical"):
        changed["backing"] = changed["backing_format"] = None
    elif request.backing and not request.backing_format:
        known = facts.images.get(request.backing, "")
        changed["backing_format"] = "raw" if known in {"iso", "unknown"} else known or None
    whole = dataclasses.replace(request, **changed)
    if whole.capacity is None and whole.backing:
        whole = dataclasses.replace(whole, capacity=facts.sizes.get(whole.backing))
    if whole.capacity is None:
        free = facts.available if facts.capacity else DEFAULT_CAPACITY
        room = min(DEFAULT_CAPACITY, free)
        # A whole number of MiB is easier to read.
        whole = dataclasses.replace(
            whole, capacity=(room - room % _MIB if room > _MIB else room) or None
        )
    return dataclasses.replace(whole, name=_name_of(whole))


def _name_of(request: VolumeRequest) -> str:
    suffix = SUFFIXES.get(request.format, "")
    if request.facts.next_name:
        return request.name or request.facts.next_name
    if request.name:
        return request.name if "." in request.name else f"{request.name}{suffix}"
    stem, number = request.machine or "vol", 0
    while (name := f"{stem}{f'-{number}' if number else ''}{suffix}") in request.facts.names:
        number += 1
    return name


def problems(request: VolumeRequest) -> Mapping[str, Words]:
    """Return what is wrong with a request whose defaults are filled in: the first of each field."""
    found: dict[str, Words] = {}
    for name, words in _problems(request):
        found.setdefault(name, words)
    return found


def _problems(request: VolumeRequest) -> Iterator[tuple[str, Words]]:
    facts = request.facts
    if wrong := [found for found in mistyped(request) if found[0] not in _SAID_BELOW]:
        # The other checks count and compare what is of its kind.
        yield from wrong
        return
    if facts.type not in MAKES_VOLUMES:
        yield "name", _("In a pool of this kind no volumes are made: they come from its source.")
    if not facts.is_active:
        yield "name", _("The pool is off: start it first.")
    if refusal := why_no_name(request.name):
        yield "name", refusal
    elif request.name in facts.names:
        yield "name", _("There is a volume {name} already.").format(name=request.name)
    elif facts.next_name and request.name != facts.next_name:
        yield (
            "name",
            _("A partition is called by its disk and its number: the next one is {name}.").format(
                name=facts.next_name
            ),
        )
    if not request.capacity:
        yield "capacity", _("The pool is full: nothing is free for a new volume.")
    elif request.allocation == "full" and facts.capacity and request.capacity > facts.available:
        yield (
            "capacity",
            _("The pool has {has} free, and all of {size} is to be taken at once.").format(
                has=bytes_text(facts.available), size=bytes_text(request.capacity)
            ),
        )
    yield from _image_problems(request)


def _image_problems(request: VolumeRequest) -> Iterator[tuple[str, Words]]:
    if request.backing and request.facts.has_formats and not request.backing_format:
        yield (
            "backing_format",
            _("Say which format {path} has: an image that is guessed could lie.").format(
                path=request.backing
            ),
        )
    if request.cluster_size:
        text = str(request.cluster_size)
        size = int(text) if text.isdigit() else 0
        if size not in {2**power for power in range(9, 22)}:
            yield "cluster_size", _("A cluster has a power of two from 512 bytes to 2 MiB.")
        elif request.extended_l2 and size < _LEAST_CLUSTER_OF_PARTS:
            yield "cluster_size", _("Clusters whose parts are allocated have 16 KiB at least.")
    if request.secret:
        try:
            uuids.UUID(request.secret)
        except ValueError:
            yield "secret", _("A secret is named by its UUID.")


def warnings(request: VolumeRequest) -> Mapping[str, Words]:
    """Return what one should know of a request whose defaults are filled in, by field."""
    facts, found = request.facts, {}
    if request.allocation != "full" and request.capacity and facts.capacity:
        if request.capacity > facts.available:
            found["capacity"] = _(
                "The pool has {has} free, which is less than the volume promises. When the pool is "
                "full, the machine stops."
            ).format(has=bytes_text(facts.available))
        elif facts.promised + request.capacity > facts.capacity:
            found["capacity"] = _(
                "With it the volumes of the pool promise {promised}, and it has {capacity}. When "
                "the pool is full, machines stop."
            ).format(
                promised=bytes_text(facts.promised + request.capacity),
                capacity=bytes_text(facts.capacity),
            )
    if request.secret:
        found["secret"] = _("Who loses the secret loses what is in the volume.")
    return found


def verify(request: VolumeRequest, made: StorageVolume) -> None:
    """Look whether a new volume is what was asked for: old libvirts ignore what they do not know.

    Raises
    ------
    Unsupported
        It is not; the volume was removed.
    """
    if request.format != "qcow2" or not (request.cluster_size or request.extended_l2):
        return
    try:
        told = made.document()
        missing = (request.extended_l2 and not told.extended_l2) or (
            request.cluster_size and told.cluster_size not in {None, int(request.cluster_size)}
        )
    except QvirtError:
        made.delete()
        raise
    if missing:
        made.delete()
        raise Unsupported(
            _("libvirt on this host does not know the size of clusters or their parts."),
            subject=made.subject,
            next_step=_("Leave both at their defaults, or make the image with qemu-img."),
        )
