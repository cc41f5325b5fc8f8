"""Run the notebooks by nbval, with a libvirt session of their own: `scripts/test-notebooks`."""

from __future__ import annotations

import os
import pwd
import shutil
import signal
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Final

import lab_user

CHECKOUT: Final = Path(__file__).resolve().parent.parent
USER: Final = "qvirt-test"
"""Who runs them when root calls; the tests on QEMU use the same user."""


def main(arguments: list[str]) -> int:
    """Run pytest on copies of the notebooks; return its exit status."""
    # A short path: a unix socket's has 107 characters at most.
    folder = Path(tempfile.mkdtemp(prefix="qvnb-", dir="/tmp"))
    try:
        notebooks = folder / "notebooks"
        shutil.copytree(CHECKOUT / "notebooks", notebooks)
        for name in ("home", "run"):
            (folder / name).mkdir(mode=0o700)
        user = give_to_user(folder) if os.geteuid() == 0 else None
        place = lab_user.readable_place(CHECKOUT, user) if user else CHECKOUT
        return subprocess.run(
            [
                *(
                    str(place / ".venv/bin/python"),
                    "-m",
                    "pytest",
                    "-p",
                    "no:cacheprovider",
                    "--nbval-lax",
                ),
                *("-o", "timeout=600", "--import-mode=importlib", str(notebooks), *arguments),
            ],
            cwd=notebooks,
            env=environment(folder, place),
            user=user.pw_uid if user else None,
            group=user.pw_gid if user else None,
            extra_groups=[] if user else None,
            check=False,
        ).returncode
    finally:
        end_daemons(folder / "run")
        shutil.rmtree(folder, ignore_errors=True)


def give_to_user(folder: Path) -> pwd.struct_passwd:
    """Give the folder to an ordinary user, who is made if there is none."""
    try:
        user = pwd.getpwnam(USER)
    except KeyError:
        subprocess.run(
            ["useradd", "--system", "--no-create-home", "--shell", "/usr/sbin/nologin", USER],
            check=True,
        )
        user = pwd.getpwnam(USER)
    for path in (folder, *folder.rglob("*")):
        os.chown(path, user.pw_uid, user.pw_gid)
    return user


def environment(folder: Path, place: Path) -> dict[str, str]:
    """Return an environment in which nothing of the real user is touched."""
    kept = {name: os.environ[name] for name in ("PATH", "LANG", "LC_ALL") if name in os.environ}
    return {
        **kept,
        "HOME": str(folder / "home"),
        "XDG_RUNTIME_DIR": str(folder / "run"),
        "JUPYTER_RUNTIME_DIR": str(folder / "run" / "jupyter"),
        "PYTHONPATH": str(place),
    }


def end_daemons(run: Path) -> None:
    """End the libvirt daemons that came up in the folder."""
    for file in (*run.glob("libvirt/*.pid"), *run.glob("libvirt/qemu/run/*.pid")):
        try:
            os.kill(int(file.read_text().split()[0]), signal.SIGTERM)
        except (OSError, ValueError, IndexError):
            continue  # it has ended by itself


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
