"""VNC with TLS and certificates: it ends in the kernel, and nothing that is not proved gets in."""

from __future__ import annotations

import contextlib
import shutil

import a_certificate
import a_libvirtd
import a_sshd
import pytest
from a_console_host import MACHINE
from a_jupyter_server import running_server
from a_vnc_viewer import NONE, VNC, VncViewer

from qvirt_jupyter.console import tickets
from qvirt_jupyter.console.display_routes import route
from qvirt_jupyter.console.display_service import service
from qvirt_jupyter.hypervisor import AccessDenied, Unsupported, connect

pytestmark = [pytest.mark.qemu, pytest.mark.usefixtures("nobody_signed_in")]

OPEN = "<graphics type='vnc' autoport='yes'><listen type='address' address='127.0.0.1'/></graphics>"
LOCKED = OPEN.replace("autoport", "passwd='secret' autoport")


def its_folder():
    return a_libvirtd.folder_of(a_libvirtd.ordinary_user())


@pytest.fixture(scope="module")
def certificates():
    """A folder with two authorities, and what they have signed."""
    if reason := a_libvirtd.missing() or a_certificate.missing() or a_sshd.missing():
        pytest.skip(reason)
    folder = its_folder()
    for name in ("ca", "otherca"):
        a_certificate.make_authority(folder, name)
    server = "subjectAltName={}\nextendedKeyUsage=serverAuth\n"
    a_certificate.make_certificate(folder, "server", "ca", server.format("IP:127.0.0.1"))
    a_certificate.make_certificate(folder, "elsewhere", "ca", server.format("DNS:elsewhere"))
    a_certificate.make_certificate(folder, "client", "ca", "extendedKeyUsage=clientAuth\n")
    a_certificate.make_certificate(folder, "stranger", "otherca", "extendedKeyUsage=clientAuth\n")
    for file in folder.iterdir():
        file.chmod(0o644)
    yield folder
    shutil.rmtree(folder)


@pytest.fixture(scope="module")
def a_daemon_with(certificates):
    """A function that starts a daemon whose machines have VNC with these settings of TLS."""
    started = []

    def start(server="server", more=""):
        folder = its_folder()
        for name, source in (
            *(("ca-cert", "cacert"), ("server-cert", f"{server}cert")),
            ("server-key", f"{server}key"),
        ):
            shutil.copy(certificates / f"{source}.pem", folder / f"{name}.pem")
            (folder / f"{name}.pem").chmod(0o644)
        daemon = a_libvirtd.a_session(
            qemu=f'vnc_tls = 1\nvnc_tls_x509_cert_dir = "{folder}"\n{more}\n'
        )
        started.append((daemon, folder))
        return daemon

    yield start
    for daemon, folder in started:
        daemon.stop()
        shutil.rmtree(folder)


def the_far_uri(daemon, pki, stack):
    """Return the URI of a daemon behind an sshd, for a client with these certificates."""
    names = ("XDG_RUNTIME_DIR", "XDG_CONFIG_HOME", "XDG_CACHE_HOME", "HOME")
    environment = {name: daemon.environment[name] for name in names}
    server = stack.enter_context(a_sshd.a_running_sshd(a_libvirtd.ordinary_user(), environment))
    server.know_host()
    return f"{server.uri()}&pkipath={pki}"


@pytest.fixture(scope="module")
def a_daemon_with_certificates(a_daemon_with):
    return a_daemon_with(more="vnc_tls_x509_verify = 1")


@pytest.fixture(scope="module")
def a_host_of_another_name(a_daemon_with):
    return a_daemon_with("elsewhere")


@pytest.fixture(scope="module")
def a_server(tmp_path_factory):
    with running_server(tmp_path_factory.mktemp("jupyter")) as server:
        yield server
        server.close_consoles()


@pytest.fixture
def a_machine(certificates, tmp_path):
    """A function that starts a machine and returns it, seen by a client with these files."""
    with contextlib.ExitStack() as stack:

        def start(daemon, displays=OPEN, **files):
            files = {
                "cacert": "cacert",
                "clientcert": "clientcert",
                "clientkey": "clientkey",
            } | files
            for name, source in files.items():
                if source:
                    shutil.copy(certificates / f"{source}.pem", tmp_path / f"{name}.pem")
            connection = connect(the_far_uri(daemon, tmp_path, stack))
            stack.callback(connection.close)
            machine = connection.domains.define(MACHINE.format(name="web", displays=displays))
            stack.callback(machine.undefine)
            machine.start()
            stack.callback(machine.destroy)
            return machine

        yield start
        service.close()


def viewer_of(server, machine):
    return VncViewer(server.connect(tickets.issue(route(machine, machine.displays()[0]).target).id))


def refusal(machine, kind=AccessDenied):
    with pytest.raises(kind) as caught:
        route(machine, machine.displays()[0])
    return caught.value


def test_a_screen_with_certificates_is_seen_without_them(
    a_daemon_with_certificates, a_machine, a_server
):
    viewer = viewer_of(a_server, a_machine(a_daemon_with_certificates))
    assert viewer.security() == [NONE]
    viewer.client.send_binary(bytes([NONE]))
    assert viewer.read(4) == bytes(4)
    viewer.client.send_binary(b"\x01")
    viewer.read(24)
    assert viewer.read(10) == b"QEMU (web)"


def test_a_password_inside_of_tls_is_asked_in_the_tab(
    a_daemon_with_certificates, a_machine, a_server
):
    viewer = viewer_of(a_server, a_machine(a_daemon_with_certificates, LOCKED))
    assert viewer.security() == [VNC]
    viewer.client.send_binary(bytes([VNC]))
    viewer.read(16)
    viewer.client.send_binary(bytes(16))
    assert viewer.read(4) == b"\0\0\0\1", "a wrong password"


def test_another_authority_is_not_believed(a_daemon_with_certificates, a_machine):
    error = refusal(a_machine(a_daemon_with_certificates, cacert="othercacert"))
    assert "not proved to be that of 127.0.0.1" in error.reason
    assert "listening in" in error.next_step
    assert "cacert.pem" in error.next_step


def test_a_host_of_another_name_is_not_believed(a_host_of_another_name, a_machine):
    error = refusal(a_machine(a_host_of_another_name))
    assert "not proved to be that of 127.0.0.1" in error.reason
    assert "the name that is in the certificate" in error.next_step


def test_without_an_authority_nothing_is_believed(a_daemon_with_certificates, a_machine, tmp_path):
    error = refusal(a_machine(a_daemon_with_certificates, cacert=""))
    assert f"no {tmp_path}/cacert.pem" in error.reason
    assert "tlscerts" in error.next_step


@pytest.mark.parametrize(
    "files",
    [
        {"clientcert": "", "clientkey": ""},
        {"clientcert": "strangercert", "clientkey": "strangerkey"},
    ],
)
def test_a_screen_that_wants_to_know_who_looks_refuses_strangers(
    a_daemon_with_certificates, a_machine, files
):
    error = refusal(a_machine(a_daemon_with_certificates, **files))
    assert "refuses the encrypted connection of this machine" in error.reason
    assert "clientcert.pem" in error.next_step


def test_a_key_of_another_certificate_is_named(a_daemon_with_certificates, a_machine):
    error = refusal(a_machine(a_daemon_with_certificates, clientkey="strangerkey"))
    assert "cannot be used" in error.reason


def test_a_mouse_comes_in_by_certificates(a_daemon_with_certificates, a_machine):
    # That it knows of the tablet shows that it is through: the firmware has no driver for it.
    with pytest.raises(Unsupported, match="does not use the tablet"):
        a_machine(a_daemon_with_certificates).mouse.click(1, 1)


def test_a_mouse_finds_the_password_of_a_screen_in_tls(a_daemon_with_certificates, a_machine):
    with pytest.raises(Unsupported, match="does not use the tablet"):
        a_machine(a_daemon_with_certificates, LOCKED).mouse.click(1, 1)


def test_a_mouse_believes_no_other_authority(a_daemon_with_certificates, a_machine):
    with pytest.raises(AccessDenied, match="not proved to be that of"):
        a_machine(a_daemon_with_certificates, cacert="othercacert").mouse.click(1, 1)
