"""Opening libvirt's connection: credentials, ssh's questions, and plain words for failures."""

from __future__ import annotations

import contextlib
from pathlib import Path
from typing import TYPE_CHECKING

import libvirt

from qvirt_jupyter._translation import _
from qvirt_jupyter.hypervisor import event_loop
from qvirt_jupyter.hypervisor.errors import InvalidDefinition, Subject
from qvirt_jupyter.hypervisor.opening.open_failures import open_failure
from qvirt_jupyter.hypervisor.ssh.questions import SshQuestions

if TYPE_CHECKING:
    from qvirt_jupyter.hypervisor.opening.credentials import Questions
    from qvirt_jupyter.hypervisor.uri import ConnectionUri


def open_connection(
    uri: ConnectionUri,
    text: str,
    subject: Subject,
    *,
    read_only: bool = False,
    questions: Questions,
) -> libvirt.virConnect:
    """Open it; this may take long, and asks for what it needs.

    Parameters
    ----------
    uri, text
        The URI in its parts, and as the user gave it.
    subject
        The connection, for errors.
    read_only
        Ask for less than all rights.
    questions
        Who answers.

    Raises
    ------
    QvirtError
        It failed; the error says why and what to do.
    """
    event_loop.start()
    if uri.transport in {"ssh", "libssh", "libssh2"} and uri.parameters.get("no_verify") == "1":
        raise InvalidDefinition(
            _("no_verify=1 would accept any host key, so anybody could listen in."),
            subject=subject,
            next_step=_("Remove it from the URI and answer the question about the host key."),
        )
    _check_file(uri, subject)
    with contextlib.ExitStack() as stack:
        if uri.transport == "ssh":
            program = uri.parameters.get("command", "ssh")
            asking = stack.enter_context(SshQuestions(questions, program))
            text = str(uri.with_parameters(command=asking.command))
        try:
            connection = libvirt.openAuth(
                text, questions.auth(), libvirt.VIR_CONNECT_RO if read_only else 0
            )
        except libvirt.libvirtError as error:
            raise open_failure(error, uri, subject, questions) from error
    return connection


def _check_file(uri: ConnectionUri, subject: Subject) -> None:
    """Say plainly that the test driver's file is missing; libvirt's text would be about XML."""
    if uri.driver == "test" and not uri.transport and uri.path not in {"/default", "/"}:
        file = Path(uri.path)
        if not file.is_file():
            raise InvalidDefinition(
                _("There is no file {file}.").format(file=file),
                subject=subject,
                next_step=_("Check the path in the URI: it begins with three slashes."),
            )
