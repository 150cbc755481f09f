"""SignCertificate is served by the operator's authority, or refused clearly."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import pytest
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import rsa
from structlog.testing import capture_logs

from ocpp_gateway.duties.certificates.authority import Authority
from ocpp_gateway.options import GatewayOptions
from ocpp_gateway.server import running_gateway
from simulator.charge_point import VirtualChargePoint
from tests.factories import PASSWORD
from tests.ocpp_gateway.admission.certificates import Authority as Roots
from tests.ocpp_gateway.conftest import CHARGER
from tests.ocpp_gateway.duties.cards import all_versions
from tests.ocpp_gateway.duties.certificates.conftest import MakeProgram, csr, forged

Signs = Callable[..., str]
pytestmark = pytest.mark.usefixtures("records")


@asynccontextmanager
async def connected(
    database_url: str, version: str, command: Path | None, timeout_s: float = 20
) -> AsyncIterator[VirtualChargePoint]:
    authority = None if command is None else Authority(command=command, timeout_s=timeout_s)
    options = GatewayOptions(instance="gw-1", call_timeout_s=2.0, authority=authority)
    async with running_gateway(database_url, options=options) as gateway:
        charger = VirtualChargePoint(
            identity=CHARGER,
            version=version,  # type: ignore[arg-type]  # a parameter of the test
            url=gateway.url,
            password=PASSWORD,
        )
        await charger.start()
        try:
            yield charger
        finally:
            await charger.stop()


async def until_logged(logs: list[Any], event: str) -> None:
    async with asyncio.timeout(20):
        while not any(one["event"] == event for one in logs):  # noqa: ASYNC110 - logged by another task
            await asyncio.sleep(0.02)


def why(answer: dict[str, Any]) -> str:
    assert answer["status"] == "Rejected"
    return str(answer.get("statusInfo", {}).get("reasonCode", ""))


@all_versions
async def test_a_charger_gets_its_certificate(
    version: str, database_url: str, make_program: MakeProgram, signs: Signs, roots: Roots
) -> None:
    number: dict[str, Any] = {"requestId": 77} if version == "2.1" else {}
    async with connected(database_url, version, make_program(signs())) as charger:
        assert (await charger.ask_for_certificate(**number))["status"] == "Accepted"
        sent = await charger.wait_for_message("CertificateSigned", kind="call")
        await charger.wait_for_message("CertificateSigned", direction="out", kind="result")
    own, root = x509.load_pem_x509_certificates(charger.certificate.encode())
    own.verify_directly_issued_by(roots.certificate)
    assert own.subject.rfc4514_string() == f"CN={CHARGER}"
    assert root == roots.certificate
    assert charger.certificate.startswith("-----BEGIN CERTIFICATE-----")
    assert {key: sent.payload[key] for key in sent.payload if key != "certificateChain"} == (
        {} if version == "1.6" else {"certificateType": "ChargingStationCertificate", **number}
    )


@all_versions
async def test_where_no_authority_is_configured_it_is_refused_clearly(
    version: str, database_url: str
) -> None:
    async with connected(database_url, version, None) as charger:
        refused = why(await charger.ask_for_certificate())
    assert refused == ("" if version == "1.6" else "NoAuthority")


async def test_only_the_chargers_own_request_is_signed(
    database_url: str, make_program: MakeProgram, signs: Signs
) -> None:
    async with connected(database_url, "2.0.1", make_program(signs())) as charger:
        good = csr(CHARGER)
        strong, weak = rsa.generate_private_key(65537, 2048), rsa.generate_private_key(65537, 1024)
        broken = [
            ({"csr": csr("NORTH-2")}, "CsrCommonName"),
            ({"csr": csr(CHARGER.lower())}, "CsrCommonName"),
            ({"csr": good, "certificateType": "V2GCertificate"}, "NotThisUse"),
            ({"csr": good[:200]}, "CsrUnreadable"),
            ({"csr": "no request"}, "CsrUnreadable"),
            ({"csr": ""}, "CsrUnreadable"),
            ({"csr": forged(csr(CHARGER, strong))}, "CsrSignature"),
            ({"csr": csr(CHARGER, weak)}, "CsrKey"),
        ]
        for message, code in broken:
            assert why(await charger.call("SignCertificate", message)) == code, message
        assert charger.certificate == ""


@pytest.mark.parametrize(
    ("source", "reason"),
    [
        ("import sys; sys.exit(3)", "ended with 3"),
        ("import sys; sys.stderr.write('out of numbers'); sys.exit(1)", "out of numbers"),
        ("import sys; sys.stdin.read(); print('hello')", "no certificates"),
        ("", "no certificates"),
        ("import sys\nwhile True: sys.stdout.write('x' * 1024)", "more than 64 KiB"),
        ("import time; time.sleep(600)", "no answer within"),
    ],
)
async def test_an_authority_that_fails_is_told_to_operators_and_harms_nobody(
    database_url: str, make_program: MakeProgram, source: str, reason: str
) -> None:
    with capture_logs() as logs:
        async with connected(database_url, "2.0.1", make_program(source), timeout_s=1.0) as charger:
            assert (await charger.ask_for_certificate())["status"] == "Accepted"
            await until_logged(logs, "certificate_not_signed")
            assert (await charger.call("Heartbeat", {}))["currentTime"]
    (entry,) = [one for one in logs if one["event"] == "certificate_not_signed"]
    assert reason in entry["reason"]


@pytest.mark.parametrize(
    "wrong",
    [{"public_key": "root.public_key()"}, {"lasts": "datetime.timedelta(minutes=-30)"}],
    ids=["of another key", "expired"],
)
async def test_a_certificate_that_is_not_for_this_request_is_not_sent(
    database_url: str, make_program: MakeProgram, signs: Signs, wrong: dict[str, str]
) -> None:
    with capture_logs() as logs:
        async with connected(database_url, "1.6", make_program(signs(**wrong))) as charger:
            await charger.ask_for_certificate()
            await until_logged(logs, "certificate_not_signed")
            assert charger.certificate == ""


async def test_one_request_a_charger_at_a_time(database_url: str, make_program: MakeProgram) -> None:
    program = make_program("import time; time.sleep(600)")
    async with connected(database_url, "2.0.1", program, timeout_s=60) as charger:
        assert (await charger.ask_for_certificate())["status"] == "Accepted"
        assert why(await charger.ask_for_certificate()) == "Busy"


async def test_an_authority_learns_nothing_of_ours(
    database_url: str, make_program: MakeProgram, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("DATABASE_URL", "postgresql://u:secret@h/d")
    seen = tmp_path / "seen"
    program = make_program(
        f"import os, sys; open({str(seen)!r}, 'w').write(repr((dict(os.environ), sys.argv[1:])))"
    )
    with capture_logs() as logs:
        async with connected(database_url, "2.0.1", program) as charger:
            await charger.ask_for_certificate()
            await until_logged(logs, "certificate_not_signed")
    assert "secret" not in seen.read_text()
    assert CHARGER in seen.read_text()
    assert seen.read_text().endswith(", [])")
