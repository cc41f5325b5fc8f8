"""Every address of ours asks for a login: Jupyter's own check, and a walk over our list."""

from __future__ import annotations

import re
import warnings

import pytest
from jupyter_server.utils import JupyterServerAuthWarning
from tornado.web import RequestHandler

from qvirt_jupyter.server import handlers
from qvirt_jupyter.server.settings import QvirtConsole


def our_rules():
    return handlers(QvirtConsole(), "/user/x/")


def test_jupyter_finds_no_handler_without_authentication(a_server):
    app = a_server.app.web_app
    with warnings.catch_warnings():
        warnings.simplefilter("error", JupyterServerAuthWarning)
        missing = [
            line
            for rule, handler, _keywords in our_rules()
            for line in app._check_handler_auth(rule, handler)
        ]
    assert missing == []


def test_the_check_can_fail(a_server):
    class Open(RequestHandler):
        def get(self):
            self.finish("anybody")

    assert a_server.app.web_app._check_handler_auth("/open", Open)


@pytest.mark.parametrize("method", ["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"])
@pytest.mark.parametrize("upgrade", [False, True])
def test_nobody_gets_anything_without_a_login(a_server, method, upgrade):
    import http.client  # noqa: PLC0415 - for methods that the fixture does not speak

    headers = {"Upgrade": "websocket", "Connection": "Upgrade"} if upgrade else {}
    for rule, _handler, _keywords in our_rules():
        connection = http.client.HTTPConnection("127.0.0.1", a_server.port)
        connection.request(method, re.sub(r"\(.*\)", "assets.json", rule), headers=headers)
        answer = connection.getresponse()
        body = answer.read()
        connection.close()
        if method == "OPTIONS" and answer.status in {200, 204}:
            # What a browser asks before a request of another site: an answer without content.
            assert body == b""
            continue
        assert answer.status in {302, 403, 405}, (method, rule)
        assert b"runtime" not in body
        if answer.status == 302:
            assert "/login" in answer.getheader("Location")


def test_every_handler_names_what_an_authorizer_decides_about(a_server, monkeypatch, a_token):
    asked = []

    def refuse(_handler, _user, action, resource):
        asked.append((action, resource))
        return False

    monkeypatch.setattr(a_server.app.authorizer, "is_authorized", refuse)
    for rule, _handler, _keywords in our_rules():
        path = re.sub(r"\(.*\)", "assets.json", rule).removeprefix("/user/x/")
        assert a_server.get(path, Authorization=f"token {a_token}").status == 403
    assert asked == [
        ("execute", "qvirt"),
        ("execute", "qvirt"),
        ("read", "qvirt"),
        ("read", "qvirt"),
    ]


def test_an_address_that_another_version_adds_is_in_the_list(a_server):
    """What is registered is what handlers() returns, so the tests above see all of it."""
    registered = set()

    def walk(router):
        for rule in getattr(router, "rules", ()):
            if getattr(rule.target, "__module__", "").startswith("qvirt_jupyter.") and isinstance(
                rule.target, type
            ):
                registered.add(rule.target)
            walk(rule.target)

    walk(a_server.app.web_app.default_router)
    walk(a_server.app.web_app.wildcard_router)
    assert registered == {handler for _rule, handler, _keywords in our_rules()}
