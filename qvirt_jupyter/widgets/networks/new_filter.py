"""The form for a new network filter: its name, and its rules as XML."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from qvirt_jupyter import documents
from qvirt_jupyter._translation import _
from qvirt_jupyter.documents import Text, option
from qvirt_jupyter.hypervisor.definition_names import why_no_name
from qvirt_jupyter.widgets.forms.request_form import RequestForm
from qvirt_jupyter.widgets.xml.whole_definition import XmlText

if TYPE_CHECKING:
    from collections.abc import Callable, Collection

    from qvirt_jupyter.hypervisor import Job, NWFilter

_FIRST: Final = """\
<filter name='filter' chain='root'>
  <rule action='accept' direction='out' priority='500'>
    <all state='NEW,ESTABLISHED,RELATED'/>
  </rule>
  <rule action='accept' direction='in' priority='500'>
    <all state='ESTABLISHED'/>
  </rule>
  <rule action='drop' direction='inout' priority='1000'>
    <all/>
  </rule>
</filter>"""
"""A guest begins what it wants, and nobody outside begins anything with it."""


@dataclass(frozen=True, kw_only=True)
class FilterDraft:
    """What is typed.

    Parameters
    ----------
    name
        The filter's name; it replaces that in the XML.
    xml
        The filter.
    """

    name: str = option(Text(), label=_("Name"))
    xml: str = option(
        XmlText("filter"),
        label=_("Definition (XML)"),
        default=_FIRST,
        help=_(
            "At first: a guest begins what it wants, and nobody outside begins anything with it. "
            "The name above replaces that in the XML."
        ),
    )

    def document(self) -> documents.NWFilter:
        """Return the definition under its name."""
        made = documents.NWFilter.parse(self.xml)
        made.name = self.name
        # Its UUID would be that of the filter from which the text was copied.
        made.uuid = None
        return made


class NewFilterForm(RequestForm[FilterDraft]):
    """The form; it stays until the filter is there.

    Parameters
    ----------
    taken
        Names that there are already.
    begin
        Begins to make the filter.
    close
        Called when it is no longer needed.
    done
        Called with what was made.
    """

    def __init__(
        self,
        taken: Collection[str],
        begin: Callable[[documents.NWFilter], Job[NWFilter]],
        close: Callable[[], object],
        done: Callable[[NWFilter], object],
    ) -> None:
        self._taken = frozenset(taken)
        name, number = "filter", 0
        while name in self._taken:
            number += 1
            name = f"filter-{number}"
        super().__init__(
            FilterDraft(name=name),
            title=_("New network filter"),
            submit=_("Create"),
            on_submit=lambda draft: self.follow(
                lambda: begin(draft.document()), _("Making the filter…"), done
            ),
            close=close,
        )

    def validate(self) -> dict[str, str]:
        """Return what is wrong, by the names of the inputs."""
        errors = super().validate()
        name = self._draft.name
        if name and "name" not in errors:
            refusal = why_no_name(name)
            if refusal:
                errors["name"] = str(refusal)
            elif name in self._taken:
                errors["name"] = str(
                    _("The name {name} is taken. Choose another name.").format(name=repr(name))
                )
        return errors
