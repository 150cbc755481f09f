"""Security profiles 2 and 3: TLS, client certificates, and their rotation while chargers are connected."""

import asyncio
import ssl
from dataclasses import replace
from pathlib import Path

import pytest
from sqlalchemy.ext.asyncio import AsyncEngine
from websockets.asyncio.client import ClientConnection
from websockets.exceptions import InvalidStatus, WebSocketException

from ocpp_gateway.admission.tls import CertificateWatch, TlsOptions, TlsUnusable, server_context, subject_of
from simulator.charge_point.tls import client_context
from tests.ocpp_gateway.admission.certificates import Authority
from tests.ocpp_gateway.admission.door import CHARGER, Door, knock, open_door, refusal, talk


async def no_tls(door: Door, **how: object) -> None:
    """The knock gets no HTTP answer: TLS ends before."""
    try:
        async with knock(door, **how):  # type: ignore[arg-type]  # passed on as they came
            raise AssertionError("let in")
    except InvalidStatus as error:
        raise AssertionError("answered over TLS") from error
    except (OSError, EOFError, WebSocketException):
        pass  # in TLS 1.3 a client learns only after its own part of the handshake that it is refused


def serial_of(socket: ClientConnection) -> str:
    certificate = socket.transport.get_extra_info("peercert")
    return str(certificate["serialNumber"])


async def test_profile_2_is_tls_with_the_password(
    planted: AsyncEngine, tls: TlsOptions, ours: Authority, foreign: Authority
) -> None:
    async with open_door(planted, tls=tls, minimum_profile=2) as door:
        async with knock(door, trusting=ours):
            pass
        assert await refusal(door, trusting=ours, password="wrong") == (401, "password_wrong")
        assert await refusal(door, trusting=ours, password=None) == (401, "password_missing")
        with pytest.raises(ssl.SSLCertVerificationError):  # the charger checks the gateway, too
            async with knock(door, trusting=foreign):
                pass
        plain = replace(door, url=door.url.replace("wss:", "ws:"))
        await no_tls(plain)


async def test_profile_3_is_a_certificate_in_the_chargers_name_and_no_password(
    planted: AsyncEngine, tls: TlsOptions, ours: Authority
) -> None:
    async with open_door(planted, tls=tls, minimum_profile=3) as door:
        await door.set_charger(password_hash=None)
        async with knock(door, trusting=ours, certificate=ours.charger(CHARGER), password=None):
            pass
        assert await refusal(door, trusting=ours) == (403, "certificate_missing")
        wrong = ours.charger("NORTH-2")
        assert await refusal(door, trusting=ours, certificate=wrong) == (403, "certificate_wrong")
        assert await refusal(door, "X", trusting=ours, certificate=wrong) == (404, "charger_unknown")
        assert (CHARGER, "certificate_wrong", 1) in await door.listed()


async def test_a_password_alone_is_too_little_where_the_operator_set_profile_3(
    planted: AsyncEngine, tls: TlsOptions, ours: Authority
) -> None:
    async with open_door(planted, tls=tls) as door:
        async with knock(door, trusting=ours, certificate=ours.charger(CHARGER), password=None):
            pass
        async with knock(door, trusting=ours):  # nobody has said that it must
            pass
        await door.set_charger(security_profile=3)
        assert await refusal(door, trusting=ours) == (403, "certificate_missing")


async def test_the_organization_must_be_ours_where_configured(
    planted: AsyncEngine, tls: TlsOptions, ours: Authority
) -> None:
    async with open_door(planted, tls=tls, client_organization="Operator") as door:
        async with knock(door, trusting=ours, certificate=ours.charger(CHARGER), password=None):
            pass
        other = ours.charger(CHARGER, organization="Somebody else")
        assert await refusal(door, trusting=ours, certificate=other) == (403, "certificate_wrong")


@pytest.mark.parametrize("version", [ssl.TLSVersion.TLSv1_2, ssl.TLSVersion.TLSv1_3])
async def test_expired_foreign_revoked_and_server_certificates_end_the_handshake(
    planted: AsyncEngine, tls: TlsOptions, ours: Authority, foreign: Authority, version: ssl.TLSVersion
) -> None:
    good, revoked = ours.charger(CHARGER), ours.charger(CHARGER)
    tls = replace(tls, revoked=ours.revoke(revoked))
    async with open_door(planted, tls=tls) as door:
        for pair in (
            ours.charger(CHARGER, expired=True),
            foreign.charger(CHARGER),
            revoked,
            ours.server("odd"),
        ):
            context = client_context(roots=ours.root, certificate=pair.certificate, key=pair.key)
            context.maximum_version = version
            await no_tls(door, context=context)
        async with knock(door, trusting=ours, certificate=good, password=None):
            pass
        assert await door.listed() == [("", "certificate_refused", 4)]


async def test_tls_1_1_is_refused(planted: AsyncEngine, tls: TlsOptions, ours: Authority) -> None:
    async with open_door(planted, tls=tls) as door:
        context = client_context(roots=ours.root)
        context.set_ciphers("ALL:@SECLEVEL=0")
        with pytest.warns(DeprecationWarning, match="TLSv1"):
            context.minimum_version = ssl.TLSVersion.TLSv1
        with pytest.warns(DeprecationWarning, match="TLSv1_1"):
            context.maximum_version = ssl.TLSVersion.TLSv1_1
        await no_tls(door, context=context)


async def test_only_authenticated_encryption_is_spoken(
    planted: AsyncEngine, tls: TlsOptions, ours: Authority
) -> None:
    async with open_door(planted, tls=tls) as door:
        for ciphers, welcome in (
            ("ECDHE-ECDSA-AES128-GCM-SHA256", True),
            ("ECDHE-ECDSA-AES256-GCM-SHA384", True),
            ("ECDHE-ECDSA-AES128-SHA256", False),
            ("ECDHE-ECDSA-AES256-SHA", False),
        ):
            context = client_context(roots=ours.root)
            context.maximum_version = ssl.TLSVersion.TLSv1_2
            context.set_ciphers(ciphers)
            if not welcome:
                await no_tls(door, context=context)
                continue
            async with knock(door, context=context) as socket:
                assert socket.transport.get_extra_info("cipher")[0] == ciphers
    assert {c["name"] for c in server_context(tls).latest.get_ciphers()} >= {
        "ECDHE-ECDSA-AES128-GCM-SHA256", "ECDHE-ECDSA-AES256-GCM-SHA384", "AES128-GCM-SHA256", "AES256-GCM-SHA384",
    }  # fmt: skip


async def test_the_server_certificate_is_exchanged_while_a_charger_stays_connected(
    planted: AsyncEngine, tls: TlsOptions, ours: Authority
) -> None:
    async with open_door(planted, tls=tls) as door:
        assert door.context is not None
        watch = CertificateWatch(door.context, tls)
        async with knock(door, trusting=ours) as living:
            assert not watch.look()  # nothing has changed
            ours.server()
            assert watch.look()
            async with knock(door, trusting=ours) as later:
                assert serial_of(later) != serial_of(living)
            await talk(living)


async def test_changed_files_are_noticed_without_a_signal(
    planted: AsyncEngine, tls: TlsOptions, ours: Authority
) -> None:
    context = server_context(tls)
    before = context.latest
    watch = asyncio.create_task(CertificateWatch(context, tls, every_s=0.01).run())
    ours.server()
    async with asyncio.timeout(10):
        while context.latest is before:  # noqa: ASYNC110 - a file's change raises no event here
            await asyncio.sleep(0.01)
    watch.cancel()
    await asyncio.gather(watch, return_exceptions=True)


@pytest.mark.parametrize("version", [ssl.TLSVersion.TLSv1_2, ssl.TLSVersion.TLSv1_3])
async def test_a_certificate_revoked_later_is_out_even_with_a_resumed_session(
    planted: AsyncEngine, tls: TlsOptions, ours: Authority, version: ssl.TLSVersion
) -> None:
    pair = ours.charger(CHARGER)
    tls = replace(tls, revoked=ours.revoke())
    async with open_door(planted, tls=tls) as door:
        assert door.context is not None
        context = client_context(roots=ours.root, certificate=pair.certificate, key=pair.key)
        context.maximum_version = version
        async with knock(door, context=context, password=None) as socket:
            session = socket.transport.get_extra_info("ssl_object").session
        context.sslobject_class = resuming(session)
        if version is ssl.TLSVersion.TLSv1_2:
            async with knock(door, context=context, password=None) as socket:
                assert socket.transport.get_extra_info("ssl_object").session_reused
        ours.revoke(pair)
        assert CertificateWatch(door.context, tls).reload()
        await no_tls(door, context=context)


def resuming(session: ssl.SSLSession) -> type[ssl.SSLObject]:
    class Resuming(ssl.SSLObject):
        def do_handshake(self) -> None:
            if self.session is None:
                self.session = session
            super().do_handshake()

    return Resuming


async def test_a_root_can_be_added_and_taken_away(
    planted: AsyncEngine, tls: TlsOptions, ours: Authority, foreign: Authority, tmp_path: Path
) -> None:
    bundle = tmp_path / "bundle.pem"
    tls = replace(tls, client_roots=bundle)
    old, new = ours.charger(CHARGER), foreign.charger(CHARGER)
    bundle.write_bytes(ours.root.read_bytes())
    async with open_door(planted, tls=tls) as door:
        assert door.context is not None
        watch = CertificateWatch(door.context, tls)
        bundle.write_bytes(ours.root.read_bytes() + foreign.root.read_bytes())
        assert watch.reload()
        for pair in (old, new):
            async with knock(door, trusting=ours, certificate=pair, password=None):
                pass
        bundle.write_bytes(foreign.root.read_bytes())
        assert watch.reload()
        context = client_context(roots=ours.root, certificate=old.certificate, key=old.key)
        await no_tls(door, context=context)
        context = client_context(roots=ours.root, certificate=new.certificate, key=new.key)
        async with knock(door, context=context, password=None):
            pass


async def test_an_unusable_file_leaves_what_was_there(
    planted: AsyncEngine, tls: TlsOptions, ours: Authority
) -> None:
    async with open_door(planted, tls=tls) as door:
        assert door.context is not None
        watch = CertificateWatch(door.context, tls)
        tls.key_pairs[0].key.write_text("not a key")
        assert not watch.look()
        async with knock(door, trusting=ours):
            pass
        ours.server()
        assert watch.look()


def test_files_that_do_not_serve_are_named(tls: TlsOptions, tmp_path: Path) -> None:
    nothing = tmp_path / "nothing.pem"
    for options in (
        replace(tls, key_pairs=(replace(tls.key_pairs[0], key=nothing),)),
        replace(tls, client_roots=nothing),
        replace(tls, client_roots=tls.key_pairs[0].key),
    ):
        with pytest.raises(TlsUnusable, match=r"cannot be used for TLS"):
            server_context(options)


@pytest.mark.parametrize(
    ("subject", "common_name"),
    [
        (((("commonName", "A"),),), "A"),
        (((("commonName", "A"),), (("commonName", "B"),)), None),
        (((("organizationName", "A"),),), None),
        ((), None),
    ],
)
def test_a_name_counts_only_when_there_is_exactly_one(subject: object, common_name: str | None) -> None:
    assert subject_of({"subject": subject}).common_name == common_name
