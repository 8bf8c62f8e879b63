"""A database of its own for each test."""

from __future__ import annotations

import pytest

from tests.integration.cli.postgres import fresh_database

database_url = pytest.fixture(fresh_database)
