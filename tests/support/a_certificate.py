"""Certificates of the tests' own, made by openssl."""

from __future__ import annotations

import shutil
import subprocess
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pathlib import Path

_KEY = ("-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes")


def missing() -> str:
    """Return what this machine lacks, or an empty text."""
    return "" if shutil.which("openssl") else "openssl is not installed"


def make_authority(folder: Path, name: str) -> None:
    """Make ``NAMEcert.pem`` and ``NAMEkey.pem`` of one who signs."""
    _openssl(
        *("req", "-x509", *_KEY, "-days", "2", "-subj", f"/CN={name}"),
        *("-addext", "keyUsage=keyCertSign"),
        *("-keyout", folder / f"{name}key.pem", "-out", folder / f"{name}cert.pem"),
    )


def make_certificate(folder: Path, name: str, authority: str, extensions: str) -> None:
    """Make ``NAMEcert.pem`` and ``NAMEkey.pem``, signed by an authority of the folder."""
    request, options = folder / f"{name}.csr", folder / f"{name}.ext"
    options.write_text(extensions)
    _openssl(
        *("req", *_KEY, "-subj", f"/CN={name}"),
        *("-keyout", folder / f"{name}key.pem", "-out", request),
    )
    _openssl(
        *("x509", "-req", "-in", request, "-days", "2", "-CAcreateserial"),
        *("-CA", folder / f"{authority}cert.pem", "-CAkey", folder / f"{authority}key.pem"),
        *("-extfile", options, "-out", folder / f"{name}cert.pem"),
    )


def _openssl(*arguments: str | Path) -> None:
    subprocess.run(["openssl", *map(str, arguments)], check=True, capture_output=True)
