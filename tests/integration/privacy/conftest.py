"""A whole site with one person in it: publisher, archive, store, API, and an account that uses every way out."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import psycopg
import pytest
from pydantic import SecretStr

from leadledger.app import create_app
from simulators.publishers import load_snapshot
from simulators.publishers import serve as serve_publishers
from tests.conftest import _fresh_database, as_api
from tests.integration.api.conftest import make_settings, serve
from tests.integration.api.receiver import Received, Reply, receive
from tests.integration.privacy.person import AUSTIN, NEW_YORK, Print
from tests.integration.privacy.site import Site, open_site
from tests.integration.run.town import Town

ROWS = 24


@pytest.fixture(scope="module", params=[AUSTIN, NEW_YORK], ids=["austin", "new_york"])
def site(
    request: pytest.FixtureRequest, template_database: str, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Site]:
    """Two runs are over, and everything that a customer can have made was made of them."""
    printed: Print = request.param
    home = tmp_path_factory.mktemp("home")
    for url in _fresh_database(template_database):
        settings = make_settings(as_api(url), home, outgoing_loopback=True, identity_autoconfirm=True)
        with (
            serve_publishers(load_snapshot(only=[printed.dataset_id])) as simulator,
            receive() as receiver,
            psycopg.connect(url, autocommit=True) as owner,
            serve(create_app(settings)) as client,
        ):
            receiver.decide = _echo
            _keep_newest(simulator.hosts[printed.host].resources[0], printed)
            town = Town(simulator, printed.dataset_id, printed.host, home, ROWS)
            desk = settings.model_copy(update={"database_url": SecretStr(url)})
            yield open_site(printed, town, url, desk, client, owner, receiver)


def _echo(request: Received) -> Reply:
    """A receiver that says back what it got, as careless ones do."""
    return Reply(body=request.body)


def _keep_newest(resource: object, printed: Print) -> None:
    """The newest recorded rows that say where they are."""
    table = resource.table  # type: ignore[attr-defined]
    rows = table.rows.drop_nulls(["latitude"]).sort(printed.date, printed.key, descending=True).head(ROWS)
    resource.table = replace(table, rows=rows)  # type: ignore[attr-defined]
