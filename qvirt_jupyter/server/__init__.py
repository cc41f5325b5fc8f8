"""The Jupyter server's part: consoles, transfers and files behind Jupyter's login; no state.

It imports :mod:`qvirt_jupyter.console` and nothing else of the house.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

from jupyter_server.utils import url_path_join

from qvirt_jupyter.server.assets import Assets
from qvirt_jupyter.server.console_socket import ConsoleSocket
from qvirt_jupyter.server.settings import QvirtConsole
from qvirt_jupyter.server.ticketed import TICKET_PARAMETER
from qvirt_jupyter.server.transfers import Transfers
from qvirt_jupyter.server.whereabouts import Whereabouts

if TYPE_CHECKING:
    from jupyter_server.serverapp import ServerApp
    from tornado.web import RequestHandler

__all__ = ["handlers"]

STATIC_FOLDER = Path(__file__).parent.parent / "static"

Rule = tuple[str, "type[RequestHandler]", dict[str, Any]]


def handlers(console: QvirtConsole, base_url: str = "/") -> list[Rule]:
    """Return every address that we add to a Jupyter server.

    Parameters
    ----------
    console
        Limits, policy and threads of the console bridge.
    base_url
        The server's prefix, such as ``/user/somebody/``.
    """
    return [
        (url_path_join(base_url, "qvirt/console"), ConsoleSocket, {"console": console}),
        (url_path_join(base_url, "qvirt/transfer"), Transfers, {"console": console}),
        (url_path_join(base_url, "qvirt/api/server"), Whereabouts, {}),
        (url_path_join(base_url, "qvirt/static/(.*)"), Assets, {"path": str(STATIC_FOLDER)}),
    ]


def _load_jupyter_server_extension(server: ServerApp) -> None:
    """Add our addresses to a Jupyter server.

    Parameters
    ----------
    server
        The server that loads its extensions.
    """
    console = QvirtConsole(parent=server)
    console.start()
    settings = server.web_app.settings
    settings["qvirt_console"] = console
    # The handler takes a ticket out of its own request; this is for an address that is not ours
    # (a wrong prefix, say) and for the Referer.
    keys = list(settings.get("extra_log_scrub_param_keys") or [])
    settings["extra_log_scrub_param_keys"] = [*keys, TICKET_PARAMETER]
    server.web_app.add_handlers(".*$", handlers(console, settings["base_url"]))
