"""The dialog for a new storage pool: a form over a ``PoolRequest``."""

from __future__ import annotations

import dataclasses
from functools import partial
from typing import TYPE_CHECKING, Any, ClassVar, Final

from qvirt_jupyter._translation import LazyString, _, ngettext
from qvirt_jupyter.documents import Choice, Declared
from qvirt_jupyter.provision.pools import PoolRequest
from qvirt_jupyter.widgets.details.work import work_in_pool
from qvirt_jupyter.widgets.forms.folder_form import FolderForm
from qvirt_jupyter.widgets.forms.request_form import RequestForm

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from qvirt_jupyter.hypervisor import StoragePool
    from qvirt_jupyter.hypervisor.connection import Connection
    from qvirt_jupyter.provision.pools import FoundSource, OfferedType
    from qvirt_jupyter.widgets._form_messages import FieldState

_FOUND: Final = "found"
"""The name of the input that offers what was found."""


class PoolDialog(FolderForm[PoolRequest], RequestForm[PoolRequest]):
    """Asks for a new pool: its kind first, then what that kind needs.

    The target is a folder of the host; an exported folder is one of the server's.

    Parameters
    ----------
    connection
        Where it will be.
    offered
        The kinds of pools, with what the host says of each.
    close
        Called when the dialog is no longer needed.
    done
        Called with the pool that was made.
    """

    _folder_fields: ClassVar[tuple[str, ...]] = ("target",)

    def __init__(
        self,
        connection: Connection,
        offered: Sequence[OfferedType],
        close: Callable[[], object],
        done: Callable[[StoragePool], object],
    ) -> None:
        self._connection = connection
        self._offered = {each.type: each for each in offered}
        self._done = done
        self._found: tuple[FoundSource, ...] | None = None
        self._look_in(connection)
        first = next((each.type for each in offered if each.is_offered), "dir")
        super().__init__(
            PoolRequest(type=first),
            title=_("New storage pool"),
            submit=_("Create"),
            on_submit=self._create,
            close=close,
            placeholders={
                name: partial(self._default, name)
                for name in ("name", "target", "source_name", "format")
            },
        )

    def validate(self) -> dict[str, str]:
        """Return what is wrong, by field; the request itself knows most of it."""
        errors = super().validate()
        request = dataclasses.replace(self._draft, password=self._secrets.get("password", ""))
        for name, words in request.problems(self._connection).items():
            errors.setdefault(name, str(words))
        return errors

    def edit(self, name: str, text: str) -> None:
        """Take what was typed; another kind of pools has other places to come from."""
        if self.is_busy:
            return
        if name == _FOUND:
            self._take_found(text)
            return
        before = self._draft
        super().edit(name, text)
        if before.type != self._draft.type and self._folders.state is not None:
            # The path of another kind leads elsewhere.
            self._folders.forget()
            self._show()
        if self._found and (before.type, before.host) != (self._draft.type, self._draft.host):
            self._found = None
            self._show()

    def press(self, button: str) -> None:
        """Look for places that the pool could come from."""
        if button == "look" and not self.is_busy:
            self._busy = _("Looking for sources…")
            self._problem = ""
            self._show()
            request = self._draft
            work_in_pool(
                self._connection,
                lambda: request.sources(self._connection),
                partial(self._looked, request),
                self._failed,
            )

    def _looked(self, request: PoolRequest, found: Sequence[FoundSource]) -> None:
        self._busy = ""
        if request.type == self._draft.type:
            self._found = tuple(found)
        self._show()

    def _take_found(self, text: str) -> None:
        found = self._found or ()
        if text.isdecimal() and int(text) < len(found):
            request = found[int(text)].fill(self._draft)
            self._wrong.clear()
            for name in found[int(text)].values:
                self._touched[name] = getattr(request, name)
            self._draft = request
            self._show()

    def _first_folder(self, name: str) -> str:
        return super()._first_folder(name) or self._default(name, self._draft)

    # What is made. -------------------------------------------------------------------------------

    def _create(self, request: PoolRequest) -> None:
        self.follow(
            lambda: request.submit(self._connection), _("Making the storage pool…"), self._done
        )

    # What is shown. ------------------------------------------------------------------------------

    def _declared(self) -> list[Declared]:
        declared = []
        for each in self._draft.declared:
            offered = self._offered.get(self._draft.type)
            if each.name == "format" and offered is not None:
                each = dataclasses.replace(each, type=Choice(*offered.formats))  # noqa: PLW2901
            declared.append(each)
        return declared

    def _is_optional(self, declared: Declared) -> bool:
        # What is left empty gets a default, or the request says that it is missing.
        return declared.name not in ("type", "start", "autostart", "preparation", "adapter_type")

    def _default(self, name: str, request: PoolRequest) -> str:
        return str(getattr(request.completed(self._connection), name))

    def _field(self, declared: Declared, error: str) -> FieldState:
        state = super()._field(declared, error)
        if declared.name == "type":
            for choice in state["choices"]:
                offered = self._offered.get(choice["value"])
                if offered is not None and offered.reason:
                    choice["reason"] = str(offered.reason)
            state["help"] = str(self._draft.kind.help)
        warning = self._warnings.get(declared.name)
        if warning:
            state["help"] = " ".join(filter(None, (state["help"], str(warning))))
        return state

    @property
    def _warnings(self) -> Mapping[str, LazyString | str]:
        return self._draft.warnings(self._connection) if not self._wrong else {}

    def _more(self) -> Mapping[str, Any]:
        more: dict[str, Any] = {**super()._more(), "code": self._draft.code}
        kind = self._draft.kind
        if kind.finds or "device" in kind.fields:
            reason = ""
            if self._busy:
                reason = str(self._busy)
            elif kind.finds == "server" and not self._draft.host:
                reason = str(_("Name the server first."))
            label = str(_("Look for sources"))
            more["buttons"] = [{"id": "look", "label": label, "kind": "plain", "reason": reason}]
        try:
            more["preview"] = str(self._draft.build(self._connection))
        except ValueError:
            # What is wrong stands at its field.
            more["preview"] = ""
        return more

    def show(self, state: Mapping[str, Any], picture: bytes | None = None) -> None:
        """Show it with what was found, as one more input after the server or the name."""
        fields = list(state["fields"])
        if self._found is not None:
            names = [field["name"] for field in fields]
            place = names.index("host") + 1 if "host" in names else 2
            fields.insert(place, self._found_field(self._found))
        super().show({**state, "fields": fields}, picture)

    def _found_field(self, found: Sequence[FoundSource]) -> FieldState:
        label = ngettext("{number} source found", "{number} sources found", len(found))
        choices: list[Any] = [{"value": "", "label": str(_("Choose one…"))}]
        for number, each in enumerate(found):
            words = " · ".join(filter(None, (each.label, str(each.note))))
            reason = str(each.note) if each.used_by else ""
            choices.append({"value": str(number), "label": words, "reason": reason})
        return {
            "name": _FOUND,
            "kind": "choice",
            "label": str(label if found else _("No source was found")),
            "help": "",
            "group": "",
            "unit": "",
            "advanced": False,
            "shown": True,
            "value": "",
            "choices": choices,
            "placeholder": "",
            "error": "",
        }
