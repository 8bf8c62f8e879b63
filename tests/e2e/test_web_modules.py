"""The web app's own checks that need Node and are no linter's."""

from __future__ import annotations

import subprocess

import pytest

from permit_leads.settings import REPOSITORY

pytestmark = pytest.mark.e2e


def npm(script: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        ["npm", "run", "--silent", script], cwd=REPOSITORY / "web", capture_output=True, text=True, check=False
    )


def test_the_web_apps_pure_modules_pass_their_tests() -> None:
    ran = npm("test")
    assert ran.returncode == 0, ran.stdout + ran.stderr
    assert "# fail 0" in ran.stdout
    assert "# pass 0" not in ran.stdout


def test_the_generated_client_is_of_todays_api() -> None:
    ran = npm("check:api")
    assert ran.returncode == 0, f"{ran.stdout}{ran.stderr}; run `npm run generate:api` in web/"
