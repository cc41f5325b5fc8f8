"""How the terminal's page bears 5 MB a second from a serial port, for ten seconds, in Chromium.

The page is the real one behind a real Jupyter server; a socket plays the kernel's end. Browsers
call a task long that takes more than 50 ms, in which a page answers nobody (PerformanceObserver).
`.venv/bin/python benchmarks/bench_terminal.py`
"""

from __future__ import annotations

import shutil
import sys
import tempfile
import time
from pathlib import Path

from playwright.sync_api import sync_playwright

TESTS = Path(__file__).parents[1] / "tests"
for folder in ("browser", "support"):
    sys.path.insert(0, str(TESTS / folder))
import a_framed_terminal  # noqa: E402 - the tests' own page around the terminal's
import a_jupyter_server  # noqa: E402 - the tests' own server
import conftest  # noqa: E402 - the tests' own Chromium

SECONDS = 10
RATE = 5e6
"""Bytes a second."""
BLOCK = b"".join(b"%06d %s\r\n" % (number, b"x" * 72) for number in range(600))
END = "the very end"
OBSERVE = """() => {
  window.tasks = []; window.drawn = 0;
  new PerformanceObserver(list => tasks.push(...list.getEntries().map(each => each.duration)))
    .observe({ type: 'longtask' });
  (function draw() { window.drawn++; requestAnimationFrame(draw); })();
}"""


def main() -> None:
    """Print the long tasks, and when the last line was shown."""
    # Short paths: those of sockets are limited (unix(7)).
    with (
        tempfile.TemporaryDirectory(prefix="qvirt-bench-") as folder,
        a_jupyter_server.running_server(Path(folder)) as server,
        sync_playwright() as playwright,
    ):
        browser = playwright.chromium.launch(
            executable_path=shutil.which("chromium"), args=list(conftest.FLAGS)
        )
        line = a_framed_terminal.Line(Path(folder))
        try:
            context = browser.new_context(viewport={"width": 1280, "height": 800})
            terminal = a_framed_terminal.open_framed_terminal(context, server, line)
            terminal.is_settled()
            terminal.inside(OBSERVE)
            sent, took, shown = flood(terminal, line)
            tasks, drawn = terminal.inside("tasks"), terminal.inside("drawn")
        finally:
            line.close()
            browser.close()
    print(f"sent: {sent / took / 1e6:.1f} MB/s for {took:.1f} s, {END!r} shown {shown:.1f} s later")
    print(
        f"long tasks: {len(tasks)}, {sum(tasks):.0f} ms in all, the longest "
        f"{max(tasks, default=0):.0f} ms; {drawn / (took + shown):.0f} frames a second"
    )


def flood(
    terminal: a_framed_terminal.FramedTerminal, line: a_framed_terminal.Line
) -> tuple[int, float, float]:
    """Send for a while; return bytes and seconds, and seconds until the last line was shown."""
    connection, sent, begun = line.connected(), 0, time.monotonic()
    while (now := time.monotonic() - begun) < SECONDS:
        if sent <= now * RATE:
            connection.sendall(BLOCK)
            sent += len(BLOCK)
        else:
            time.sleep(0.002)
    connection.sendall(f"{END}\r\n".encode())
    terminal.shows(END)
    return sent, now, time.monotonic() - begun - now


if __name__ == "__main__":
    main()
