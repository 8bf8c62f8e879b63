"""Asks a publisher as a run does, as often as told; for tests of several processes."""

from __future__ import annotations

import sys

from permit_leads.fetch.http import PoliteClient
from permit_leads.store.host_turns import HostTurns

HOST = "data.austintexas.gov"
SPACING_SECONDS = 0.3


def main(database_url: str, connect_to: str, count: int) -> None:
    """Ask `count` times; each answer is whatever the publisher says to a question it does not know.

    The spacing is a delay by hand, which a stand-in is owed too.
    """
    turns = HostTurns(database_url)
    with PoliteClient(connect_to=connect_to, delay_seconds=SPACING_SECONDS, turns=turns) as client:
        for number in range(count):
            url = f"https://{HOST}/resource/none.json?number={number}"
            client.fetch("asker", "GET", url, kind="rows", min_spacing=0.0, accept=frozenset({404}))


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2], int(sys.argv[3]))
