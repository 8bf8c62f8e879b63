"""What the processes of one machine are given."""

from __future__ import annotations

from pathlib import Path

from leadledger.processes import Health, Service
from leadledger.services import plan_worker
from leadledger.settings import ApiSettings

ADDRESSES = {"BACKEND_URL": "http://127.0.0.1:8001", "FRONTEND_URL": "http://127.0.0.1:3007,http://localhost:3007"}


def test_mails_of_the_worker_link_to_the_ports_that_were_free(tmp_path: Path) -> None:
    settings = ApiSettings.model_validate({"home": tmp_path})
    api = Service("api", ("uvicorn",), {**ADDRESSES, "API_DATABASE_URL": "never told"}, tmp_path, 8001, Health("/"))
    worker = plan_worker(settings, api, "http://127.0.0.1:8801", ("austin_issued_permits",))
    told = {name: worker.environment[name] for name in ADDRESSES}
    assert told == ADDRESSES
    assert "never told" not in worker.environment.values()
