"""YAML as people read it: no anchors, long lines, texts of several lines as such."""

from __future__ import annotations

from typing import Any

import yaml


class _Dumper(yaml.SafeDumper):
    """Writes what people read: no anchors."""

    def ignore_aliases(self, data: Any) -> bool:  # noqa: ANN401 - as in the base class
        del data
        return True


def _text(dumper: yaml.SafeDumper, text: str) -> yaml.ScalarNode:
    # Lines of a script or a file stay lines. What cannot be seen is written as an escape: other
    # line breaks of Unicode would become spaces.
    style = None
    if not all(line.isprintable() for line in text.split("\n")):
        style = '"'
    elif "\n" in text:
        style = "|"
    return dumper.represent_scalar("tag:yaml.org,2002:str", text, style=style)


_Dumper.add_representer(str, _text)


def yaml_text(data: dict[str, Any]) -> str:
    """Return plain data as YAML.

    Parameters
    ----------
    data
        Dicts, lists, texts, numbers.
    """
    text: str = yaml.dump(
        data,
        Dumper=_Dumper,
        allow_unicode=True,
        default_flow_style=False,
        sort_keys=False,
        width=10**6,
    )
    return text
