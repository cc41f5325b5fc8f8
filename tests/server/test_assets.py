"""Static files and the server's whereabouts, as a logged-in browser gets them."""

from __future__ import annotations

import json
import socket

import pytest

from qvirt_jupyter.console.whereabouts import whereabouts


@pytest.fixture
def a_static_file(a_server, monkeypatch, tmp_path):
    """A function that puts a file where the static handler looks."""
    rules = [
        rule
        for group in a_server.app.web_app.default_router.rules
        for rule in getattr(group.target, "rules", ())
        if "path" in rule.target_kwargs and "qvirt" in rule.matcher.regex.pattern
    ]
    folder = tmp_path / "static"
    folder.mkdir()
    (tmp_path / "secret.txt").write_text("secret")
    monkeypatch.setitem(rules[0].target_kwargs, "path", str(folder))

    def put(name, text="content"):
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)

    return put


@pytest.mark.parametrize(
    ("name", "cached"),
    [
        ("page.html", False),
        ("assets.json", False),
        ("console/page.3GQ7XUWH.js", True),
        ("console/novnc-1.7.0/core/rfb.js", True),
    ],
)
def test_what_never_changes_is_kept_and_the_rest_is_asked_for(
    a_server, a_static_file, name, cached
):
    a_static_file(name)
    answer = a_server.get(f"qvirt/static/{name}", Cookie=a_server.cookie)
    assert (answer.status, answer.text) == (200, "content")
    assert ("immutable" in answer.getheader("Cache-Control")) is cached
    policy = answer.getheader("Content-Security-Policy")
    assert "frame-ancestors 'self'" in policy
    assert "default-src 'self'" in policy
    again = a_server.get(
        f"qvirt/static/{name}",
        Cookie=a_server.cookie,
        **{"If-None-Match": answer.getheader("Etag")},
    )
    assert again.status == 304


@pytest.mark.parametrize(
    ("name", "styled"),
    [
        ("terminal/index.html", True),
        ("terminal/page.3GQ7XUWH.js", True),
        ("console/index.html", False),
        ("wall/index.html", False),
        ("index.html", False),
        ("console/qvirt/static/terminal/index.html", False),
        ("terminalx/index.html", False),
    ],
)
def test_only_the_terminal_may_make_style_sheets_and_nobody_scripts(
    a_server, a_static_file, name, styled
):
    a_static_file(name)
    policy = a_server.get(f"qvirt/static/{name}", Cookie=a_server.cookie).getheader(
        "Content-Security-Policy"
    )
    rules = dict(rule.strip().partition(" ")[::2] for rule in policy.split(";") if rule.strip())
    # xterm.js writes its colours and measures into style sheets.
    assert rules.get("style-src") == ("'self' 'unsafe-inline'" if styled else None)
    # Whatever else falls back to what scripts have: this server, and nothing inline.
    assert rules["default-src"] == "'self'"
    assert {"script-src", "script-src-elem", "connect-src", "frame-src"} & rules.keys() == set()
    assert (rules["object-src"], rules["base-uri"], rules["form-action"]) == ("'none'",) * 3


@pytest.mark.parametrize("path", ["../secret.txt", "%2e%2e/secret.txt", "x/../../secret.txt"])
def test_nothing_outside_the_folder(a_server, a_static_file, path):
    a_static_file("x/file")
    answer = a_server.get(f"qvirt/static/{path}", Cookie=a_server.cookie)
    assert answer.status in {403, 404}
    assert "secret" not in answer.text


def test_the_server_says_where_it_is_so_that_a_remote_kernel_is_noticed(a_server):
    answer = a_server.get("qvirt/api/server", Cookie=a_server.cookie)
    assert json.loads(answer.text) == whereabouts()
    assert json.loads(answer.text)["host"] == socket.gethostname()
