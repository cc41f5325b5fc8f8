"""The front end keeps its promises: commands, translatable strings, names that must agree."""

from __future__ import annotations

import json
import re
import tomllib
from pathlib import Path

import pytest

from qvirt_jupyter.widgets import _messages, _table_messages, _xml_messages, shell, table
from qvirt_jupyter.widgets.machine_list.actions import CONNECTION_ACTIONS, DOMAIN_ACTIONS
from qvirt_jupyter.widgets.machine_list.list_arrangement import GROUPINGS
from qvirt_jupyter.widgets.machine_list.strings import STRINGS
from qvirt_jupyter.widgets.xml import words as xml_words

ROOT = Path(__file__).parent.parent.parent
FRONTEND = ROOT / "frontend"
SOURCES = sorted((FRONTEND / "src").glob("*.ts"))
XML_EDITOR = sorted((FRONTEND / "widgets/xml-editor").glob("*.ts"))
VM_LIST = sorted((FRONTEND / "widgets/vm-list").glob("*.ts"))
TABLE = sorted((FRONTEND / "widgets/table").glob("*.ts"))
HEADINGS = FRONTEND / "widgets/grid/heading.ts"
BROWSER = sorted(
    file
    for folder in ("widgets", "console", "viewer", "terminal")
    for file in (FRONTEND / folder).rglob("*.ts")
    if "vendor" not in file.parts
)

# Where a text ends on the screen: properties of objects, and what is set on nodes.
VISIBLE = re.compile(
    r"""(?:\b(?:label|caption|text|details|category|proceed|cancel|placeholder|noKernel)\s*:
        |\.(?:textContent|innerText|title|placeholder|ariaLabel)\s*=
        |setAttribute\(\s*'(?:aria-label|title|placeholder|alt)'\s*,)
        \s*(['"`])(?P<text>(?:(?!\1).)*)\1""",
    re.VERBOSE,
)

# A combination of keys, which has the same name in every language of the interface.
KEYS = re.compile(r"(?:(?:Ctrl|Alt|Shift|Super)\+)+(?:F\$\{[^}]*\}|\S+)|Print|Super|Escape|Tab")
# The path of an icon.
DRAWING = re.compile(r"[MmLlHhVvCcSsQqAaZz0-9 .,-]*\d[MmLlHhVvCcSsQqAaZz0-9 .,-]*")


def read(file: Path) -> str:
    text = file.read_text(encoding="utf-8")
    text = re.sub(r"/\*.*?\*/", "", text, flags=re.DOTALL)
    return re.sub(r"^\s*//.*$", "", text, flags=re.MULTILINE)


def bare_strings(source: str) -> list[str]:
    """Return the texts with words in them that are shown without going through ``trans``."""
    found = (match["text"] for match in VISIBLE.finditer(source))
    found = (text for text in found if not DRAWING.fullmatch(text) and not KEYS.fullmatch(text))
    return [text for text in found if re.search(r"[A-Za-z]{2}", re.sub(r"\$\{[^}]*\}", "", text))]


def styled(folder: Path) -> set[str]:
    """Return the classes that the style sheets of a module style wherever they stand."""
    rules = re.compile(r"(?:^|[{}])([^{}]+)(?={)")
    selectors = (
        selector.strip()
        for sheet in folder.glob("*.css")
        for rule in rules.findall(read(sheet))
        for selector in rule.split(",")
    )
    return {each for each in selectors if re.fullmatch(r"\.qvirt-[\w-]+", each)}


def test_no_two_modules_style_one_class():
    # All sheets meet in one page: the bar of a table once made the manager's buttons a line.
    ground = "grid"
    owners: dict[str, list[str]] = {}
    for folder in sorted((FRONTEND / "widgets").iterdir()):
        if folder.is_dir() and folder.name != ground:
            for name in styled(folder):
                owners.setdefault(name, []).append(folder.name)
    assert ".qvirt-toolbar" in styled(FRONTEND / "widgets" / ground)
    assert not {name: found for name, found in owners.items() if len(found) > 1}


@pytest.mark.parametrize("file", [*SOURCES, *BROWSER], ids=lambda file: file.name)
def test_every_visible_string_is_translatable(file):
    assert bare_strings(read(file)) == []


def test_the_check_sees_a_bare_string():
    assert bare_strings("{ label: 'Open' }") == ["Open"]
    assert bare_strings('node.textContent = "Force off"') == ["Force off"]
    assert bare_strings("node.setAttribute('aria-label', `Stop ${name}`)") == ["Stop ${name}"]
    assert bare_strings("{ label: trans.__('Open') }") == []
    assert bare_strings("node.title = `${label}: ${refusal}`") == []


def command_ids() -> dict[str, str]:
    return dict(re.findall(r"(\w+): '(qvirt:[^']*)'", read(FRONTEND / "src/commandIds.ts")))


def test_commands_are_named_verb_noun():
    ids = command_ids()
    assert ids
    for name in ids.values():
        assert re.fullmatch(r"qvirt:[a-z]+(-[a-z]+)+", name)


def test_every_command_is_registered_described_and_in_the_palette():
    source = "".join(read(FRONTEND / f"src/{name}.ts") for name in ("commands", "creation"))
    for name in command_ids():
        assert f"CommandIDs.{name}," in source
    assert source.count("addCommand(") == source.count("describedBy:")
    index = read(FRONTEND / "src/index.ts")
    assert re.search(r"of Object\.values\(CommandIDs\)\)\s*\{\s*palette\?\.addItem", index)


def test_menus_and_schema_name_real_commands():
    schema = json.loads((FRONTEND / "schema/plugin.json").read_text(encoding="utf-8"))
    named = set(re.findall(r'"command": "(qvirt:[^"]*)"', json.dumps(schema)))
    assert named
    assert named <= set(command_ids().values())
    assert schema["additionalProperties"] is False
    # JupyterLab refuses the whole list where a selector has a comma.
    context = schema["jupyter.lab.menus"]["context"]
    assert not [entry for entry in context if "," in entry["selector"]]


def test_the_labextension_has_one_name_and_one_version():
    package = json.loads((FRONTEND / "package.json").read_text(encoding="utf-8"))
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    install = json.loads((FRONTEND / "install.json").read_text(encoding="utf-8"))
    assert package["name"] == project["name"] == install["packageName"] == "qvirt-jupyter"
    assert package["version"] == project["version"]
    assert "id: 'qvirt-jupyter:plugin'" in read(FRONTEND / "src/index.ts")
    assert (FRONTEND / "schema/plugin.json").exists()
    for shared in ("@jupyter-widgets/base", "@jupyter-widgets/jupyterlab-manager"):
        # A second copy of these would know no widget.
        assert package["jupyterlab"]["sharedPackages"][shared] == {
            "bundled": False,
            "singleton": True,
        }


def test_the_lock_file_names_no_registry():
    assert not re.search(r"https?://", (FRONTEND / "yarn.lock").read_text(encoding="utf-8"))


def test_the_comm_target_is_the_same_on_both_sides():
    assert f"SHELL_TARGET = '{shell.TARGET}'" in read(FRONTEND / "src/shellComm.ts")


MESSAGES = [
    (module, name, folder)
    for module, folder in ((_messages, "vm-list"), (_table_messages, "table"))
    for name, value in vars(module).items()
    if isinstance(value, type) and hasattr(value, "__required_keys__") and name != "ModuleText"
]


@pytest.mark.parametrize(
    ("module", "name", "folder"), MESSAGES, ids=[f"{one[2]}-{one[1]}" for one in MESSAGES]
)
def test_messages_have_the_same_fields_on_both_sides(module, name, folder):
    files = ("grid/packing.ts", f"{folder}/messages.ts")
    source = "\n".join(read(FRONTEND / "widgets" / file) for file in files)
    match = re.search(rf"interface {name} \{{(.*?)\n\}}", source, re.DOTALL)
    assert match, f"{name} is not in messages.ts"
    fields = re.findall(r"^\s*(\w+)(\??):", match[1], re.MULTILINE)
    message = getattr(module, name)
    keys = message.__required_keys__ | message.__optional_keys__
    assert {field for field, _optional in fields} == keys


XML_MESSAGES = [
    name for name, value in vars(_xml_messages).items() if hasattr(value, "__required_keys__")
]


@pytest.mark.parametrize("name", XML_MESSAGES)
def test_messages_about_xml_have_the_same_fields_on_both_sides(name):
    source = read(FRONTEND / "widgets/xml-editor/messages.ts")
    match = re.search(rf"interface I{name} \{{(.*?)\n\}}", source, re.DOTALL)
    assert match, f"I{name} is not in messages.ts"
    fields = re.findall(r"^\s*(\w+)\??:", match[1], re.MULTILINE)
    assert set(fields) == getattr(_xml_messages, name).__required_keys__


def test_the_xml_parts_have_every_text_that_they_ask_for_and_no_other():
    everything = "\n".join(read(file) for file in XML_EDITOR)
    phrases = set(
        re.findall(r"'([^']+)'", everything.partition("PHRASES = [")[2].partition("]")[0])
    )
    asked = set(re.findall(r"\b(?:words|spec)\('(\w+)'", everything)) | {
        "againstNext",
        "againstNow",
    }
    assert asked | phrases == set(xml_words.EDITOR) | set(xml_words.HISTORY)


@pytest.mark.parametrize(("module", "folder"), [(_messages, "vm-list"), (_table_messages, "table")])
def test_the_protocol_is_the_same_on_both_sides(module, folder):
    source = read(FRONTEND / f"widgets/{folder}/messages.ts")
    assert f"PROTOCOL = {module.PROTOCOL};" in source


def test_the_list_has_every_text_that_it_asks_for_and_no_other():
    source = "\n".join(read(file) for file in [*VM_LIST, HEADINGS])
    calls = re.findall(r"\.text\(([^(){}]*)", source)
    asked = {name for call in calls for name in re.findall(r"'(\w+)'", call)}
    assert "text(`by_${each}`)" in source
    asked |= {f"by_{grouping}" for grouping in GROUPINGS}
    assert asked == set(STRINGS)


def test_the_table_has_every_string_that_it_asks_for():
    source = "\n".join(read(file) for file in [*TABLE, HEADINGS])
    calls = re.findall(r"\.text\(([^(){}]*)", source)
    assert {name for call in calls for name in re.findall(r"'(\w+)'", call)} == set(table.STRINGS)


def test_every_button_has_an_icon():
    icons = set(
        re.findall(r"^\s+'?([\w-]+)'?:\s", read(FRONTEND / "widgets/grid/icons.ts"), re.MULTILINE)
    )
    for action in (*DOMAIN_ACTIONS, *CONNECTION_ACTIONS):
        assert action.icon in icons, action.name


def test_styles_use_only_jupyterlabs_colours():
    for file in (
        FRONTEND / "style/base.css",
        FRONTEND / "widgets/grid/style.css",
        FRONTEND / "widgets/table/style.css",
        FRONTEND / "widgets/vm-list/style.css",
        FRONTEND / "widgets/xml-editor/style.css",
    ):
        text = re.sub(r"var\(--jp-[^()]*(\([^()]*\)[^()]*)?\)", "", file.read_text("utf-8"))
        text = re.sub(r"/\*.*?\*/", "", text, flags=re.DOTALL)
        assert not re.search(r"#[0-9a-fA-F]{3,8}\b|\brgba?\(|\bhsla?\(", text), file.name
