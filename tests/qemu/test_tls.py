"""qemu+tls to a daemon of the test's own: it works, and what is missing or wrong is named."""

from __future__ import annotations

import shutil
import socket

import a_certificate
import a_libvirtd
import pytest
from a_port import a_free_port

from qvirt_jupyter.hypervisor import AccessDenied, ConnectionFailed, QvirtError, connection_to

pytestmark = pytest.mark.qemu
FILES = {"cacert": "cacert", "clientcert": "clientcert", "clientkey": "clientkey"}


@pytest.fixture(scope="module")
def certificates():
    """A folder that the daemon's user can read too."""
    if reason := a_libvirtd.missing() or a_certificate.missing():
        pytest.skip(reason)
    folder = a_libvirtd.folder_of(a_libvirtd.ordinary_user())
    for name in ("ca", "otherca"):
        a_certificate.make_authority(folder, name)
    server = "subjectAltName=IP:127.0.0.1\nextendedKeyUsage=serverAuth\n"
    a_certificate.make_certificate(folder, "server", "ca", server)
    for name, authority in (("client", "ca"), ("stranger", "otherca")):
        a_certificate.make_certificate(folder, name, authority, "extendedKeyUsage=clientAuth\n")
    for file in folder.iterdir():
        file.chmod(0o644)
    yield folder
    shutil.rmtree(folder)


@pytest.fixture(scope="module")
def a_port(certificates, wait_until):
    """The port of a daemon that speaks TLS."""
    port = a_free_port()
    settings = f"""
listen_tls = 1
listen_addr = "127.0.0.1"
tls_port = "{port}"
auth_tls = "none"
key_file = "{certificates}/serverkey.pem"
cert_file = "{certificates}/servercert.pem"
ca_file = "{certificates}/cacert.pem"
"""
    daemon = a_libvirtd.a_session(settings=settings, arguments=("--listen",))
    try:
        # Its unix socket answers a moment before.
        wait_until(lambda: listens(port))
        yield port
    finally:
        daemon.stop()


def listens(port):
    with socket.socket() as client:
        return client.connect_ex(("127.0.0.1", port)) == 0


@pytest.fixture
def a_uri(certificates, a_port, tmp_path):
    """A function that returns the URI of a client with these files."""

    def uri(files):
        for name, source in files.items():
            shutil.copy(certificates / f"{source}.pem", tmp_path / f"{name}.pem")
        return f"qemu+tls://127.0.0.1:{a_port}/session?pkipath={tmp_path}"

    return uri


def test_the_right_certificates_let_in(a_uri):
    with connection_to(a_uri(FILES)) as connection:
        connection.open().result(60)
        assert connection.is_connected
        assert connection.label == "QEMU/KVM user session: 127.0.0.1"


@pytest.mark.parametrize("missing", ["cacert", "clientcert", "clientkey"])
def test_the_file_that_is_missing_is_named(a_uri, tmp_path, missing):
    uri = a_uri({name: source for name, source in FILES.items() if name != missing})
    with pytest.raises(ConnectionFailed) as caught:
        connection_to(uri).open().result(60)
    assert f"{tmp_path}/{missing}.pem" in caught.value.reason
    assert "tlscerts" in caught.value.next_step


@pytest.mark.parametrize(
    ("files", "words"),
    [
        (
            {"clientcert": "strangercert", "clientkey": "strangerkey"},
            "clientcert.pem is not signed",
        ),
        ({"cacert": "othercacert"}, "clientcert.pem is not signed"),
        ({"clientkey": "strangerkey"}, "clientkey.pem does not belong to"),
    ],
)
def test_files_that_do_not_belong_together_are_named(a_uri, files, words):
    with pytest.raises(QvirtError) as caught:
        connection_to(a_uri({**FILES, **files})).open().result(60)
    assert type(caught.value) is AccessDenied
    assert words in caught.value.reason
    assert caught.value.next_step


def test_a_host_of_another_name_is_not_trusted(a_uri):
    uri = a_uri(FILES).replace("127.0.0.1", "localhost")
    with pytest.raises(AccessDenied) as caught:
        connection_to(uri).open().result(60)
    assert "localhost shows a certificate that is for another name" in caught.value.reason
