"""The seed of a machine that was copied: the same work for cloud-init, done by another machine.

https://cloudinit.readthedocs.io/en/latest/reference/datasources/nocloud.html
"""

from __future__ import annotations

import io
import re
from typing import TYPE_CHECKING, Any, Final

from pycdlib import PyCdlib
from pycdlib.pycdlibexception import PyCdlibException

from qvirt_jupyter.hypervisor.guest.identity import NEW_MACHINE_ID
from qvirt_jupyter.provision.cloud.problems import InvalidSeed
from qvirt_jupyter.provision.cloud.seed_image import LABEL
from qvirt_jupyter.provision.cloud.user_data import HEADER, read_user_data
from qvirt_jupyter.provision.cloud.yaml_text import yaml_text

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

SEED_AT_MOST: Final = 16 * 1024**2
"""Bytes of an image that may be a seed."""
_LABEL_AT: Final = slice(16 * 2048 + 40, 16 * 2048 + 72)
"""Where the name of an ISO 9660 volume stands."""
_NEEDED: Final = frozenset({"user-data", "meta-data"})
_ONCE: Final = "qvirt-machine-id"
# Once in the life of an instance, before everything else; cloud-init itself never touches the ID.
_BOOT_COMMAND: Final = ["cloud-init-per", "instance", _ONCE, "sh", "-c", NEW_MACHINE_ID]


def read_seed(image: bytes) -> dict[str, str] | None:
    """Return the files of a seed, by name.

    Parameters
    ----------
    image
        What is on a medium.

    Returns
    -------
    dict or None
        None where it is no seed for the data source NoCloud, or one that cannot be written anew:
        its user data is no cloud-config.
    """
    if image[_LABEL_AT].strip(b"\0 ").lower() != LABEL.encode():
        return None
    try:
        files = dict(_files(image))
        if not files.keys() >= _NEEDED:
            return None
        read_user_data(files["user-data"])
        read_user_data(files["meta-data"])
    except (PyCdlibException, InvalidSeed, UnicodeDecodeError):
        # A script, or something that was packed: nobody but its author can change it.
        return None
    return files


def reseeded(
    files: Mapping[str, str], *, instance: str, host_name: str, cards: Mapping[str, str]
) -> dict[str, str]:
    """Return the files of the seed of a copy, which makes cloud-init do its work again.

    Parameters
    ----------
    files
        What :func:`read_seed` returned.
    instance
        Who the copy is.
    host_name
        What it is called; empty leaves what is said there.
    cards
        The new MAC addresses of its network cards, by the old ones.
    """
    meta = read_user_data(files["meta-data"]).values
    meta["instance-id"] = instance
    config = read_user_data(files["user-data"]).values
    if host_name:
        meta["local-hostname"] = host_name
        if "hostname" in config:
            config["hostname"] = host_name
        if "fqdn" in config:
            _old, _dot, domain = str(config["fqdn"]).partition(".")
            config["fqdn"] = f"{host_name}.{domain}" if domain else host_name
    commands = config.get("bootcmd")
    others = list(commands) if isinstance(commands, list) else []
    # A copy of a copy has it already.
    others = [each for each in others if not (isinstance(each, list) and _ONCE in each)]
    config["bootcmd"] = [_BOOT_COMMAND, *others]
    found = {
        **files,
        "user-data": f"{HEADER}\n{yaml_text(config)}",
        "meta-data": yaml_text(meta),
    }
    if "network-config" in files:
        text = files["network-config"]
        for old, new in cards.items():
            text = re.sub(re.escape(old), new, text, flags=re.IGNORECASE)
        found["network-config"] = text
    return found


def fixed_addresses(files: Mapping[str, str]) -> tuple[str, ...]:
    """Return the addresses that a seed gives its machine, which two cannot have at once.

    Parameters
    ----------
    files
        What :func:`read_seed` returned.
    """
    try:
        config = read_user_data(files.get("network-config", "")).values
    except InvalidSeed:
        # The guest will not understand it either.
        return ()
    return tuple(_addresses(config))


def _addresses(value: Any) -> Iterator[str]:  # noqa: ANN401 - any part of YAML
    if isinstance(value, list):
        for each in value:
            yield from _addresses(each)
    elif isinstance(value, dict):
        for key, each in value.items():
            if key in ("addresses", "address"):
                # Of the second version and of the first.
                yield from (str(one) for one in (each if isinstance(each, list) else [each]))
            elif key != "nameservers":
                yield from _addresses(each)


def _files(image: bytes) -> Iterator[tuple[str, str]]:
    disc = PyCdlib()
    disc.open_fp(io.BytesIO(image))
    try:
        way = "joliet_path" if disc.has_joliet() else "rr_path" if disc.has_rock_ridge() else None
        if way is None:
            # Names of eight letters: these are not what cloud-init looks for.
            return
        for child in disc.list_children(**{way: "/"}):
            if not child.is_file():
                continue
            name = (
                child.file_identifier().decode("utf-16-be")
                if way == "joliet_path"
                else child.rock_ridge.name().decode()
            )
            content = io.BytesIO()
            disc.get_file_from_iso_fp(content, **{way: f"/{name}"})
            yield name.removesuffix(";1"), content.getvalue().decode()
    finally:
        disc.close()
