"""What `make lab` does as root before it runs as an ordinary user."""

from __future__ import annotations

import importlib.util
import os
from pathlib import Path

import pytest

SCRIPT = Path(__file__).parents[2] / "scripts" / "lab_user.py"


@pytest.fixture(scope="module")
def lab_user():
    spec = importlib.util.spec_from_file_location("lab_user", SCRIPT)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.fixture
def a_checkout(tmp_path):
    """A private checkout, as it is below the superuser's home."""
    checkout = tmp_path / "private" / "checkout"
    packages = checkout / ".venv" / "lib" / "python3.11" / "site-packages"
    packages.mkdir(parents=True)
    (packages / "_qvirt_jupyter.pth").write_text(str(checkout))
    (checkout / ".venv" / "bin").mkdir()
    (checkout / ".venv" / "bin" / "python").symlink_to("/usr/bin/python3")
    for name in (
        "qvirt_jupyter/__init__.py",
        "frontend/node_modules/x.js",
        ".git/HEAD",
        ".stamps/x",
    ):
        (checkout / name).parent.mkdir(parents=True, exist_ok=True)
        (checkout / name).write_text("text")
    (checkout / "scripts").mkdir()
    (checkout / "scripts" / "lab.py").write_text("text")
    (checkout / "scripts" / "lab.py").chmod(0o700)
    (checkout / "qvirt_jupyter" / "__init__.py").chmod(0o600)
    (checkout / "qvirt_jupyter").chmod(0o700)
    return checkout


@pytest.fixture
def a_copy(tmp_path):
    return tmp_path / "copy"


def mode(path):
    return path.stat().st_mode & 0o777


def test_everybody_can_read_the_copy_and_nobody_else_write_it(lab_user, a_checkout, a_copy):
    lab_user.copy_checkout(a_checkout, a_copy)
    assert mode(a_copy / "qvirt_jupyter") == 0o755
    assert mode(a_copy / "qvirt_jupyter" / "__init__.py") == 0o644
    assert mode(a_copy / "scripts" / "lab.py") == 0o755


def test_what_only_builds_need_is_left_out(lab_user, a_checkout, a_copy):
    lab_user.copy_checkout(a_checkout, a_copy)
    assert not (a_copy / ".git").exists()
    assert not (a_copy / ".stamps").exists()
    assert not (a_copy / "frontend" / "node_modules").exists()


def test_links_stay_links(lab_user, a_checkout, a_copy):
    lab_user.copy_checkout(a_checkout, a_copy)
    assert (a_copy / ".venv" / "bin" / "python").readlink() == Path("/usr/bin/python3")


def test_only_what_changed_is_copied_again(lab_user, a_checkout, a_copy):
    lab_user.copy_checkout(a_checkout, a_copy)
    kept = a_copy / "scripts" / "lab.py"
    changed = a_copy / "qvirt_jupyter" / "__init__.py"
    kept.write_text("told")
    os.utime(kept, ns=(0, (a_checkout / "scripts" / "lab.py").stat().st_mtime_ns))
    (a_checkout / "qvirt_jupyter" / "__init__.py").write_text("new text")
    lab_user.copy_checkout(a_checkout, a_copy)
    # same size and time: taken for the same
    assert kept.read_text() == "told"
    assert changed.read_text() == "new text"


def test_what_is_gone_or_of_another_kind_now_is_replaced(lab_user, a_checkout, a_copy):
    (a_checkout / "notebooks").mkdir()
    (a_checkout / "notebooks" / "old.ipynb").write_text("{}")
    lab_user.copy_checkout(a_checkout, a_copy)
    (a_checkout / "notebooks" / "old.ipynb").unlink()
    (a_checkout / "scripts" / "lab.py").unlink()
    (a_checkout / "scripts" / "lab.py").mkdir()
    lab_user.copy_checkout(a_checkout, a_copy)
    assert not (a_copy / "notebooks" / "old.ipynb").exists()
    assert (a_copy / "scripts" / "lab.py").is_dir()


def test_a_link_in_the_copy_does_not_lead_the_copying_astray(
    lab_user, a_checkout, a_copy, tmp_path
):
    lab_user.copy_checkout(a_checkout, a_copy)
    elsewhere = tmp_path / "precious"
    elsewhere.write_text("precious")
    (a_copy / "scripts" / "lab.py").unlink()
    (a_copy / "scripts" / "lab.py").symlink_to(elsewhere)
    lab_user.copy_checkout(a_checkout, a_copy)
    assert elsewhere.read_text() == "precious"
    assert not (a_copy / "scripts" / "lab.py").is_symlink()


def test_the_copied_environment_imports_the_copied_package(lab_user, a_checkout, a_copy):
    lab_user.copy_checkout(a_checkout, a_copy)
    lab_user._redirect(a_checkout, a_copy)
    (file,) = a_copy.glob(".venv/lib/*/site-packages/*.pth")
    assert file.read_text() == str(a_copy)


def test_notebooks_that_cannot_be_saved_in_place_are_copied_once(
    lab_user, a_checkout, tmp_path, monkeypatch
):
    home = tmp_path / "home"
    home.mkdir()
    monkeypatch.setenv("HOME", str(home))
    (a_checkout / "notebooks").mkdir()
    (a_checkout / "notebooks" / "01.ipynb").write_text("{}")
    assert lab_user.notebook_folder(a_checkout) == a_checkout / "notebooks"
    monkeypatch.setattr(lab_user.os, "access", lambda *_arguments: False)
    assert lab_user.notebook_folder(a_checkout) == home / "notebooks"
    (home / "notebooks" / "01.ipynb").write_text("mine")
    lab_user.notebook_folder(a_checkout)
    assert (home / "notebooks" / "01.ipynb").read_text() == "mine"
