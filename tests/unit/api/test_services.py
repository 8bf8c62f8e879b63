"""What the processes of one machine are given."""

from __future__ import annotations

from pathlib import Path

import pytest

from leadledger.processes import Health, Service
from leadledger.services import plan_worker, simulated_payments
from leadledger.settings import ApiSettings

ADDRESSES = {"BACKEND_URL": "http://127.0.0.1:8001", "FRONTEND_URL": "http://127.0.0.1:3007,http://localhost:3007"}


def test_mails_of_the_worker_link_to_the_ports_that_were_free(tmp_path: Path) -> None:
    settings = ApiSettings.model_validate({"home": tmp_path})
    api = Service("api", ("uvicorn",), {**ADDRESSES, "API_DATABASE_URL": "never told"}, tmp_path, 8001, Health("/"))
    worker = plan_worker(settings, api, "http://127.0.0.1:8801", ("austin_issued_permits",))
    told = {name: worker.environment[name] for name in ADDRESSES}
    assert told == ADDRESSES
    assert "never told" not in worker.environment.values()


def test_payments_are_simulated_unless_a_key_is_set(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    settings = ApiSettings.model_validate({"home": tmp_path})
    told = simulated_payments(settings, "http://127.0.0.1:8802")
    assert told["STRIPE_API_BASE"] == "http://127.0.0.1:8802"
    assert told["STRIPE_WEBHOOK_SECRET"] == (tmp_path / "stripe-webhook-secret").read_text()
    assert (tmp_path / "stripe-webhook-secret").stat().st_mode & 0o077 == 0
    real = {"home": tmp_path, "stripe_secret_key": "sk_test_of_a_real_account", "stripe_webhook_secret": "whsec_1"}
    assert simulated_payments(ApiSettings.model_validate(real), "http://127.0.0.1:8802") == {}
    monkeypatch.setenv("DEMO", "0")
    assert simulated_payments(settings, "http://127.0.0.1:8802") == {}
