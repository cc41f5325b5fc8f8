"""The rules for USB devices that are brought into a guest, one a line."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from qvirt_jupyter import documents
from qvirt_jupyter._translation import _
from qvirt_jupyter.documents import Text
from qvirt_jupyter.documents.devices.redirfilter import ANY, UsbRule
from qvirt_jupyter.widgets.details.derived import Derived

if TYPE_CHECKING:
    from qvirt_jupyter.documents import Declared

_ALLOW, _DENY = "allow", "deny"
_FIELDS: Final = ("device_class", "vendor", "product", "version")


def rules_of(device: documents.Element) -> list[Declared]:
    """Return the input of the rules; nothing for a device that has none."""
    if not isinstance(device, documents.Redirfilter):
        return []
    return [
        Derived(
            name="rules",
            type=Text(multiline=True),
            label=_("Rules"),
            help=_(
                "One a line, and the first that fits counts: allow or deny, then class, maker, "
                "product and version. -1 stands for all: “allow 0x08 -1 -1 -1” is all storage."
            ),
            read=_read,
            write=_write,
        )
    ]


def _read(device: documents.Redirfilter) -> str:
    return "\n".join(
        " ".join(
            (
                _ALLOW if rule.allow else _DENY,
                *(str(getattr(rule, name) or ANY) for name in _FIELDS),
            )
        )
        for rule in device.rules
    )


def _write(device: documents.Redirfilter, text: str | None) -> None:
    rules = [_rule(line) for line in (text or "").splitlines() if line.strip()]
    device.rules.clear()
    device.rules.extend(rules)


def _rule(line: str) -> UsbRule:
    """Return the rule of a line.

    Raises
    ------
    ValueError
        It is none; the text says what one looks like.
    """
    word, *values = line.split()
    if word not in (_ALLOW, _DENY) or len(values) > len(_FIELDS):
        message = _("{line} is no rule: begin with allow or deny, and give up to four numbers.")
        raise ValueError(str(message.format(line=f"“{line.strip()}”")))
    values += [ANY] * (len(_FIELDS) - len(values))
    return UsbRule(**dict(zip(_FIELDS, values, strict=True)), allow=word == _ALLOW)
