"""``qvirt/api/server``: on which computer, and with which runtime folder, this server runs.

A kernel may run elsewhere (a remote kernel, another container). Then the server finds neither the
tickets that it writes nor its libvirt, and a console says so instead of only failing.
"""

from __future__ import annotations

import json

from jupyter_server.auth.decorator import authorized
from jupyter_server.base.handlers import APIHandler
from tornado import web

from qvirt_jupyter.console.whereabouts import whereabouts
from qvirt_jupyter.server.ticketed import AUTH_RESOURCE


class Whereabouts(APIHandler):
    """Say where the server is; the kernel says the same about itself."""

    auth_resource = AUTH_RESOURCE

    @web.authenticated
    @authorized
    async def get(self) -> None:
        """Answer with the host's name and the runtime folder."""
        self.set_header("Cache-Control", "no-store")
        self.finish(json.dumps(whereabouts()))
