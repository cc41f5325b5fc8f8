"""Where libvirt looks for the files by which this machine shows who it is (TLS).

https://libvirt.org/kbase/tlscerts.html; the order is that of ``virNetTLSContextLocateCredentials``
in libvirt's src/rpc/virnettlscontext.c.
"""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from qvirt_jupyter.hypervisor.uri import ConnectionUri

SYSTEM_FILES: Final = (
    Path("/etc/pki/libvirt/clientcert.pem"),
    Path("/etc/pki/libvirt/private/clientkey.pem"),
)
USER_FOLDER: Final = Path(".pki/libvirt")


def missing_client_file(uri: ConnectionUri) -> Path | None:
    """Return the certificate or key that libvirt would send and cannot find; None for neither.

    libvirt does without one, and the host then ends the connection without a word.

    Parameters
    ----------
    uri
        What is opened; its parameter ``pkipath`` names another folder.
    """
    folder = uri.parameters.get("pkipath")
    for system in SYSTEM_FILES:
        if folder is not None:
            places = [Path(folder) / system.name]
        elif os.geteuid() == 0:
            places = [system]
        else:
            places = [Path.home() / USER_FOLDER / system.name, system]
        if not any(place.exists() for place in places):
            return places[0]
    return None


AUTHORITY: Final = Path("/etc/pki/CA/cacert.pem")
USER_AUTHORITY: Final = Path(".pki/CA/cacert.pem")


def authority_places(uri: ConnectionUri) -> tuple[Path, ...]:
    """Return where libvirt looks for the certificate of the authority that hosts are signed by.

    Parameters
    ----------
    uri
        What is open; its parameter ``pkipath`` names another folder.
    """
    if folder := uri.parameters.get("pkipath"):
        return (Path(folder) / AUTHORITY.name,)
    if os.geteuid() == 0:
        return (AUTHORITY,)
    return (Path.home() / USER_AUTHORITY, AUTHORITY)


def client_files(uri: ConnectionUri) -> tuple[Path, Path] | None:
    """Return the certificate and the key by which this machine shows who it is, if it has both.

    Parameters
    ----------
    uri
        As for :func:`authority_places`.
    """
    if missing_client_file(uri) is not None:
        return None
    folder = uri.parameters.get("pkipath")
    found = []
    for system in SYSTEM_FILES:
        if folder is not None:
            found.append(Path(folder) / system.name)
        elif os.geteuid() != 0 and (Path.home() / USER_FOLDER / system.name).exists():
            found.append(Path.home() / USER_FOLDER / system.name)
        else:
            found.append(system)
    return found[0], found[1]
