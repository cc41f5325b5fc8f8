"""The program that ``ssh`` runs to ask a question: it passes it on to the kernel that opens.

``SSH_ASKPASS`` names it, ``QVIRT_ASKPASS_SOCKET`` the private unix socket of the kernel. It uses
nothing but the standard library and none of the package, because it starts once for each question.
https://man.openbsd.org/ssh.1#SSH_ASKPASS
"""

from __future__ import annotations

import json
import os
import socket
import sys

LARGEST = 64 * 1024
"""Bytes that an answer may have."""


def main(arguments: list[str]) -> int:
    """Ask, write the answer to standard output, and return 0; 1 means that it was cancelled."""
    request = {
        "prompt": arguments[1] if len(arguments) > 1 else "",
        # "confirm" and "none" are set by OpenSSH 8.2 and newer.
        "kind": os.environ.get("SSH_ASKPASS_PROMPT", ""),
    }
    try:
        with socket.socket(socket.AF_UNIX) as connection:
            connection.connect(os.environ["QVIRT_ASKPASS_SOCKET"])
            connection.sendall(json.dumps(request).encode() + b"\n")
            with connection.makefile("rb") as file:
                answer = json.loads(file.readline(LARGEST) or b"null")
    except (KeyError, OSError, ValueError) as error:
        sys.stderr.write(f"askpass: {error}\n")
        return 1
    if not isinstance(answer, str):
        return 1
    sys.stdout.write(answer + "\n")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv))
