"""A real JupyterLab with folders of its own, and Chromium to drive it.

Most tests here show panels of their own (``own_panels.py``), so that they depend on no host;
those that need libvirt ask for ``a_lab`` with the package's own panels.
"""

from __future__ import annotations

import ast
import json
import os
import secrets
import shutil
import signal
import subprocess
import sys
import time
import urllib.error
import urllib.parse
import urllib.request
from dataclasses import dataclass
from http import HTTPStatus
from pathlib import Path

import pytest
import websocket
from a_port import a_free_port
from playwright.sync_api import Error, expect, sync_playwright

HERE = Path(__file__).parent
OUTPUT = HERE.parent / "output"
OWN_PANELS = f"""
import sys
sys.path.insert(0, {str(HERE)!r})
import own_panels
sys.modules["qvirt_jupyter.widgets.panels"] = own_panels
"""
SAVED_CONNECTIONS = """
from qvirt_jupyter.provision import demo_host
from qvirt_jupyter.widgets.connections.saved_connections import SavedConnection, saved_connections
saved_connections.add(SavedConnection(demo_host(), "Made-up host", autoconnect=True))
saved_connections.add(
    SavedConnection("qemu+unix:///system?socket=/nowhere", "Far", autoconnect=True)
)
"""
FLAGS = (
    "--no-sandbox",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--no-first-run",
    "--disable-gpu",
    "--disable-quic",
)
# A shared machine with two cores starts a kernel slowly.
PATIENCE = 120_000
expect.set_options(timeout=120_000)


def pytest_collection_modifyitems(items):
    for item in items:
        if HERE in Path(item.path).parents:
            item.add_marker(pytest.mark.browser)


@dataclass(frozen=True)
class Lab:
    """A running JupyterLab."""

    port: int
    base: str
    token: str
    folder: Path

    def url(self, path: str, **parameters: str) -> str:
        query = "&".join(f"{name}={value}" for name, value in parameters.items())
        return f"http://127.0.0.1:{self.port}{self.base}{path}" + (f"?{query}" if query else "")

    def api(self, path: str, method: str = "GET") -> object:
        request = urllib.request.Request(  # noqa: S310 - our own server on loopback
            self.url(path), method=method, headers={"Authorization": f"token {self.token}"}
        )
        with urllib.request.urlopen(request, timeout=120) as answer:  # noqa: S310
            text = answer.read().decode()
        return json.loads(text) if text else None

    def sessions(self) -> list[dict]:
        return self.api("api/sessions")

    def end_sessions(self) -> None:
        """End the kernels, so that the next test starts without."""
        for session in self.sessions():
            try:
                self.api(f"api/sessions/{session['id']}", "DELETE")
            except urllib.error.HTTPError as error:
                # It may have ended by itself, as those do whose page was closed.
                if error.code != HTTPStatus.NOT_FOUND:
                    raise

    def enter(self, context, workspace: str, **parameters: str):
        """Log in and open JupyterLab on an empty workspace."""
        page = context.new_page()
        address = f"lab/workspaces/{workspace}"
        page.goto(self.url(address, reset="", token=self.token, **parameters))
        page.locator("#jupyterlab-splash").wait_for(state="detached")
        page.locator("#main.lm-Widget").wait_for()
        return page

    def reload(self, page, front: str) -> None:
        """Reload a page once JupyterLab has saved that a tab is in front; it saves with a delay.

        ``front`` is a part of that tab's key: its kind, or the UUID of its machine.
        """
        workspace = urllib.parse.urlsplit(page.url).path.rpartition("/")[2]
        end = time.monotonic() + 120
        while front not in (saved := self._tab_in_front(workspace)):
            assert time.monotonic() < end, f"{front} was not saved, but {saved or 'nothing'}"
            page.wait_for_timeout(100)
        # JupyterLab takes the word that empties the workspace out of the address; not at once.
        page.wait_for_url(lambda url: "reset" not in url)
        page.reload()

    def _tab_in_front(self, workspace: str) -> str:
        data = self.api(f"lab/api/workspaces/{workspace}").get("data", {})
        main = data.get("layout-restorer:data", {}).get("main") or {}
        current = main.get("current") or ""
        # The layout and what is in its tabs are saved one after the other.
        return current if current in data else ""

    def run(self, expression: str, path: str = "qvirt-jupyter/manager") -> str:
        """Evaluate an expression in the kernel of a session and return its repr.

        A kernel that dies of it gives an empty text.
        """
        (kernel,) = (each["kernel"]["id"] for each in self.sessions() if each["path"] == path)
        address = self.url(f"api/kernels/{kernel}/channels", token=self.token)
        connection = websocket.create_connection(address.replace("http", "ws", 1), timeout=120)
        header = {
            "msg_id": secrets.token_hex(8),
            "session": secrets.token_hex(8),
            "username": "",
            "date": "2020-01-01T00:00:00Z",
            "msg_type": "execute_request",
            "version": "5.3",
        }
        content = {
            "code": "",
            "silent": False,
            "store_history": False,
            "user_expressions": {"value": expression},
            "allow_stdin": False,
        }
        request = {
            "channel": "shell",
            "header": header,
            "parent_header": {},
            "metadata": {},
            "content": content,
            "buffers": [],
        }
        try:
            connection.send(json.dumps(request))
            while True:
                received = connection.recv()
                if isinstance(received, bytes):
                    continue  # a message to a widget, with a buffer
                message = json.loads(received)
                if message["msg_type"] == "status" and message["content"]["execution_state"] in {
                    "restarting",
                    "dead",
                }:
                    return ""
                if (
                    message["msg_type"] == "execute_reply"
                    and message["parent_header"]["msg_id"] == header["msg_id"]
                ):
                    value = message["content"]["user_expressions"]["value"]
                    assert value["status"] == "ok", value
                    return value["data"]["text/plain"]
        finally:
            connection.close()


def start_lab(folder: Path, base: str, startup: str | None) -> tuple[Lab, subprocess.Popen]:
    """Start JupyterLab with all its folders inside this one."""
    for name in ("home", "config", "data", "runtime", "ipython/profile_default/startup", "root"):
        (folder / name).mkdir(parents=True)
    (folder / "runtime").chmod(0o700)
    if startup is not None:
        (folder / "ipython/profile_default/startup/00-panels.py").write_text(startup, "utf-8")
    lab = Lab(a_free_port(), base, secrets.token_hex(16), folder)
    # Settings that keep it from the network, and from anything of the user's.
    settings = folder / "config/lab/user-settings/@jupyterlab/apputils-extension"
    settings.mkdir(parents=True)
    (settings / "notification.jupyterlab-settings").write_text(
        json.dumps({"fetchNews": "false", "checkForUpdates": False}), "utf-8"
    )
    environment = {
        **{name: value for name, value in os.environ.items() if not name.startswith("JUPYTER")},
        "HOME": str(folder / "home"),
        "JUPYTER_CONFIG_DIR": str(folder / "config"),
        "JUPYTER_DATA_DIR": str(folder / "data"),
        "JUPYTER_RUNTIME_DIR": str(folder / "runtime"),
        "JUPYTERLAB_SETTINGS_DIR": str(folder / "config/lab/user-settings"),
        "JUPYTERLAB_WORKSPACES_DIR": str(folder / "config/lab/workspaces"),
        "IPYTHONDIR": str(folder / "ipython"),
        "PYDEVD_DISABLE_FILE_VALIDATION": "1",
    }
    command = [
        sys.executable,
        "-m",
        "jupyterlab",
        "--no-browser",
        "--allow-root",
        "--ServerApp.ip=127.0.0.1",
        f"--ServerApp.port={lab.port}",
        "--ServerApp.port_retries=0",
        f"--ServerApp.base_url={base}",
        f"--ServerApp.root_dir={folder / 'root'}",
        f"--IdentityProvider.token={lab.token}",
        "--ServerApp.jpserver_extensions={'qvirt_jupyter': True}",
        "--LabApp.extension_manager=readonly",
        "--LabApp.expose_app_in_browser=True",
    ]
    with (folder / "lab.log").open("wb") as log:
        process = subprocess.Popen(
            command,
            env=environment,
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )
    end = time.monotonic() + 240
    while True:
        try:
            lab.api("api/status")
        except (urllib.error.URLError, ConnectionError, TimeoutError):
            if process.poll() is not None or time.monotonic() > end:
                stop(process)
                text = (folder / "lab.log").read_text("utf-8")
                pytest.fail(f"JupyterLab did not start:\n{text[-4000:]}")
            time.sleep(0.2)
        else:
            return lab, process


def stop(process: subprocess.Popen) -> None:
    """End a server and its kernels, which are in sessions of their own but die with it."""
    if process.poll() is None:
        process.send_signal(signal.SIGTERM)
        try:
            process.wait(60)
        except subprocess.TimeoutExpired:
            os.killpg(process.pid, signal.SIGKILL)
            process.wait()


def needs_front_end() -> None:
    package = HERE.parent.parent / "qvirt_jupyter"
    if not (package / "labextension/package.json").exists():
        pytest.skip("the front end is not built: jlpm build in frontend/")
    if shutil.which("chromium") is None:
        pytest.skip("chromium is not installed")


@pytest.fixture(scope="session")
def a_browser():
    needs_front_end()
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=shutil.which("chromium"), args=list(FLAGS)
        )
        yield browser
        browser.close()


@pytest.fixture(scope="session")
def a_lab(tmp_path_factory):
    """JupyterLab whose kernels show the test's own panels."""
    needs_front_end()
    lab, process = start_lab(tmp_path_factory.mktemp("lab"), "/", OWN_PANELS)
    yield lab
    stop(process)


@pytest.fixture(scope="session")
def a_lab_under_a_prefix(tmp_path_factory):
    """The same as a JupyterHub would serve it."""
    needs_front_end()
    lab, process = start_lab(tmp_path_factory.mktemp("hub"), "/user/x/", OWN_PANELS)
    yield lab
    stop(process)


@pytest.fixture(scope="session")
def a_lab_with_our_panels(tmp_path_factory):
    """JupyterLab as its users have it, under the prefix of a hub."""
    needs_front_end()
    lab, process = start_lab(tmp_path_factory.mktemp("ours"), "/user/x/", None)
    yield lab
    stop(process)


@pytest.fixture(scope="session")
def a_lab_with_a_host(tmp_path_factory):
    """The same for a user who has the made-up host, and one that cannot be reached."""
    needs_front_end()
    lab, process = start_lab(tmp_path_factory.mktemp("host"), "/user/x/", SAVED_CONNECTIONS)
    yield lab
    stop(process)


@pytest.fixture(scope="module")
def a_lab_of_a_user(tmp_path_factory):
    """Starts the one JupyterLab of a module, whose kernels run what is given at their start."""
    needs_front_end()
    started = []

    def start(startup: str) -> Lab:
        lab, process = start_lab(tmp_path_factory.mktemp("user"), "/user/x/", startup)
        started.append(process)
        return lab

    yield start
    for process in started:
        stop(process)


@pytest.fixture
def start_a_lab(tmp_path):
    """Starts a JupyterLab of the test's own, whose kernels run what is given at their start."""
    needs_front_end()
    started = []

    def start(startup: str, base: str = "/user/x/") -> Lab:
        lab, process = start_lab(tmp_path / f"lab-{len(started)}", base, startup)
        started.append(process)
        return lab

    yield start
    for process in started:
        stop(process)


@pytest.fixture
def a_context(a_browser, request):
    """A browser window with its own cookies; its last page is kept as a picture of a failure."""
    context = a_browser.new_context(viewport={"width": 1280, "height": 800})
    context.set_default_timeout(PATIENCE)
    context.grant_permissions(["clipboard-read", "clipboard-write"])
    yield context
    report = getattr(request.node, "report_call", None)
    if report is not None and report.failed:
        picture(context.pages[-1] if context.pages else None, f"failed-{request.node.name}")
    context.close()


@pytest.hookimpl(hookwrapper=True)
def pytest_runtest_makereport(item, call):
    outcome = yield
    if call.when == "call":
        item.report_call = outcome.get_result()


@pytest.fixture
def no_error_in_a_page(a_context):
    """Ends the test badly where a script of its pages raised what nothing caught."""
    errors = []
    a_context.on("weberror", lambda error: errors.append(error.error.stack or str(error.error)))
    yield
    assert not errors, "\n".join(errors)


def picture(page, name: str) -> None:
    """Keep a screenshot under tests/output."""
    OUTPUT.mkdir(exist_ok=True)
    if page is not None:
        try:
            page.screenshot(path=OUTPUT / f"{name}.png")
        except Error as error:
            print(f"no picture of {name}: {error}")  # noqa: T201 - into the test's report


@pytest.fixture
def a_picture():
    """Keeps a screenshot under tests/output, for people to look at."""
    return picture


@pytest.fixture
def a_workspace(request) -> str:
    """A workspace of the test's own, so that it restores no tab of another."""
    return "".join(char if char.isalnum() else "-" for char in request.node.name)


@pytest.fixture
def a_page(a_context, a_lab, a_workspace):
    """JupyterLab, just opened."""
    yield a_lab.enter(a_context, a_workspace)
    a_lab.end_sessions()


@pytest.fixture
def a_list(a_page):
    """The manager's list, filled with seven machines."""
    a_page.get_by_text("Virtual Machine Manager").first.click()
    grid = a_page.locator(".qvirt-vm-list")
    expect(grid.locator("[role=row]", has_text="machine-1")).to_be_visible(timeout=120_000)
    return grid


@pytest.fixture
def a_kernel(a_list, a_lab):
    """Evaluates in the kernel of the list."""

    expect(a_list).to_be_visible()

    def evaluate(expression: str) -> object:
        return ast.literal_eval(a_lab.run(expression))

    return evaluate
