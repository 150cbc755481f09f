"""Two authorities, and a database with the two chargers of the gateway's tests."""

from pathlib import Path

import pytest
from sqlalchemy.ext.asyncio import AsyncEngine

from ocpp_gateway.admission.tls import TlsOptions
from tests.ocpp_gateway.admission.certificates import Authority
from tests.ocpp_gateway.records import Records


@pytest.fixture
def planted(records: Records, engine: AsyncEngine) -> AsyncEngine:
    return engine


@pytest.fixture
def ours(tmp_path: Path) -> Authority:
    return Authority(tmp_path, "ours")


@pytest.fixture
def foreign(tmp_path: Path) -> Authority:
    return Authority(tmp_path, "foreign")


@pytest.fixture
def tls(ours: Authority) -> TlsOptions:
    """Profiles 2 and 3 on one port."""
    return TlsOptions(key_pairs=(ours.server(),), client_roots=ours.root)
