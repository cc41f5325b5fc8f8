"""The dialog for a new network: what is wrong is said at its field before libvirt is asked."""

from __future__ import annotations

import dataclasses
from typing import TYPE_CHECKING, Any, ClassVar

from qvirt_jupyter._translation import _
from qvirt_jupyter.documents import Choice, Declared, InvalidDocument
from qvirt_jupyter.hypervisor.definition_names import why_no_name
from qvirt_jupyter.widgets.forms.folder_form import FolderForm
from qvirt_jupyter.widgets.forms.request_form import RequestForm
from qvirt_jupyter.widgets.networks.draft import BY_HAND, FIELDS, LISTS, NetworkDraft

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Mapping

    from qvirt_jupyter.hypervisor import Network
    from qvirt_jupyter.hypervisor.connection import Connection
    from qvirt_jupyter.provision.networks import HostNetworks, NetworkProblem, NetworkRequest
    from qvirt_jupyter.widgets._form_messages import FieldState


def _never(_draft: NetworkDraft) -> bool:
    return False


class NewNetworkForm(FolderForm[NetworkDraft], RequestForm[NetworkDraft]):
    """The declared values of a draft; the request behind it says what does not fit together.

    Parameters
    ----------
    connection
        Where it will be.
    seen
        A look at the host.
    close
        Called when it is no longer needed.
    done
        Called with the network that was made.
    """

    _folder_fields: ClassVar[tuple[str, ...]] = ("tftp_root",)

    def __init__(
        self,
        connection: Connection,
        seen: HostNetworks,
        close: Callable[[], object],
        done: Callable[[Network], object],
    ) -> None:
        self._look_in(connection)
        self._seen = seen
        self._warnings: dict[str, list[str]] = {}
        # What may be typed freely, but is mostly one of these.
        self._offered: Mapping[str, Collection[str]] = {
            "device": sorted(seen.links.devices),
            "bridge": sorted(name for name in seen.links.bridges if not seen.bridge_owner(name)),
        }
        cards = {card.interface for card in seen.physical_functions}
        super().__init__(
            NetworkDraft.begin(seen),
            title=_("New network"),
            submit=_("Create"),
            on_submit=lambda draft: self.follow(
                lambda: draft.submit(connection), _("Making the network…"), done
            ),
            close=close,
            placeholders={"domain": lambda draft: draft.name},
            narrowed={"physical_functions": sorted(cards)},
        )

    def validate(self) -> dict[str, str]:
        """Return what is wrong, by the names of the inputs."""
        errors = super().validate()
        if errors:
            return errors
        if self._draft.writes_xml:
            return self._wrong_by_hand()
        try:
            problems = self._draft.request.problems(self._seen)
        except ValueError as error:
            return {self._about_lists(): str(error)}
        for problem in problems:
            if not problem.is_warning:
                errors.setdefault(self._input_of(problem), str(problem))
        return errors

    def edit(self, name: str, text: str) -> None:
        """Take what was typed, and say at once what that makes wrong."""
        super().edit(name, text)
        if not self._wrong and not self.is_busy and self.validate():
            self._show(all_errors=True)

    def _wrong_by_hand(self) -> dict[str, str]:
        try:
            definition = self._draft.document()
        except InvalidDocument as error:
            return {"xml": str(error)}
        refusal = why_no_name(definition.name or "")
        if not refusal and definition.name in self._seen.names:
            refusal = _("The name {name} is taken. Choose another name.").format(
                name=repr(definition.name)
            )
        return {"xml": str(refusal)} if refusal else {}

    # What is shown. ------------------------------------------------------------------------------

    def _declared(self) -> list[Declared]:
        by_hand = self._draft.writes_xml
        return [
            dataclasses.replace(each, when=_never)
            if by_hand and each.name not in BY_HAND
            else dataclasses.replace(each, type=Choice(*self._offered[each.name]))
            if self._offered.get(each.name)
            else each
            for each in super()._declared()
        ]

    def _is_optional(self, declared: Declared) -> bool:
        # Whether one must be named depends on the mode: the request says so.
        return declared.name in self._offered or super()._is_optional(declared)

    def _show(self, *, all_errors: bool = False) -> None:
        self._warnings = self._warned()
        super()._show(all_errors=all_errors)

    def _field(self, declared: Declared, error: str) -> FieldState:
        state = super()._field(declared, error)
        warnings = self._warnings.get(declared.name, ())
        state["help"] = " ".join((*warnings, state["help"])) if warnings else state["help"]
        return state

    def _more(self) -> Mapping[str, Any]:
        more = super()._more()
        if self._draft.writes_xml:
            return more
        try:
            request = self._draft.request
            return {**more, "code": request.code, "preview": str(request.build(self._seen))}
        except ValueError:
            # What is wrong stands at its field.
            return more

    def _warned(self) -> dict[str, list[str]]:
        warned: dict[str, list[str]] = {}
        if self._draft.writes_xml:
            return warned
        try:
            problems = self._draft.request.problems(self._seen)
        except ValueError:
            return warned
        for problem in problems:
            if problem.is_warning:
                warned.setdefault(self._input_of(problem), []).append(str(problem))
        return warned

    def _input_of(self, problem: NetworkProblem) -> str:
        """Return the input that is for a field of the request, or for a part of it."""
        shown = [item.name for item in self._declared() if item.is_shown(self._draft)]
        if problem.part in shown:
            return problem.part
        for name in shown:
            if FIELDS.get(name, name) == problem.field:
                return name
        return "name"

    def _about_lists(self) -> str:
        """Return the input whose lines cannot be read."""
        for name in LISTS:
            try:
                # Without it all can be read: it is the one.
                self._without(name)
            except ValueError:
                continue
            return name
        return "name"

    def _without(self, name: str) -> NetworkRequest:
        empty: dict[str, Any] = {name: ""}
        return dataclasses.replace(self._draft, **empty).request
