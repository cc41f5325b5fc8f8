"""What a clone must not have in common with its original."""

from __future__ import annotations

from qvirt_jupyter import documents
from qvirt_jupyter.provision.cloning import identity

UUID = "11111111-2222-4333-8444-555555555555"
MACHINE = f"""<domain type='kvm'>
  <name>web</name><uuid>{UUID}</uuid><genid>{UUID}</genid>
  <title>The web</title><description>Stays</description>
  <metadata><qvirt:domain xmlns:qvirt="{documents.DOMAIN_METADATA_URI}">
    <qvirt:tag>lab</qvirt:tag><qvirt:template/></qvirt:domain></metadata>
  <memory>1024</memory>
  <sysinfo type='smbios'><system><entry name='uuid'>{UUID}</entry></system></sysinfo>
  <os><type>hvm</type></os>
  <devices>
    <interface type='bridge'><mac address='52:54:00:11:11:11'/><source bridge='br0'/>
      <target dev='web-lan'/></interface>
    <interface type='network'><mac address='52:54:00:11:11:12'/><source network='n'/></interface>
    <serial type='file'><source path='/log/web.log'/><log file='/log/web-serial.txt'/></serial>
    <console type='pty'><source path='/dev/pts/3'/></console>
    <serial type='tcp'><source mode='bind' host='::1' service='4555'/></serial>
    <channel type='unix'><source mode='bind' path='/run/agent/web.sock'/>
      <target type='virtio' name='org.qemu.guest_agent.0'/></channel>
    <channel type='unix'><source mode='connect' path='/run/elsewhere.sock'/>
      <target type='virtio' name='elsewhere'/></channel>
    <tpm model='tpm-crb'><backend type='emulator' version='2.0'/></tpm>
    <graphics type='vnc' port='5907' autoport='no' websocket='5707'>
      <listen type='address' address='127.0.0.1'/></graphics>
    <graphics type='spice' port='5908' tlsPort='5909' autoport='no'>
      <listen type='address' address='127.0.0.1'/></graphics>
    <vsock model='virtio'><cid auto='no' address='7'/></vsock>
  </devices>
</domain>"""


def renewed(taken=()):
    domain = documents.Domain.parse(MACHINE)
    said = identity.renew(domain, "new", taken)
    return domain, [str(text) for text in said]


def test_numbers_and_names_are_its_own():
    domain, _said = renewed()
    assert domain.name == "new"
    assert domain.uuid not in (None, UUID)
    assert domain.system_information[0].source.uuid == domain.uuid
    assert domain.generation_id not in (None, UUID)
    assert domain.title is None
    assert domain.description == "Stays"
    assert domain.metadata.tags == ("lab",)
    assert not domain.metadata.template
    assert UUID not in str(domain)


def test_cards_have_addresses_that_nobody_has():
    domain, _said = renewed(taken={"52:54:00:00:00:01"})
    macs = [card.mac for card in domain.devices.interfaces]
    assert len({*macs, "52:54:00:11:11:11", "52:54:00:11:11:12", "52:54:00:00:00:01"}) == 5
    assert domain.devices.interfaces[0].target is None


def test_ports_sockets_and_files_are_its_own():
    domain, said = renewed()
    text = str(domain)
    for old in (
        "5907",
        "5908",
        "5909",
        "5707",
        "/run/agent",
        "/dev/pts/3",
        "web.log",
        'address="7"',
    ):
        assert old not in text
    devices = domain.devices
    assert devices.graphics[0].source.port == -1
    assert devices.graphics[1].source.tls_port == -1
    assert devices.serials[0].source.path == "/log/new.log"
    assert devices.serials[0].log == "/log/web-serial-clone.txt"
    assert devices.channels[0].source.path is None
    assert devices.channels[1].source.path == "/run/elsewhere.sock"
    assert devices.vsocks[0].auto_cid
    assert any("4555" in text for text in said)
    assert any("TPM" in text for text in said)


def test_what_is_said_twice_is_not_said():
    plain = documents.Domain(name="web", type="qemu")
    assert identity.renew(plain, "new") == ()
