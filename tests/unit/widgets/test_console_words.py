"""The console's page and its panel know the same words, messages and fields."""

from __future__ import annotations

import re
from pathlib import Path

import qvirt_jupyter
from qvirt_jupyter.widgets._console_messages import (
    VERSION,
    ConsoleMessage,
    DisplayTicketMessage,
    KeysMessage,
    LayoutMessage,
    PlannedMessage,
    RecalledMessage,
    SaidMessage,
    TabletMessage,
    ViewerMessage,
)
from qvirt_jupyter.widgets._console_strings import STRINGS
from qvirt_jupyter.widgets._view_messages import (
    MachineState,
    ProblemMessage,
    ReleaseMessage,
    StateMessage,
    TicketMessage,
)
from qvirt_jupyter.widgets.consoles import release_keys

FRONTEND = Path(qvirt_jupyter.__file__).parent.parent / "frontend"


def test_page_and_kernel_know_the_same_words():
    used = set()
    for file in [
        *(FRONTEND / "console").glob("*.ts"),
        *(FRONTEND / "viewer").glob("*.ts"),
        FRONTEND / "widgets/panel/framedPage.ts",
    ]:
        text = file.read_text()
        used |= set(re.findall(r"""\bwords\(\s*['"](\w+)['"]""", text))
        used |= set(re.findall(r"\bstrings\.(\w+)", text))
        if "words(screen.viewOnly" in text:
            used |= {"view_only_on", "view_only_off"}
        used |= {
            f"scaling_{scaling}"
            for names in re.findall(r"type Scaling = (.*);", text)
            for scaling in re.findall(r"'(\w+)'", names)
        }
    assert used == set(STRINGS)


def test_page_and_kernel_speak_the_same_version_and_name_the_same_fields():
    text = (FRONTEND / "console" / "messages.ts").read_text()
    assert int(re.search(r"VERSION = (\d+)", text)[1]) == VERSION
    text += (FRONTEND / "viewer" / "machine.ts").read_text()
    for message in (
        MachineState,
        ConsoleMessage,
        DisplayTicketMessage,
        StateMessage,
        TicketMessage,
        ProblemMessage,
        ReleaseMessage,
        LayoutMessage,
        KeysMessage,
        TabletMessage,
        PlannedMessage,
        RecalledMessage,
        SaidMessage,
        ViewerMessage,
    ):
        name = message.__name__
        body = re.search(rf"interface {name} {{(.*?)\n}}", text, re.DOTALL)[1]
        fields = set(re.findall(r"^  (\w+):", body, re.MULTILINE))
        assert fields == set(message.__annotations__), name


def test_the_fields_of_a_sentence_survive_translation():
    for name, words in STRINGS.items():
        assert str(words), name
    for name, words in release_keys.filled(STRINGS, "lctrl-lalt").items():
        assert "{chord}" not in words, name
    assert "Left Ctrl+Left Alt" in words_of("leave_hint")
    assert "Left Ctrl+Left Alt" in words_of("held_hint")


def words_of(name):
    return release_keys.filled(STRINGS, "lctrl-lalt")[name]
