"""Volumes to browsers, and files of browsers into pools; the Jupyter server passes the bytes on."""

from __future__ import annotations

from qvirt_jupyter.provision.transfers.download import Download
from qvirt_jupyter.provision.transfers.left_uploads import take_up
from qvirt_jupyter.provision.transfers.upload import Upload
from qvirt_jupyter.provision.transfers.upload_state import UploadState
from qvirt_jupyter.provision.transfers.uploads import uploads

__all__ = ["Download", "Upload", "UploadState", "take_up", "uploads"]
