"""What ssh makes of our arguments: the other host chose a part of them."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path

import pytest

from qvirt_jupyter.hypervisor.screen.display_place import Place
from qvirt_jupyter.hypervisor.ssh.line import SshLine

HERE = Path("/tmp/way/display")  # noqa: S108 - nothing is made there


@pytest.mark.skipif(shutil.which("ssh") is None, reason="ssh is not installed")
@pytest.mark.parametrize(
    "path", ["/run/x", "/run/a:b", "/a:1:b:2", "/run/%h%d", "/a\\b", "/a b$HOME{x}", "/-oX=y"]
)
def test_a_socket_of_the_other_host_is_the_one_that_it_named(path):
    line = object.__new__(SshLine)
    line._place = Place("ssh", socket=path)
    # It says how it understood its arguments, and connects to nobody.
    said = subprocess.run(
        ["ssh", "-G", "-F", "none", *line._own_way(HERE), "--", "somewhere"],
        capture_output=True,
        text=True,
        check=True,
    )
    understood = [each for each in said.stdout.splitlines() if each.startswith("localforward")]
    assert understood == [f"localforward {HERE} {path}"]
