"""What the browser side of the VM list says that is no label of a column or an action."""

from __future__ import annotations

from typing import TYPE_CHECKING

from qvirt_jupyter._translation import LazyString, _

if TYPE_CHECKING:
    from collections.abc import Mapping

STRINGS: Mapping[str, LazyString] = {
    "list": _("Virtual machines"),
    "toolbar": _("Actions for the selected machines"),
    "filter": _("Filter machines"),
    "filter_help": _(
        "Words, or a field and what is in it: state:running tag:lab1 ip:10. memory:>4GiB. "
        "A minus in front leaves machines out; quotes keep words together."
    ),
    "keep_filter": _("Keep this filter"),
    "drop_filter": _("Do not keep this filter any more"),
    "selected": _("{count} selected"),
    "shown": _("{count} of {total} machines"),
    "more": _("More actions: {label}"),
    "nothing_selected": _("Select a virtual machine first."),
    "one_only": _("Select one machine only."),
    "running": _("{running} of {total} running"),
    "no_machines": _("no virtual machines"),
    "no_match": _("No machine matches the filter."),
    "all_stopped": _("No machine runs, and those that are off are hidden."),
    "empty": _("No connection yet."),
    "cancel": _("Cancel"),
    "unknown": _("not available"),
    "template": _("Template"),
    "template_help": _("{state}, and a template: it is kept to be cloned and does not start."),
    "and_more": _("{first} and {count} more"),
    "no_changes": _("none"),
    "yes": _("yes"),
    "no": _("no"),
    "days": _("{days} d {hours} h"),
    "hours": _("{hours} h {minutes} min"),
    "minutes": _("{minutes} min"),
    "seconds": _("{seconds} s"),
    "view": _("View"),
    "columns": _("Columns"),
    "group_by": _("Group by"),
    "by_connection": _("Connection"),
    "by_tag": _("Tag"),
    "by_state": _("State"),
    "by_nothing": _("Nothing"),
    "untagged": _("No tag"),
    "kept_filters": _("Kept filters"),
    "no_kept_filters": _("Type a filter, then press the star in its box."),
    "hide_stopped": _("Hide machines that are off"),
    "compact": _("Compact rows"),
    "pane": _("Details beside the list"),
    "not_measured": _("It is not measured; the preferences turn it on."),
    "usual_widths": _("Usual widths of columns"),
    "heading_help": _("Alt+Left and Alt+Right change the width, Shift+F10 chooses columns."),
    "no_field": _("There is no field “{field}” to filter by. There are: {known}."),
    "no_state": _("There is no state “{value}”. There are: {known}."),
    "no_number": _("“{value}” is no number to compare with. Write {field}:>4 or {field}:<2GiB."),
    "no_flag": _("“{value}” is neither yes nor no."),
    "open_quote": _("A quotation mark is not closed."),
}
