"""A guest with an agent: addresses, counters, shutting down, sleeping and waking up."""

from __future__ import annotations

import time

import libvirt
import pytest
from inside_a_guest import run_inside

from qvirt_jupyter.hypervisor import (
    DomainState,
    InvalidDefinition,
    OperationFailed,
    WrongState,
    agent_interface_statistics,
)
from qvirt_jupyter.hypervisor.guest import clock as guest_clock
from qvirt_jupyter.hypervisor.guest.agent_answers import is_agent_connected
from qvirt_jupyter.provision import tiny_guest

pytestmark = [pytest.mark.qemu, pytest.mark.slow, pytest.mark.timeout(1200)]


def wait_for(condition, seconds=180):
    end = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < end, "it did not happen in time"
        time.sleep(0.5)


def may_sleep(text):
    return text.replace("<devices>", "<pm><suspend-to-mem enabled='yes'/></pm><devices>")


@pytest.fixture(scope="module")
def a_guest(a_qemu_connection_of_the_module):
    """A tiny guest whose agent answers."""
    guest = tiny_guest().define(
        a_qemu_connection_of_the_module, "agent", accelerator="tcg", memory=160 * 1024
    )
    guest.connection.domains.define(may_sleep(guest.xml(inactive=True)))
    guest.start()
    wait_for(lambda: is_agent_connected(guest._definition()))
    yield guest
    if guest.state.is_active:
        guest.destroy()
    guest.undefine()


def test_the_agent_knows_the_addresses(a_guest):
    wait_for(a_guest.addresses)
    addresses = a_guest.addresses()
    assert {address.source for address in addresses} == {"agent"}
    assert all(not address.address.startswith(("127.", "fe80")) for address in addresses)
    macs = {interface.mac for interface in a_guest.document().devices.interfaces}
    assert addresses[0].mac in macs


def test_the_agent_counts_what_libvirt_does_not(a_guest):
    (first, *_others) = a_guest._call(agent_interface_statistics)
    assert first.mac in {interface.mac for interface in a_guest.document().devices.interfaces}
    assert first.rx_bytes >= 0
    assert first.tx_bytes > 0


def guest_time(guest):
    return guest._call(lambda domain: domain.getTime())["seconds"]


def is_right(guest):
    """Whether its clock is; the agent of a guest that goes on is not there at once."""
    try:
        return abs(guest_time(guest) - time.time()) < 5
    except (OperationFailed, WrongState):
        return False


def make_it_wrong(guest):
    guest._call(lambda domain: domain.setTime({"seconds": 10**9, "nseconds": 0}))
    assert guest_time(guest) < 10**9 + 60


def test_the_clock_of_a_guest_that_goes_on_is_set(a_guest):
    make_it_wrong(a_guest)
    a_guest.suspend()
    a_guest.resume()
    wait_for(lambda: is_right(a_guest))
    make_it_wrong(a_guest)
    a_guest.managed_save()
    a_guest.start()
    wait_for(lambda: is_right(a_guest))


def test_a_clock_is_not_set_while_the_guest_is_paused_again(a_guest, caplog):
    a_guest.suspend()
    guest_clock._set_when_ready(a_guest)
    assert a_guest.state is DomainState.PAUSED
    assert not caplog.records
    a_guest.resume()


def test_a_copied_guest_gets_a_name_of_its_own(a_guest):
    # What came before may have let the agent begin anew.
    wait_for(lambda: is_agent_connected(a_guest._definition()))
    run_inside(a_guest, "echo old > /etc/machine-id")
    a_guest.renew_guest("pupil-07")
    assert run_inside(a_guest, "hostname").strip() == "pupil-07"
    assert len(run_inside(a_guest, "cat /etc/machine-id").strip()) == 32
    a_guest.renew_guest()
    assert run_inside(a_guest, "hostname").strip() == "agent"
    with pytest.raises(InvalidDefinition, match="no name for a host"):
        a_guest.renew_guest("a; reboot")


def test_the_agent_shuts_the_guest_down(a_guest):
    a_guest.shutdown("agent")
    wait_for(lambda: a_guest.state is DomainState.SHUTOFF)
    assert a_guest.reason == "shut down"


def test_a_guest_that_sleeps_is_woken_up(a_guest):
    # Its agent does not shut a guest down that has slept, so this comes last.
    a_guest.start()
    wait_for(lambda: is_agent_connected(a_guest._definition()))
    a_guest._call(
        lambda domain: domain.pMSuspendForDuration(libvirt.VIR_NODE_SUSPEND_TARGET_MEM, 0, 0)
    )
    wait_for(lambda: a_guest.state is DomainState.SUSPENDED)
    for action in (a_guest.suspend, a_guest.managed_save, a_guest.start):
        with pytest.raises(WrongState, match="sleeps"):
            action()
    a_guest.resume()
    assert a_guest.state is DomainState.RUNNING
    assert a_guest.reason == "woke up"
    wait_for(a_guest.addresses)
