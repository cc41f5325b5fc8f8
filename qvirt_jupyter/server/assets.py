"""``qvirt/static/...``: what the front end was built into, for those who are logged in."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from jupyter_server.auth.decorator import authorized
from jupyter_server.base.handlers import JupyterHandler
from jupyter_server.utils import url_path_join
from tornado import web

from qvirt_jupyter.server.ticketed import AUTH_RESOURCE

if TYPE_CHECKING:
    from datetime import datetime

# esbuild's names (page.3GQ7XUWH.js) and folders with a version (novnc-1.7.0/...): their content
# never changes, so a browser need not ask again.
_NEVER_CHANGES = re.compile(r"\.[0-9A-Z]{8}\.(js|css)$|-\d+\.\d+\.\d+/")
# The guest's cursor and screenshots are made in the browser, hence data: and blob:; so is the sound
# of SPICE, which a script feeds (https://www.w3.org/TR/media-source-2/).
_POLICY = (
    "default-src 'self'; img-src 'self' data: blob:; media-src blob:; "
    "object-src 'none'; base-uri 'none'; form-action 'none'"
)
# xterm.js puts its colours and measures into style sheets of its own making. What a guest writes is
# text there, never markup.
_STYLES = "; style-src 'self' 'unsafe-inline'"
_YEAR = 365 * 24 * 3600


class Assets(JupyterHandler, web.StaticFileHandler):
    """Static files behind the login."""

    auth_resource = AUTH_RESOURCE

    @property
    def content_security_policy(self) -> str:
        """Scripts, styles and connections of this server only; to be framed by it only."""
        terminals = url_path_join(self.base_url, "qvirt/static/terminal/")
        styles = _STYLES if self.request.path.startswith(terminals) else ""
        return f"{super().content_security_policy}; {_POLICY}{styles}"

    @web.authenticated
    @authorized
    async def get(self, path: str, include_body: bool = True) -> None:  # type: ignore[override]  # noqa: FBT001, FBT002 - tornado's signature
        """Send a file."""
        await super().get(path, include_body)

    @web.authenticated
    @authorized
    async def head(self, path: str) -> None:  # type: ignore[override]
        """Send what is known about a file."""
        await super().get(path, include_body=False)

    def get_cache_time(self, path: str, modified: datetime | None, mime_type: str) -> int:
        """Return for how many seconds a browser need not ask again."""
        del modified, mime_type
        return _YEAR if _NEVER_CHANGES.search(path) else 0

    def set_extra_headers(self, path: str) -> None:
        """Let a browser keep what never changes, and ask each time for the rest."""
        if self.get_cache_time(path, None, ""):
            self.set_header("Cache-Control", f"private, max-age={_YEAR}, immutable")
        else:
            self.set_header("Cache-Control", "no-cache")

    def write_error(self, status_code: int, **keywords: Any) -> None:  # noqa: ANN401 - tornado's
        """Answer in a line: an error page of a whole Jupyter in a console's frame helps nobody."""
        del keywords
        self.set_header("Content-Type", "text/plain; charset=utf-8")
        self.finish(f"{status_code}: {self._reason}")
