"""The wizard for a new machine, as a test sees it, and how it types and presses there."""

from __future__ import annotations

from a_manager import wait_for

from qvirt_jupyter.widgets.connections.saved_connections import SavedConnection, saved_connections
from qvirt_jupyter.widgets.creation import CreationPanel


class Wizard:
    """What a test sees of a wizard, and how it types and presses there."""

    def __init__(self, uri, **arguments):
        saved_connections.add(SavedConnection(uri, "Lab", autoconnect=True))
        self.panel = CreationPanel(uri, **arguments)
        self.edits = 0
        assert wait_for(lambda: self.state["fields"]), self.state

    @property
    def state(self):
        return self.panel._view.shown

    def say(self, **message):
        self.panel._view._receive({"client": "window-1", **message})
        wait_for(lambda: True)

    def type(self, name, text):
        self.edits += 1
        self.say(type="edit", name=name, value=text, number=self.edits)

    def press(self, button):
        self.say(type="press", id=button)
        wait_for(lambda: not self.state["busy"])

    def field(self, name):
        return next(field for field in self.state["fields"] if field["name"] == name)

    def choose_system(self, text):
        self.say(type="system", wish="search", text=text)
        self.say(type="system", wish="choose", text=self.state["systems"]["options"][0]["id"])

    def go_to(self, page):
        while self.state["page"] != page:
            before = self.state["page"]
            self.press("next")
            assert wait_for(lambda before=before: self.state["page"] != before), self.state
