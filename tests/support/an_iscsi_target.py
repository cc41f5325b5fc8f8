"""An iSCSI server of the tests' own, in user space: tgtd on a free port of the loopback."""

from __future__ import annotations

import os
import shutil
import subprocess
import time
from dataclasses import dataclass
from typing import TYPE_CHECKING

from a_port import a_free_port

if TYPE_CHECKING:
    from pathlib import Path

IQN = "iqn.2026-01.org.example:lab"
CHAP_IQN = "iqn.2026-01.org.example:chap"
USER = "lab"
PASSWORD = "sesame-sesame"  # noqa: S105 - of a server of our own
_PATH = f"{os.environ.get('PATH', '')}:/usr/sbin:/sbin"


def missing() -> str:
    """Return what this machine lacks for it, or an empty text."""
    if os.geteuid() != 0:
        return "tgtd needs root"
    return "" if shutil.which("tgtd", path=_PATH) else "tgtd is not installed (tgt)"


@dataclass
class Target:
    """A server with two targets, of one disk each; the second wants a name and a password."""

    folder: Path
    port: int
    _process: subprocess.Popen[bytes]

    @property
    def host(self) -> str:
        """The address and the port."""
        return f"127.0.0.1:{self.port}"

    def admin(self, *arguments: str) -> None:
        """Tell it what it has."""
        subprocess.run(
            ["tgtadm", "--lld", "iscsi", *arguments],
            check=True,
            capture_output=True,
            timeout=120,
            env=_environment(self.folder),
        )

    def stop(self) -> None:
        """End it; asked politely, it would wait for its initiators."""
        self._process.kill()
        self._process.wait(60)


def a_target(folder: Path, size: int) -> Target:
    """Start it, with disks of so many bytes."""
    port = a_free_port()
    with (folder / "log").open("ab") as log:
        process = subprocess.Popen(
            ["tgtd", "--foreground", "--iscsi", f"portal=127.0.0.1:{port}"],
            env=_environment(folder),
            stdout=log,
            stderr=log,
        )
    target = Target(folder, port, process)
    try:
        _wait(target, process)
        for number, name in enumerate((IQN, CHAP_IQN), 1):
            tid = ("--tid", str(number))
            disk = folder / f"disk{number}"
            with disk.open("wb") as image:
                image.truncate(size)
            target.admin("--mode", "target", "--op", "new", *tid, "--targetname", name)
            target.admin(
                *("--mode", "logicalunit", "--op", "new", *tid, "--lun", "1"),
                *("--backing-store", str(disk)),
            )
            target.admin("--mode", "target", "--op", "bind", *tid, "--initiator-address", "ALL")
        account = ("--mode", "account", "--user", USER)
        target.admin(*account, "--op", "new", "--password", PASSWORD)
        target.admin(*account, "--op", "bind", "--tid", "2")
    except BaseException:
        target.stop()
        raise
    return target


def _environment(folder: Path) -> dict[str, str]:
    return {"PATH": _PATH, "TGT_IPC_SOCKET": str(folder / "socket")}


def _wait(target: Target, process: subprocess.Popen[bytes]) -> None:
    end = time.monotonic() + 120
    # Its socket is there a moment before it answers.
    while not _is_up(target):
        if process.poll() is not None or time.monotonic() > end:
            raise RuntimeError(f"tgtd does not start: {(target.folder / 'log').read_text()}")
        time.sleep(0.05)


def _is_up(target: Target) -> bool:
    try:
        target.admin("--mode", "target", "--op", "show")
    except subprocess.CalledProcessError:
        return False
    return True
