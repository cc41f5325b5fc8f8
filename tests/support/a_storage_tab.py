"""The storage section of a host's tab in Chromium, for a user who has saved that host."""

from __future__ import annotations

from playwright.sync_api import expect

TAB = ".lm-DockPanel-tabBar .lm-TabBar-tab"
SAVED = """
from qvirt_jupyter.widgets.connections.saved_connections import SavedConnection, saved_connections
saved_connections.add(SavedConnection({uri!r}, "Workshop", autoconnect=True))
"""
DROPPED = """([name, length]) => {
  const content = new Uint8Array(length);
  for (let at = 0; at < length; at += 1) {
    content[at] = (at * 7 + (at >> 12)) & 255;
  }
  content.fill(0, 4 << 20, 8 << 20);
  const carried = new DataTransfer();
  carried.items.add(new File([content], name, {lastModified: 1}));
  return carried;
}"""
MIB = 2**20


def content_of(length: int) -> bytes:
    """Return what is dropped."""
    made = bytearray((at * 7 + (at >> 12)) & 255 for at in range(length))
    made[4 * MIB : 8 * MIB] = bytes(len(made[4 * MIB : 8 * MIB]))
    return bytes(made)


def opened(lab, context, workspace):
    """Return a page with the storage of the host in front."""
    page = lab.enter(context, workspace, qvirt="manager")
    row = page.locator(".qvirt-vm-list [role=row][aria-level='1']", has_text="Workshop")
    expect(row).to_have_attribute("data-qvirt-state", "connected", timeout=120_000)
    row.dblclick()
    expect(page.locator(TAB, has_text="Workshop")).to_be_visible(timeout=120_000)
    panel = page.locator(".qvirt-host-panel")
    panel.get_by_role("tab", name="Storage", exact=True).click()
    expect(panel.locator(".qvirt-transfer-place")).to_contain_text("default", timeout=120_000)
    return page


def drop(page, name: str, length: int) -> None:
    """Drop a file of so many bytes onto the pool in front."""
    carried = page.evaluate_handle(DROPPED, [name, length])
    place = page.locator(".qvirt-drop-files").first
    for event in ("dragenter", "dragover", "drop"):
        place.dispatch_event(event, {"dataTransfer": carried})
