"""TLS to a display: with libvirt's own authority and names, and nothing that anybody could fake.

The files are those of libvirt's TLS transport (https://libvirt.org/kbase/tlscerts.html), because an
administrator who signs a host's certificate for libvirt signs that of its displays likewise.
"""

from __future__ import annotations

import ssl
from typing import TYPE_CHECKING

from qvirt_jupyter._translation import _
from qvirt_jupyter.hypervisor.errors import AccessDenied, ConnectionLost
from qvirt_jupyter.hypervisor.opening.client_certificates import authority_places, client_files

if TYPE_CHECKING:
    import socket
    from pathlib import Path

    from qvirt_jupyter.hypervisor.errors import Subject
    from qvirt_jupyter.hypervisor.uri import ConnectionUri


def with_tls(wire: socket.socket, uri: ConnectionUri, name: str, subject: Subject) -> ssl.SSLSocket:
    """Begin TLS on a connected socket, which belongs to what is returned.

    Parameters
    ----------
    wire
        Nothing of TLS has been sent on it; its time-out counts.
    uri
        The connection; its parameter ``pkipath`` names another folder of certificates.
    name
        Whom the certificate must be for: the host, as the user called it.
    subject
        The machine, for errors.

    Raises
    ------
    AccessDenied
        The display is not proved to be that host's, or does not accept us.
    ConnectionLost
        It broke off.
    """
    authority = _authority(uri, subject)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    try:
        context.load_verify_locations(authority)
        if (files := client_files(uri)) is not None:
            context.load_cert_chain(*files)
    except (OSError, ssl.SSLError) as error:
        raise AccessDenied(
            _("The certificates of this machine cannot be used: {reason}.").format(reason=error),
            subject=subject,
            next_step=_("Check {file} and what belongs to it.").format(file=authority),
            details=str(error),
        ) from error
    try:
        return context.wrap_socket(wire, server_hostname=name)
    except ssl.SSLCertVerificationError as error:
        raise AccessDenied(
            _("The screen's certificate is not proved to be that of {name}: {reason}.").format(
                name=name, reason=error.verify_message.rstrip(".")
            ),
            subject=subject,
            next_step=_(
                "Somebody may be listening in. Connect by the name that is in the certificate, or "
                "ask the administrator for one that is signed by {file}."
            ).format(file=authority),
            details=str(error),
        ) from error
    except ssl.SSLError as error:
        raise refused(error, subject) from error
    except OSError as error:
        raise ConnectionLost(
            _("The screen broke off while the encryption was set up: {reason}.").format(
                reason=error
            ),
            subject=subject,
            next_step=_(
                "It may not accept the certificate of this machine; else try again in a moment."
            ),
            details=str(error),
        ) from error


def refused(error: Exception, subject: Subject) -> AccessDenied:
    """Return what to raise where a display does not accept this machine.

    In TLS 1.3 it says so after our side of the handshake, with its first message.

    Parameters
    ----------
    error
        What TLS said.
    subject
        The machine, for errors.
    """
    reason = getattr(error, "reason", None) or error
    return AccessDenied(
        _("The screen refuses the encrypted connection of this machine ({reason}).").format(
            reason=str(reason).replace("_", " ").lower()
        ),
        subject=subject,
        next_step=_(
            "It may want to know who you are: put clientcert.pem and clientkey.pem, signed by the "
            "host's authority, where libvirt looks (https://libvirt.org/kbase/tlscerts.html)."
        ),
        details=str(error),
    )


def _authority(uri: ConnectionUri, subject: Subject) -> Path:
    places = authority_places(uri)
    found = next((place for place in places if place.exists()), None)
    if found is None:
        raise AccessDenied(
            _("The screen is encrypted, and there is no {file} to check whose it is.").format(
                file=places[0]
            ),
            subject=subject,
            next_step=_(
                "Put the certificate of the host's authority there "
                "(https://libvirt.org/kbase/tlscerts.html)."
            ),
        )
    return found
