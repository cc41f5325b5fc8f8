"""A part of a panel that the browser draws from a small state."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, ClassVar

import traitlets

from qvirt_jupyter.hypervisor import publisher
from qvirt_jupyter.widgets._assets import ModuleWidget
from qvirt_jupyter.widgets._panel_messages import VERSION

if TYPE_CHECKING:
    from collections.abc import Mapping

    from qvirt_jupyter._translation import LazyString


class PanelPart(ModuleWidget):
    """A widget that shows one state at a time; subclasses say which part of the module draws it.

    The state travels as a custom message, on the publisher thread and only once a browser has drawn
    the part, so it is in no saved notebook.
    """

    _module: ClassVar[str] = "panel"
    _part: ClassVar[str]
    _strings: ClassVar[Mapping[str, LazyString]] = {}

    part = traitlets.Unicode().tag(sync=True)
    strings = traitlets.Dict().tag(sync=True)

    def __init__(self) -> None:
        super().__init__(
            part=self._part,
            strings={name: str(words) for name, words in self._strings.items()},
        )
        self._is_drawn = False
        self._shown: Mapping[str, Any] | None = None
        self._picture: bytes | None = None

    def __del__(self) -> None:
        # ipywidgets closes what is deleted, also what failed half-way in its making; a part that is
        # alive is held by ipywidgets until its panel closes it.
        return

    def show(self, state: Mapping[str, Any], picture: bytes | None = None) -> None:
        """Show this state; from any thread.

        Parameters
        ----------
        state
            One of the typed dictionaries of ``_panel_messages``.
        picture
            A picture that belongs to it, as a PNG or a JPEG.
        """
        self._shown, self._picture = state, picture
        if self._is_drawn:
            self._send_soon()

    @property
    def shown(self) -> Mapping[str, Any] | None:
        """What it shows now."""
        return self._shown

    def _send_soon(self) -> None:
        publisher.post(("part", id(self)), self._send_state)

    def _send_state(self) -> None:
        if self.comm is None or self._shown is None:
            return
        buffers = [self._picture] if self._picture is not None else None
        self.send({"type": "state", "version": VERSION, "state": self._shown}, buffers)

    def _receive(self, content: dict[str, Any]) -> None:
        if content.get("type") == "ready":
            self._is_drawn = True
            self._send_soon()
            return
        client = content.get("client")
        self._said(content, client if isinstance(client, str) else "")

    def _said(self, content: dict[str, Any], client: str) -> None:
        """Take what a browser says to this part; it is not to be trusted."""
