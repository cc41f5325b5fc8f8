"""A disk that has a system already, and a machine that gets its system otherwise."""

from __future__ import annotations

from dataclasses import dataclass

from qvirt_jupyter.provision.guest.install_method import InstallMethod


@dataclass(frozen=True, slots=True)
class ImportDisk(InstallMethod):
    """Start from the first disk, which has a system already."""


@dataclass(frozen=True, slots=True)
class NoInstall(InstallMethod):
    """Install nothing: somebody else does."""
