"""What `make lab` and `make test` do before they start, on systems that a test makes up."""

from __future__ import annotations

import os
import shutil
import subprocess
from pathlib import Path

import pytest

REPOSITORY = Path(__file__).parents[2]
SCRIPTS = REPOSITORY / "scripts"
SHELL_SCRIPTS = ("install-system-packages", "set-up", "test")


@pytest.fixture
def a_system(tmp_path):
    """A system of a distribution with some packages; a function runs the script on it."""
    programs = tmp_path / "bin"
    programs.mkdir()
    for name in (
        "bash",
        "cat",
        "dirname",
        "basename",
        "head",
        "paste",
        "sed",
        "stat",
        "id",
        "env",
        "chmod",
    ):
        (programs / name).symlink_to(shutil.which(name))
    (tmp_path / "boot").mkdir()
    (tmp_path / "modules").mkdir()

    def program(name, body):
        # /usr/bin/env would find the shell of the made-up system only
        (programs / name).write_text(f"#!{shutil.which('bash')}\n{body}\n")
        (programs / name).chmod(0o755)

    class System:
        log = tmp_path / "log"

        def is_a(self, **release):
            (tmp_path / "os-release").write_text(
                "".join(f'{k}="{v}"\n' for k, v in release.items())
            )

        def has(self, *packages):
            known = "|".join(packages) or "none"
            program(
                "dpkg-query",
                f'case "${{@: -1}}" in {known}) echo -n installed ;; *) exit 1 ;; esac',
            )

        def has_kernel(self, mode=0o644):
            (tmp_path / "boot" / "vmlinuz-6.1-amd64").touch()
            (tmp_path / "boot" / "vmlinuz-6.1-amd64").chmod(mode)
            (tmp_path / "modules" / "6.1-amd64").mkdir()
            (tmp_path / "modules" / "6.1-amd64" / "modules.dep").touch()

        def kernel_mode(self):
            return (tmp_path / "boot" / "vmlinuz-6.1-amd64").stat().st_mode & 0o777

        def can(self, name, body="exit 0"):
            program(name, body)

        def install(self, what, **environment):
            # The script looks into the system's folders of programs after this one, and finds
            # there what the machine that runs the test has: so that part of the path goes.
            script = (SCRIPTS / "install-system-packages").read_text()
            script = script.replace("PATH=$PATH:/usr/sbin:/sbin", "").replace(
                'cd "$(dirname "$0")"', f'cd "{SCRIPTS}"'
            )
            return subprocess.run(
                [shutil.which("bash"), "-c", script, "install-system-packages", what],
                env={
                    "PATH": str(programs),
                    "QVIRT_OS_RELEASE": str(tmp_path / "os-release"),
                    "QVIRT_BOOT": str(tmp_path / "boot"),
                    "QVIRT_MODULES": str(tmp_path / "modules"),
                    **environment,
                },
                capture_output=True,
                text=True,
                check=False,
            )

    system = System()
    system.has()
    # Root installs itself, others by sudo: the test runs as either.
    system.can("apt-get", f'echo "apt-get $*" >> {system.log}')
    system.can("sudo", '"$@"')
    return system


def packages_of(what):
    """Return the Debian packages of a set."""
    found = set()
    for line in (SCRIPTS / "packages").read_text().splitlines():
        fields = [field.strip() for field in line.split("|")]
        if not line.startswith("#") and (fields[0] == "lab" or what == "test"):
            found |= {name for name in fields[1].split() if not name.startswith("@")}
    return found


def test_a_bare_debian_gets_all_that_is_listed_and_why(a_system):
    a_system.is_a(ID="debian")
    done = a_system.install("lab")
    assert done.returncode == 0, done.stderr
    assert "the virtual environment in .venv" in done.stdout
    (update, install) = a_system.log.read_text().splitlines()
    assert update.startswith("apt-get update")
    assert packages_of("lab") | {"linux-image-cloud-amd64"} <= set(install.split())
    assert "chromium" not in install


def test_the_tests_need_more(a_system):
    a_system.is_a(ID="debian")
    a_system.install("test")
    assert packages_of("test") | {"chromium"} <= set(a_system.log.read_text().split())


def test_what_is_printed_comes_before_anything_is_installed(a_system):
    a_system.is_a(ID="debian")
    a_system.can("apt-get", "exit 100")
    done = a_system.install("lab")
    assert done.returncode != 0
    assert "busybox-static" in done.stdout


def test_with_no_apt_it_is_only_printed(a_system):
    a_system.is_a(ID="debian")
    done = a_system.install("lab", QVIRT_NO_APT="1")
    assert done.returncode == 0
    assert "sudo apt-get install" in done.stdout
    assert not a_system.log.exists()


def test_where_all_is_there_nothing_is_said(a_system):
    a_system.is_a(ID="debian")
    a_system.has(
        *packages_of("test"),
        "chromium",
        "linux-image-cloud-amd64",
        "python3.11-venv",
        "python3.11-dev",
    )
    done = a_system.install("test")
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")
    assert not a_system.log.exists()


def test_only_what_is_missing_is_installed(a_system):
    a_system.is_a(ID="debian")
    a_system.has(
        *(packages_of("lab") - {"qemu-utils"}),
        "linux-image-cloud-amd64",
        "python3.11-venv",
        "python3.11-dev",
    )
    a_system.install("lab")
    assert a_system.log.read_text().splitlines()[-1].split()[-1] == "qemu-utils"
    assert "gcc" not in a_system.log.read_text()


def test_a_machine_with_a_kernel_gets_no_other_into_its_boot_menu(a_system):
    a_system.is_a(ID="debian")
    a_system.has_kernel()
    done = a_system.install("lab", QVIRT_NO_APT="1")
    assert "linux-image" not in done.stdout


def test_ubuntu_gets_its_own_kernel_and_no_snap(a_system):
    a_system.is_a(ID="ubuntu", ID_LIKE="debian")
    a_system.install("test")
    installed = a_system.log.read_text().split()
    assert "linux-image-virtual" in installed
    assert "linux-image-cloud-amd64" not in installed
    assert "chromium" not in installed


def test_a_kernel_that_only_root_reads_is_made_readable_and_that_is_said(a_system):
    a_system.is_a(ID="ubuntu", ID_LIKE="debian")
    a_system.has_kernel(mode=0o600)
    said = a_system.install("lab", QVIRT_NO_APT="1")
    assert "sudo chmod a+r" in said.stdout
    assert a_system.kernel_mode() == 0o600
    a_system.install("lab")
    assert a_system.kernel_mode() == 0o644


@pytest.mark.skipif(os.geteuid() == 0, reason="root needs no sudo")
def test_without_root_and_sudo_it_says_whom_to_ask(a_system):
    a_system.is_a(ID="debian")
    a_system.can("sudo", "exit 1")
    assert a_system.install("lab").returncode != 0


@pytest.mark.parametrize(
    "release", [{"ID": "fedora"}, {"ID": "opensuse-tumbleweed"}, {"ID": "arch"}]
)
def test_elsewhere_the_packages_of_fedora_and_arch_are_named(a_system, release):
    a_system.is_a(**release)
    done = a_system.install("lab")
    assert done.returncode == 1
    assert "sudo dnf install" in done.stdout
    assert "libvirt-daemon-kvm" in done.stdout
    assert "sudo pacman -S" in done.stdout
    assert "chromium" not in done.stdout
    assert not a_system.log.exists()
    assert a_system.install("lab", QVIRT_NO_APT="1").returncode == 0


def test_elsewhere_with_everything_there_nothing_is_said(a_system):
    a_system.is_a(ID="fedora")
    for name in (
        "python3",
        "gcc",
        "pkg-config",
        "qemu-system-x86_64",
        "qemu-img",
        "busybox",
        "qemu-ga",
        "virtqemud",
    ):
        a_system.can(name)
    done = a_system.install("lab")
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")


def test_a_set_that_does_not_exist_is_refused(a_system):
    a_system.is_a(ID="debian")
    assert a_system.install("everything").returncode == 2


@pytest.mark.parametrize("name", SHELL_SCRIPTS)
def test_scripts_are_programs_that_the_shell_understands(name):
    path = SCRIPTS / name
    assert os.access(path, os.X_OK)
    assert path.read_text().startswith("#!/usr/bin/env bash\n")
    subprocess.run(["bash", "-n", path], check=True)


def test_binder_installs_what_the_lab_needs():
    wanted = (REPOSITORY / "binder" / "apt.txt").read_text().split()
    assert wanted == sorted(wanted)
    # Binder's Python and its headers come from conda.
    assert packages_of("lab") - {"python3-venv", "python3-dev"} <= set(wanted)


@pytest.fixture
def a_checkout(tmp_path):
    """A checkout that is set up already, as far as its stamps say."""
    checkout = tmp_path / "checkout"
    (checkout / "scripts").mkdir(parents=True)
    shutil.copy(SCRIPTS / "set-up", checkout / "scripts")
    for name in (
        "pyproject.toml",
        "qvirt_jupyter/__init__.py",
        "frontend/package.json",
        "frontend/yarn.lock",
    ):
        (checkout / name).parent.mkdir(parents=True, exist_ok=True)
        (checkout / name).write_text(name)
    for name in ("labextension/package.json", "static/assets.json"):
        (checkout / "qvirt_jupyter" / name).parent.mkdir(exist_ok=True)
        (checkout / "qvirt_jupyter" / name).touch()
    (checkout / "jupyter-config" / "server-config").mkdir(parents=True)
    (checkout / "jupyter-config" / "server-config" / "qvirt_jupyter.json").write_text("{}")
    for name in ("python", "jlpm", "node"):
        path = checkout / ".venv" / "bin" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(f'#!/bin/sh\necho "{name} $*" >> {checkout}/log\n')
        path.chmod(0o755)
    with (checkout / ".venv" / "bin" / "jlpm").open("a") as jlpm:
        jlpm.write('case "$*" in *install*) mkdir -p node_modules ;; esac\n')

    def set_up(kind="lab"):
        subprocess.run(["scripts/set-up", kind], cwd=checkout, check=True, capture_output=True)
        log = checkout / "log"
        lines = log.read_text().splitlines() if log.exists() else []
        log.unlink(missing_ok=True)
        # Whether pip is there is asked each time.
        return [line for line in lines if line != "python -c import pip"]

    set_up.checkout = checkout
    return set_up


def test_the_first_call_installs_and_builds_and_the_second_does_nothing(a_checkout):
    first = a_checkout()
    assert any("pip install" in line and line.endswith("--editable .") for line in first)
    assert any(line.startswith("jlpm") and "install" in line for line in first)
    assert any(line.startswith("jlpm") and "build:prod" in line for line in first)
    assert a_checkout() == []


def test_a_changed_source_of_the_front_end_builds_it_again_and_nothing_else(a_checkout):
    a_checkout()
    (a_checkout.checkout / "frontend" / "index.ts").write_text("export {};")
    assert [line.split()[-1] for line in a_checkout()] == ["build:prod"]


def test_what_tools_leave_in_the_front_end_builds_nothing(a_checkout):
    a_checkout()
    for name in ("lib/index.js", "node_modules/x/index.js", "tsconfig.tsbuildinfo"):
        path = a_checkout.checkout / "frontend" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.touch()
    assert a_checkout() == []


def test_other_dependencies_are_installed(a_checkout):
    a_checkout()
    (a_checkout.checkout / "pyproject.toml").write_text("changed")
    assert [line for line in a_checkout() if "pip install" in line]


def test_what_is_for_development_serves_the_lab_too(a_checkout):
    a_checkout("dev")
    assert a_checkout("lab") == []


def test_built_files_that_are_gone_are_built_again(a_checkout):
    a_checkout()
    (a_checkout.checkout / "qvirt_jupyter" / "static" / "assets.json").unlink()
    assert any("build:prod" in line for line in a_checkout())


def test_jupyter_finds_the_extensions_by_relative_links(a_checkout):
    a_checkout()
    venv = a_checkout.checkout / ".venv"
    for link in (
        venv / "share/jupyter/labextensions/qvirt-jupyter",
        venv / "etc/jupyter/jupyter_server_config.d/qvirt_jupyter.json",
    ):
        assert not link.readlink().is_absolute()
        assert link.exists()
