"""One notion of a declared value, for XML fields, request objects and preferences alike."""

from __future__ import annotations

import dataclasses
from dataclasses import dataclass, field
from functools import reduce
from typing import TYPE_CHECKING, Any, TypeAlias

from qvirt_jupyter._translation import LazyString

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from qvirt_jupyter.documents.values import ValueType

Words: TypeAlias = LazyString | str

_METADATA_KEY = "qvirt_jupyter.declared"


@dataclass(frozen=True, slots=True, kw_only=True)
class Declared:
    """All that a form, a reference page or a check needs to know of one value.

    Parameters
    ----------
    name
        The attribute, dotted where it lies in a group: ``iotune.read_bytes``.
    type
        What values there are.
    label
        What a form calls it.
    help
        A sentence that says what it does.
    group
        The heading that it stands under.
    unit
        The unit of the value, for people (``KiB``).
    advanced
        Whether a form folds it away.
    when
        Told the object that has the value, says whether to show it. It hides and nothing else.
    caps
        The key of the (domain) capabilities that narrows the choices.
    among
        Told the object that has the value, says which of the choices go with its other values; none
        at all narrows nothing.
    unfit
        Told the same, says why the other choices do not.
    live
        The strategy by which a running guest may take the value; ``None``: at the next boot.
    unset
        What people read for a choice without value; empty where one must be chosen, and ``None``
        where libvirt or the hypervisor chooses.
    """

    name: str
    type: ValueType[Any]
    label: Words
    help: Words = ""
    group: Words = ""
    unit: str = ""
    advanced: bool = False
    when: Callable[[Any], bool] | None = None
    caps: str | None = None
    among: Callable[[Any], Sequence[str]] | None = None
    unfit: Callable[[Any], Words] | None = None
    live: str | None = None
    unset: Words | None = None

    def named(self, name: str) -> Declared:
        """Return the same under another name; a condition still looks at the value's owner."""
        return dataclasses.replace(self, name=name)

    def get(self, target: object) -> Any:  # noqa: ANN401 - the type is known at run time only
        """Return the value that the target has now."""
        return reduce(getattr, self.name.split("."), target)

    def set(self, target: object, value: Any) -> None:  # noqa: ANN401
        """Check a value and give it to the target.

        Raises
        ------
        ValueError
            The value is not a right one; the text names the right ones.
        """
        if value is not None:
            self.type.check(value)
        setattr(self._owner(target), self.name.rpartition(".")[2], value)

    def is_shown(self, target: object) -> bool:
        """Tell whether the value matters for the target as it is now."""
        return self.when is None or self.when(self._owner(target))

    def fitting(self, target: object) -> tuple[str, ...]:
        """Return the choices that go with the target's other values; none where all do."""
        return () if self.among is None else tuple(self.among(self._owner(target)))

    def why_unfit(self, target: object) -> Words:
        """Say why the choices that do not fit do not; empty where nobody can say."""
        return "" if self.unfit is None else self.unfit(self._owner(target))

    def _owner(self, target: object) -> object:
        return reduce(getattr, self.name.split(".")[:-1], target)


def option(
    type: ValueType[Any],  # noqa: A002 - as the attribute is called
    *,
    label: Words,
    default: Any = dataclasses.MISSING,  # noqa: ANN401
    help: Words = "",  # noqa: A002 - as the attribute is called
    group: Words = "",
    unit: str = "",
    advanced: bool = False,
    when: Callable[[Any], bool] | None = None,
    caps: str | None = None,
) -> Any:  # noqa: ANN401 - as dataclasses.field
    """Declare one value of a dataclass: a request, or preferences.

    Secrets are left out of the ``repr`` of the dataclass. The parameters are those of
    :class:`Declared`, and `default` is that of :func:`dataclasses.field`.
    """
    declared = Declared(
        name="",
        type=type,
        label=label,
        help=help,
        group=group,
        unit=unit or type.unit,
        advanced=advanced,
        when=when,
        caps=caps,
    )
    return field(default=default, repr=not type.secret, metadata={_METADATA_KEY: declared})


def declarations(target: object) -> tuple[Declared, ...]:
    """Return what is declared on a document, an element or a dataclass, in order.

    Parameters
    ----------
    target
        A class or an instance. Of an instance, variants contribute the branch that it has now; of a
        class, all of their branches.

    Raises
    ------
    TypeError
        The target declares nothing.
    """
    of_element = getattr(target, "_declarations", None)
    if of_element is not None:
        found: tuple[Declared, ...] = of_element(None if isinstance(target, type) else target)
        return found
    if not dataclasses.is_dataclass(target):
        raise TypeError(f"{target!r} declares no fields.")
    return tuple(
        item.metadata[_METADATA_KEY].named(item.name)
        for item in dataclasses.fields(target)
        if _METADATA_KEY in item.metadata
    )


def mistyped(target: object) -> Iterator[tuple[str, str]]:
    """Yield what cannot be a value of its field: the name of the field, and why.

    What is empty or not shown is left out.

    Parameters
    ----------
    target
        A request or another dataclass with declarations.
    """
    for declared in declarations(target):
        value = declared.get(target)
        if value in (None, "") or not declared.is_shown(target):
            continue
        try:
            declared.type.check(value)
        except ValueError as error:
            yield declared.name, str(error)
