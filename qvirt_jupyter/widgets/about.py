"""What this is, in which versions, and under which licence."""

from __future__ import annotations

import html
from importlib import metadata
from typing import TYPE_CHECKING, Final

import ipywidgets
import libvirt

from qvirt_jupyter._translation import _

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from qvirt_jupyter.hypervisor.connection import Connection

_DOCUMENTATION: Final = "https://qvirt-jupyter.readthedocs.io/"


class About(ipywidgets.VBox):
    """A few lines with versions.

    Parameters
    ----------
    connections
        Whose libvirt and hypervisor are named; those that are not open are left out.
    close
        Called when the user has read it.
    """

    def __init__(self, connections: Iterable[Connection], close: Callable[[], object]) -> None:
        rows = [
            (str(_("qvirt-jupyter")), metadata.version("qvirt-jupyter")),
            (str(_("libvirt here")), version_text(libvirt.getVersion())),
        ]
        for connection in connections:
            if connection.is_connected:
                versions = connection.versions
                hypervisor = f"{connection.host.hypervisor} {versions.hypervisor}"
                rows.append((connection.label, f"libvirt {versions.service}, {hypervisor}"))
        rows.append((str(_("Licence")), "BSD-3-Clause"))
        facts = "".join(
            f"<dt>{html.escape(name)}</dt><dd>{html.escape(value)}</dd>" for name, value in rows
        )
        words = html.escape(str(_("Virtual machines in JupyterLab.")))
        link = f'<a href="{_DOCUMENTATION}" target="_blank" rel="noopener">{_("Documentation")}</a>'
        text = ipywidgets.HTML(
            f'<p>{words} {link}</p><dl class="qvirt-facts">{facts}</dl>',
        )
        self._button = ipywidgets.Button(description=str(_("Close")))
        self._button.on_click(lambda _button: close())
        super().__init__([text, self._button])
        self.add_class("qvirt-dialog")

    def focus(self) -> None:
        """Put the focus on the button that closes it."""
        self._button.focus()


def version_text(number: int) -> str:
    """Return libvirt's number of a version as people write it.

    https://libvirt.org/html/libvirt-libvirt-host.html#virGetVersion
    """
    return f"{number // 1_000_000}.{number // 1000 % 1000}.{number % 1000}"
