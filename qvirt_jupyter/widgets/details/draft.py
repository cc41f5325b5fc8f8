"""What somebody has typed on a page and not applied yet."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from qvirt_jupyter import documents
from qvirt_jupyter._translation import _
from qvirt_jupyter.hypervisor import QvirtError
from qvirt_jupyter.widgets.details.boot_page import AUTOSTART, ORDER, set_boot_order
from qvirt_jupyter.widgets.details.fields import input_for
from qvirt_jupyter.widgets.forms.targets import give

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from qvirt_jupyter.documents import Declared
    from qvirt_jupyter.widgets.details.page import Page


class Draft:
    """The values of a page that were touched, over a definition that may change beneath them.

    Parameters
    ----------
    page
        The page.
    base
        The definition that the user sees changed.

    Attributes
    ----------
    domain, element
        The definition with what was typed, and what of it the page is about.
    wrong
        What was typed that makes no sense, with the reason, by name.
    """

    def __init__(self, page: Page, base: documents.Domain) -> None:
        self.page = page
        self._touched: dict[str, Any] = {}
        self._secrets: dict[str, str | None] = {}
        self.wrong: dict[str, tuple[str, str]] = {}
        self.rebase(base)

    @property
    def is_dirty(self) -> bool:
        """Whether applying it would do something, or cannot be done yet."""
        return bool(self._touched or self._secrets or self.wrong)

    @property
    def touched(self) -> Mapping[str, Any]:
        """The values by name, without secrets."""
        return self._touched

    @property
    def has_secrets(self) -> bool:
        """Whether secrets were typed or are to be taken away."""
        return bool(self._secrets)

    @property
    def has_edits(self) -> bool:
        """Whether something of the definition itself was touched."""
        return bool(self._secrets or self._touched.keys() - {AUTOSTART})

    def cause(self, title: str) -> str:
        """Return what the history says of applying it: the page, and what was touched on it."""
        names = (self._touched.keys() | self._secrets.keys()) - {AUTOSTART}
        items = self._shown(self.element) if self.element is not None else []
        labels = ", ".join(str(item.label) for item in items if item.name in names)
        return title if labels in ("", title) else f"{title}: {labels}"

    def rebase(self, base: documents.Domain) -> None:
        """Put what was touched on another definition; its other values are those of that one."""
        self.base = base
        self._make()

    def touch(self, declared: Declared, value: Any) -> None:  # noqa: ANN401 - of any declaration
        """Take a value; one that is as before is no change.

        Raises
        ------
        ValueError
            It does not fit; the text names what does.
        """
        before = dict(self._touched)
        self._touched[declared.name] = value
        try:
            self._make()
        except ValueError:
            self._touched = before
            self._make()
            raise
        self.wrong.pop(declared.name, None)
        if self._is_as_before(declared):
            del self._touched[declared.name]
        if self.element is not None:
            # What another choice hides now was not meant.
            names = {item.name for item in self._shown(self.element)}
            for name in self._touched.keys() - names - {ORDER}:
                del self._touched[name]
        self._make()

    def refuse(self, error: BaseException) -> bool:
        """Say at its field why the host refuses a value; return whether it is about one of them."""
        field = getattr(error, "field", "")
        items = self._shown(self.element) if self.element is not None and field else []
        for item in items:
            if item.name == field and field in self._touched:
                self.wrong[field] = (input_for(item).write(self._touched[field]), words_of(error))
                return True
        return False

    def forget_hidden(self, shown: Iterable[Declared]) -> None:
        """Forget what was typed wrong into what another choice has hidden since."""
        names = {item.name for item in shown}
        self.wrong = {name: wrong for name, wrong in self.wrong.items() if name in names}

    def new_source(self) -> documents.Device | None:
        """Return the device as it was filled in, where it gets another source; None where not."""
        before = self.page.element(self.base)
        if not isinstance(before, documents.Disk | documents.Interface):
            return None
        after = self.element
        if not isinstance(after, type(before)) or before.where == after.where:
            return None
        return after.copy()

    def touch_secret(self, name: str, text: str) -> None:
        """Keep a secret until it is applied; an empty one leaves what is there."""
        if text:
            self._secrets[name] = text
        elif self._secrets.get(name) is not None:
            del self._secrets[name]

    def take_away(self, name: str, *, wanted: bool) -> None:
        """Take the secret away that is stored, or leave it there after all."""
        if wanted:
            self._secrets[name] = None
        elif self.takes_away(name):
            del self._secrets[name]

    def takes_away(self, name: str) -> bool:
        """Whether the secret that is stored is to be taken away."""
        return name in self._secrets and self._secrets[name] is None

    def is_touched(self, name: str) -> bool:
        """Whether applying it would write a value, a secret or not."""
        return name in self._touched or name in self._secrets

    def set_order(self, keys: tuple[str, ...], before: tuple[str, ...]) -> None:
        """Take an order of boot devices."""
        if keys == before:
            self._touched.pop(ORDER, None)
        else:
            self._touched[ORDER] = keys
        self._make()

    def filled(self, base: documents.Domain | None = None) -> documents.Domain:
        """Return the definition with all that was typed, secrets included.

        Parameters
        ----------
        base
            What it is put on; None is what the draft began with.
        """
        domain = (base or self.base).copy()
        self.write(domain)
        return domain

    def write(self, domain: documents.Domain) -> None:
        """Give another copy of the definition what was touched, secrets included.

        Raises
        ------
        ValueError
            What it is about is gone, or a value does not fit any more.
        """
        self._write(domain, {**self._touched, **self._secrets})

    def _write(
        self, domain: documents.Domain, values: Mapping[str, Any]
    ) -> documents.Element | None:
        element = self.page.element(domain)
        values = {name: value for name, value in values.items() if name != AUTOSTART}
        if element is None:
            if values:
                raise ValueError(str(_("It is gone from the definition.")))
            return None
        if (order := values.pop(ORDER, None)) is not None:
            set_boot_order(domain, order)
        give(element, values, self._shown)
        return element

    def _shown(self, element: documents.Element) -> list[Declared]:
        # What was typed before another choice hid it is not applied.
        return [item for item in self.page.declared(element) if item.is_shown(element)]

    def _make(self) -> None:
        self.domain = self.base.copy()
        self.element = self._write(self.domain, self._touched)

    def _is_as_before(self, declared: Declared) -> bool:
        if declared.name == AUTOSTART:
            return False
        before = self.page.element(self.base)
        if before is None or self.element is None:
            return False
        names = {item.name for item in self.page.declared(before)}
        return declared.name in names and declared.get(before) == declared.get(self.element)


def words_of(error: BaseException) -> str:
    """Return in a sentence or two why something was refused, and what to do."""
    if not isinstance(error, QvirtError):
        return str(error)
    # A note says what was made and could not be taken back.
    parts = (error.reason, error.next_step, *getattr(error, "__notes__", ()))
    return " ".join(part for part in parts if part)
