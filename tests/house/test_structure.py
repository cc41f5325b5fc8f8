"""The house stands: no arrow between floors runs upwards, public names are documented."""

from __future__ import annotations

import ast
import importlib
import inspect
import pkgutil
import re
from pathlib import Path

import pytest

import qvirt_jupyter

PACKAGE = Path(qvirt_jupyter.__file__).parent
# From the ground up. The server part stands beside the house and may enter by console/ only.
FLOORS = ["documents", "hypervisor", "console", "provision", "lab", "widgets"]
GROUND = {"_translation", "_private_files", "_temporary_folders", "_views"}
SERVER_MAY_IMPORT = {"console", "server"} | GROUND
LINES_AT_MOST = 400
VAGUE_NAMES = {"utils", "helpers", "common", "base", "handlers", "misc", "tools"}

SOURCES = sorted(PACKAGE.rglob("*.py"))


def place(file: Path) -> str:
    """Return the first part of a module's path inside the package."""
    part = file.relative_to(PACKAGE).parts[0]
    return part.removesuffix(".py")


def imported_places(source: str, file: Path) -> set[str]:
    """Return the places of our package that a module imports, also inside functions."""
    package = ("qvirt_jupyter", *file.relative_to(PACKAGE).parent.parts)
    modules: set[str] = set()
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Import):
            modules |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            if node.level:
                parent = package[: len(package) - node.level + 1]
                stem = ".".join((*parent, *(node.module or "").split("."))).rstrip(".")
            else:
                stem = node.module or ""
            modules |= {f"{stem}.{alias.name}" for alias in node.names}
    places = set()
    for module in modules:
        parts = module.split(".")
        if parts[0] == "qvirt_jupyter" and len(parts) > 1:
            places.add(parts[1])
    return places


def wrong_arrows(source: str, file: Path) -> set[str]:
    """Return the places that this module must not import."""
    here = place(file)
    imports = imported_places(source, file)
    floors_and_server = {*FLOORS, "server"}
    if here in GROUND:
        return imports & floors_and_server
    if here == "server":
        return {name for name in imports & floors_and_server if name not in SERVER_MAY_IMPORT}
    if here in FLOORS:
        allowed = set(FLOORS[: FLOORS.index(here) + 1])
        return (imports & floors_and_server) - allowed
    return set()  # the package's own __init__ shows all floors


@pytest.mark.parametrize("file", SOURCES, ids=lambda f: str(f.relative_to(PACKAGE)))
def test_no_import_runs_upwards(file):
    assert not wrong_arrows(file.read_text(encoding="utf-8"), file)


@pytest.mark.parametrize(
    ("floor", "line"),
    [
        ("documents", "from qvirt_jupyter.hypervisor import connect"),
        ("hypervisor", "from ..widgets import manager"),
        ("hypervisor", "import qvirt_jupyter.provision.osinfo"),
        ("server", "from qvirt_jupyter import hypervisor"),
        ("_translation", "from qvirt_jupyter.documents import parse"),
    ],
)
def test_the_check_sees_an_upward_import(floor, line):
    file = PACKAGE / floor / "some.py" if floor in {*FLOORS, "server"} else PACKAGE / f"{floor}.py"
    assert wrong_arrows(line, file)


@pytest.mark.parametrize("file", SOURCES, ids=lambda f: str(f.relative_to(PACKAGE)))
def test_a_file_holds_one_thing(file):
    assert file.stem.strip("_") not in VAGUE_NAMES
    lines = len(file.read_text(encoding="utf-8").splitlines())
    assert lines <= LINES_AT_MOST, f"{lines} lines: it probably holds two things"


def public_packages() -> list[str]:
    modules = pkgutil.iter_modules(qvirt_jupyter.__path__, "qvirt_jupyter.")
    return ["qvirt_jupyter", *(module.name for module in modules if module.ispkg)]


@pytest.mark.parametrize("name", public_packages())
def test_public_names_are_documented(name):
    module = importlib.import_module(name)
    assert module.__doc__, f"{name} has no docstring"
    exported = module.__all__  # in ruff's order (RUF022)
    assert len(set(exported)) == len(exported)
    for exported_name in exported:
        thing = getattr(module, exported_name)
        if inspect.isclass(thing) or inspect.isroutine(thing):
            assert inspect.getdoc(thing), f"{name}.{exported_name} has no docstring"


def test_public_names_are_in_the_reference():
    pages = "\n".join(
        page.read_text(encoding="utf-8") for page in (PACKAGE.parent / "docs").rglob("*.md")
    )
    for name in qvirt_jupyter.__all__:
        if not name.startswith("__"):
            assert re.search(rf"\b{re.escape(name)}\b", pages), f"docs/ does not mention {name}"
