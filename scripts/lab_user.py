"""As root: an ordinary user for `make lab`, because libvirt gives root no session of its own."""

from __future__ import annotations

import grp
import os
import pwd
import shutil
import stat
import subprocess
import sys
from pathlib import Path
from typing import Final, NoReturn

NAME: Final = "qvirt-lab"
HOME: Final = Path("/var/lib/qvirt-lab")
# Root's, so that the user cannot lead root's copying astray by links of his own.
COPY: Final = Path("/var/cache/qvirt-lab/checkout")
RUNTIME: Final = Path("/run/qvirt-lab")
KVM_GROUP: Final = "kvm"
NOT_COPIED: Final = frozenset(
    {".git", "node_modules", ".stamps", ".mypy_cache", ".ruff_cache", ".pytest_cache", "_build"}
)
# What the user's environment keeps of root's.
KEPT: Final = ("LANG", "LC_ALL", "TERM", "http_proxy", "https_proxy", "no_proxy")


def continue_as_lab_user(checkout: Path, arguments: list[str], url_file: Path | None) -> NoReturn:
    """Replace this process by the same one, run by an ordinary user.

    Parameters
    ----------
    checkout
        Where this repository is; copied if that user cannot read it.
    arguments
        Handed on.
    url_file
        A file that the user has to write into, wherever it is.
    """
    user = _user()
    runtime = _runtime_folder(user)
    place = readable_place(checkout, user)
    if url_file is not None:
        arguments = [*arguments, f"--url-file={_handed_on(url_file, user)}"]
    print(f"root has no libvirt session of its own, so this runs as the user {NAME}.", flush=True)
    environment = {
        "HOME": user.pw_dir,
        "USER": user.pw_name,
        "LOGNAME": user.pw_name,
        "SHELL": user.pw_shell,
        "PATH": "/usr/local/bin:/usr/bin:/bin:/usr/local/sbin:/usr/sbin:/sbin",
        "XDG_RUNTIME_DIR": str(runtime),
        **{name: value for name in KEPT if (value := os.environ.get(name))},
        **{name: value for name, value in os.environ.items() if name.startswith("QVIRT_")},
    }
    os.initgroups(user.pw_name, user.pw_gid)
    os.setgid(user.pw_gid)
    os.setuid(user.pw_uid)
    os.umask(0o022)
    os.chdir(user.pw_dir)
    python = str(place / ".venv" / "bin" / "python")
    sys.stdout.flush()
    os.execve(python, [python, str(place / "scripts" / "lab.py"), *arguments], environment)  # noqa: S606 - no shell is wanted


def _user() -> pwd.struct_passwd:
    try:
        user = pwd.getpwnam(NAME)
    except KeyError:
        print(f"Making the user {NAME}, home {HOME}", flush=True)
        subprocess.run(
            ["useradd", "--create-home", "--home-dir", HOME, "--shell", "/bin/bash", NAME],
            check=True,
        )
        user = pwd.getpwnam(NAME)
    groups = {group.gr_name: group for group in grp.getgrall()}
    if KVM_GROUP in groups and NAME not in groups[KVM_GROUP].gr_mem:
        subprocess.run(["usermod", "--append", "--groups", KVM_GROUP, NAME], check=True)
    return user


def _handed_on(file: Path, user: pwd.struct_passwd) -> str:
    """Return a path by which the user writes into a file whose folder may be root's own."""
    descriptor = os.open(file, os.O_RDWR | os.O_CREAT, 0o600)
    os.fchown(descriptor, user.pw_uid, user.pw_gid)
    os.set_inheritable(descriptor, True)  # noqa: FBT003 - the standard library's own
    return f"/dev/fd/{descriptor}"


def _runtime_folder(user: pwd.struct_passwd) -> Path:
    """Make what a login would have made (https://specifications.freedesktop.org/basedir-spec/)."""
    RUNTIME.mkdir(mode=0o700, exist_ok=True)
    os.chown(RUNTIME, user.pw_uid, user.pw_gid)
    RUNTIME.chmod(0o700)
    return RUNTIME


def readable_place(checkout: Path, user: pwd.struct_passwd) -> Path:
    """Return a folder from which the user can run the checkout: itself, or a copy of it.

    Parameters
    ----------
    checkout
        Where this repository is.
    user
        Who is to run it.
    """
    if _can_read(checkout, user):
        return checkout
    print(f"{checkout} is private, so {user.pw_name} runs a copy of it: {COPY}", flush=True)
    copy_checkout(checkout, COPY)
    _redirect(checkout, COPY)
    return COPY


def _can_read(checkout: Path, user: pwd.struct_passwd) -> bool:
    """Say whether the user can run what is in a checkout, by trying."""
    python = checkout / ".venv" / "bin" / "python"
    code = (
        "import pathlib, sys, jupyterlab, qvirt_jupyter\n"
        "for folder in sys.argv[1:]: next(pathlib.Path(folder).iterdir())"
    )
    folders = [checkout / name for name in ("scripts", "notebooks", "qvirt_jupyter/data")]
    done = subprocess.run(
        # Through a shell that is there for sure: Popen itself fails on a program out of reach.
        ["/bin/sh", "-c", 'exec "$@"', "sh", python, "-c", code, *folders],
        user=user.pw_uid,
        group=user.pw_gid,
        extra_groups=[],
        cwd="/",
        env={"HOME": user.pw_dir, "PATH": "/usr/bin:/bin"},
        check=False,
        capture_output=True,
    )
    return done.returncode == 0


def copy_checkout(source: Path, target: Path) -> None:
    """Bring a copy of a checkout up to date, its virtual environment included.

    Only what changed is copied; everybody may read the copy.

    Parameters
    ----------
    source, target
        Folders; what the target has and the source has not is removed.
    """
    target.mkdir(mode=0o755, parents=True, exist_ok=True)
    target.chmod(0o755)
    entries = {entry.name: entry for entry in os.scandir(source) if entry.name not in NOT_COPIED}
    for entry in os.scandir(target):
        kept = entries.get(entry.name)
        if kept is None or _kind(kept.stat(follow_symlinks=False)) != _kind(
            entry.stat(follow_symlinks=False)
        ):
            if entry.is_dir(follow_symlinks=False):
                shutil.rmtree(entry.path)
            else:
                Path(entry.path).unlink()
    for name, entry in entries.items():
        copy = target / name
        if entry.is_symlink():
            if not copy.is_symlink() or copy.readlink() != Path(entry.path).readlink():
                copy.unlink(missing_ok=True)
                copy.symlink_to(Path(entry.path).readlink())
        elif entry.is_dir():
            copy_checkout(Path(entry.path), copy)
        elif entry.is_file() and not _same(entry.stat(), copy):
            shutil.copy2(entry.path, copy)
            copy.chmod(0o755 if entry.stat().st_mode & stat.S_IXUSR else 0o644)


def _redirect(source: Path, target: Path) -> None:
    """Let the copied virtual environment import the copied package."""
    for file in target.glob(".venv/lib/python3*/site-packages/*.pth"):
        text = file.read_text()
        if str(source) in text:
            file.write_text(text.replace(str(source), str(target)))


def notebook_folder(checkout: Path) -> Path:
    """Return the folder that JupyterLab shows: the checkout's, or the user's copy of it.

    Parameters
    ----------
    checkout
        Where this repository is.
    """
    folder = checkout / "notebooks"
    if os.access(folder, os.W_OK):
        return folder
    own = Path.home() / "notebooks"
    own.mkdir(exist_ok=True)
    for notebook in folder.glob("*.ipynb"):
        if not (own / notebook.name).exists():
            shutil.copyfile(notebook, own / notebook.name)
    return own


def _kind(status: os.stat_result) -> int:
    return stat.S_IFMT(status.st_mode)


def _same(status: os.stat_result, copy: Path) -> bool:
    if not copy.exists():
        return False
    other = copy.stat()
    return (status.st_size, status.st_mtime_ns) == (other.st_size, other.st_mtime_ns)
