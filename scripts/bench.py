"""Run the benchmarks one after the other, each within a time limit, and say how long each took.

A benchmark that takes too long is interrupted as by Ctrl+C, so that it ends the daemons, machines
and browsers that it started; one that does not end then either is killed. Ctrl+C does the same with
the one that runs, and stops there.
`make bench`, or `.venv/bin/python scripts/bench.py [--limit SECONDS] [NAME...]`
"""

from __future__ import annotations

import argparse
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

FOLDER = Path(__file__).parents[1] / "benchmarks"
LIMIT = 900.0
"""Seconds that one may take."""
GRACE = 90.0
"""Seconds to end what was started: machines of QEMU, their daemon, a browser."""
INTERRUPTED = 130


def run(script: Path, limit: float, grace: float = GRACE) -> str:
    """Run one, and return what was wrong with it, empty where nothing was.

    Raises
    ------
    KeyboardInterrupt
        Somebody pressed Ctrl+C; it has ended.
    """
    # A session of its own: Ctrl+C reaches it through us only, and once.
    process = subprocess.Popen([sys.executable, str(script)], start_new_session=True)
    try:
        code = process.wait(limit)
    except subprocess.TimeoutExpired:
        _end(process, grace)
        return f"not ended within {limit:.0f} s"
    except KeyboardInterrupt:
        _end(process, grace)
        raise
    return f"failed with code {code}" if code else ""


def _end(process: subprocess.Popen[bytes], grace: float) -> None:
    process.send_signal(signal.SIGINT)
    try:
        process.wait(grace)
    except subprocess.TimeoutExpired:
        # With what it started itself, but for daemons, which have sessions of their own.
        os.killpg(process.pid, signal.SIGKILL)
        process.wait()


def main(arguments: list[str] | None = None, folder: Path = FOLDER) -> int:
    """Run all whose names contain one of the words; return 1 where one failed.

    Parameters
    ----------
    arguments
        Of the command line.
    folder
        Where the benchmarks are.
    """
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("names", nargs="*", help="parts of names; all benchmarks without")
    parser.add_argument("--limit", type=float, default=LIMIT, help="seconds for each")
    options = parser.parse_args(arguments)
    # A shell that runs this in the background has it ignore interrupts, and what it starts too.
    signal.signal(signal.SIGINT, signal.default_int_handler)
    bad, begin = {}, time.monotonic()
    try:
        for script in sorted(folder.glob("bench_*.py")):
            if options.names and not any(name in script.stem for name in options.names):
                continue
            print(f"== {script.stem}", flush=True)
            started = time.monotonic()
            wrong = run(script, options.limit)
            if wrong:
                bad[script.stem] = wrong
            print(f"   took {time.monotonic() - started:.0f} s{wrong and ': '}{wrong}", flush=True)
    except KeyboardInterrupt:
        print("interrupted", flush=True)
        return INTERRUPTED
    print(f"all took {time.monotonic() - begin:.0f} s")
    for name, wrong in bad.items():
        print(f"{name}: {wrong}")
    return 1 if bad else 0


if __name__ == "__main__":
    sys.exit(main())
