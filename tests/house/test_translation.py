"""Every visible string can be translated: words that a person reads go through gettext."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest

import qvirt_jupyter

PACKAGE = Path(qvirt_jupyter.__file__).parent
FILES = [
    file
    for floor in ("documents", "widgets", "console")
    for file in sorted((PACKAGE / floor).rglob("*.py"))
]
# Arguments whose text ends on the screen: of our declarations and of ipywidgets.
VISIBLE = {"label", "help", "description", "tooltip", "placeholder", "title", "value_label"}


def plain_text(node: ast.expr) -> bool:
    """Tell whether an expression is a bare string with a word in it."""
    if isinstance(node, ast.JoinedStr):
        return any(plain_text(part) for part in node.values if isinstance(part, ast.Constant))
    return (
        isinstance(node, ast.Constant)
        and isinstance(node.value, str)
        and any(char.isalpha() for char in node.value)
        and " " in node.value.strip() + (" " if node.value[:1].isupper() else "")
    )


def untranslated(source: str) -> list[str]:
    """Return where a module shows a bare string."""
    return [
        f"line {keyword.value.lineno}: {keyword.arg}="
        for node in ast.walk(ast.parse(source))
        if isinstance(node, ast.Call)
        for keyword in node.keywords
        if keyword.arg in VISIBLE and plain_text(keyword.value)
    ]


@pytest.mark.parametrize("file", FILES, ids=lambda f: str(f.relative_to(PACKAGE)))
def test_visible_strings_are_translatable(file):
    assert not untranslated(file.read_text(encoding="utf-8"))


def test_the_check_sees_a_bare_string():
    assert untranslated('Button(description="Force off")')
    assert untranslated('Field("a", Flag(), label="Cache mode")')
    assert untranslated('Button(tooltip=f"Stop {name} now")')
    assert not untranslated('Button(description=str(_("Force off")), icon="stop")')
