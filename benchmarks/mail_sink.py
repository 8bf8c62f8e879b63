"""A mail server that takes everything and notes the Message-ID of each mail: `python -m benchmarks.mail_sink FILE`."""

from __future__ import annotations

import re
import signal
import socket
import sys
from pathlib import Path

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, Envelope, Session

LISTENING = "listening on "
MESSAGE_ID = re.compile(rb"^Message-ID: <([0-9a-f]+)@", re.MULTILINE | re.IGNORECASE)


class Noting:
    """Notes a mail before it says that it was taken."""

    def __init__(self, noted: Path) -> None:
        self._file = noted.open("ab", buffering=0)

    async def handle_DATA(self, _: SMTP, __: Session, envelope: Envelope) -> str:  # noqa: N802  # aiosmtpd's name
        """Take it."""
        found = MESSAGE_ID.search(envelope.original_content or b"")
        self._file.write((found[1] if found else b"none") + b"\n")
        return "250 2.0.0 taken"


def main(noted: str) -> int:
    """Serve until told to end."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    controller = Controller(Noting(Path(noted)), hostname="127.0.0.1", port=port)
    controller.start()
    print(f"{LISTENING}{port}", flush=True)
    signal.sigwait([signal.SIGTERM, signal.SIGINT])
    controller.stop()
    return 0


if __name__ == "__main__":
    signal.pthread_sigmask(signal.SIG_BLOCK, [signal.SIGTERM, signal.SIGINT])
    sys.exit(main(sys.argv[1]))
