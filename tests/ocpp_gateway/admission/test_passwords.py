"""Security profiles 0 and 1: passwords, their rotation, and those who guess."""

import asyncio
from datetime import UTC, datetime, timedelta

import pytest
from argon2 import PasswordHasher
from sqlalchemy.ext.asyncio import AsyncEngine
from websockets.asyncio.client import connect
from websockets.exceptions import InvalidStatus

from db import charger_passwords
from ocpp_gateway.admission.authentication import Authenticator
from ocpp_gateway.admission.caller import Caller, Refused
from ocpp_gateway.admission.guess_limit import Allowance, GuessLimit, network
from tests.factories import PASSWORD
from tests.ocpp_gateway.admission.door import CHARGER, OCPP16, basic, knock, open_door, refusal, talk
from tests.ocpp_gateway.records import Records

OLD = PasswordHasher(time_cost=1, memory_cost=8, parallelism=1)
"""With parameters that are neither of today's."""

NEW = "0123456789abcdef0123456789ABCDEF01234567"


def hashed(password: str) -> str:
    return charger_passwords.RANDOM.hash(password)


async def test_profile_1_lets_in_with_the_password_alone(planted: AsyncEngine) -> None:
    async with open_door(planted) as door:
        async with knock(door):
            pass
        assert await refusal(door, password=None) == (401, "password_missing")
        assert await refusal(door, password="wrong") == (401, "password_wrong")
        assert await refusal(door, "NOBODY") == (404, "charger_unknown")


@pytest.mark.parametrize(
    ("allowed", "profile", "has_password", "answer"),
    [
        (True, None, False, None),
        (True, 0, False, None),
        (True, 1, False, (401, "password_missing")),
        (True, 2, False, (403, "tls_missing")),
        (True, 0, True, (401, "password_missing")),
        (False, 0, False, (401, "password_missing")),
        (False, None, False, (401, "password_missing")),
    ],
)
async def test_profile_0_needs_the_gateways_and_the_chargers_consent(
    planted: AsyncEngine,
    allowed: bool,
    profile: int | None,
    has_password: bool,
    answer: tuple[int, str] | None,
) -> None:
    async with open_door(planted, allow_unauthenticated=allowed) as door:
        await door.set_charger(security_profile=profile)
        if not has_password:
            await door.set_charger(password_hash=None)
        if answer is None:
            async with knock(door, password=None):
                pass
        else:
            assert await refusal(door, password=None) == answer


@pytest.mark.parametrize("profile", [2, 3])
async def test_a_password_without_tls_is_too_little_for_a_charger_that_must_use_more(
    planted: AsyncEngine, profile: int
) -> None:
    async with open_door(planted) as door:
        await door.set_charger(security_profile=profile)
        status, code = await refusal(door)
        assert (status, code) == (403, {2: "tls_missing", 3: "certificate_missing"}[profile])
        async with knock(door, "NORTH-2"):  # the others are not affected
            pass


async def test_a_proxy_that_ends_tls_makes_it_profile_2(planted: AsyncEngine) -> None:
    async with open_door(planted, behind_tls=True, minimum_profile=2) as door:
        async with knock(door):
            pass
        await door.set_charger(security_profile=3)
        assert await refusal(door) == (403, "certificate_missing")


@pytest.mark.parametrize("stored", [NEW.lower(), NEW.upper()])
async def test_a_key_set_as_hex_digits_may_be_used_as_digits_or_as_the_bytes(
    planted: AsyncEngine, stored: str
) -> None:
    async with open_door(planted) as door:
        await door.set_charger(password_hash=hashed(stored))
        for form in (stored, bytes.fromhex(stored)):
            async with knock(door, password=form):
                pass
        assert await refusal(door, password=bytes(20)) == (401, "password_wrong")


async def test_both_passwords_open_until_the_new_one_is_used_then_only_that(planted: AsyncEngine) -> None:
    async with open_door(planted) as door, knock(door) as living:
        new = hashed(NEW)
        await door.set_charger(next_password_hash=new)
        async with knock(door):  # the old one still does
            pass
        assert (await door.charger()).next_password_hash == new
        async with knock(door, password=NEW):
            pass
        charger = await door.charger()
        assert (charger.password_hash, charger.next_password_hash) == (new, None)
        assert await refusal(door) == (401, "password_wrong")
        async with knock(door, password=NEW):
            pass
        await talk(living)  # who was inside stays


async def test_a_new_password_used_twice_at_once_is_taken_over_once(planted: AsyncEngine) -> None:
    async with open_door(planted) as door:
        await door.set_charger(next_password_hash=hashed(NEW))

        async def come() -> int:
            try:
                async with knock(door, password=NEW):
                    return 101
            except InvalidStatus as refused:
                return refused.response.status_code

        answers = await asyncio.gather(*(come() for _ in range(5)))
        assert 101 in answers
        assert set(answers) <= {101, 503}  # the loser of the race is asked to come again
        async with knock(door, password=NEW):
            pass


async def test_old_hashes_are_made_anew_with_todays_parameters(
    planted: AsyncEngine, records: Records
) -> None:
    async with open_door(planted) as door:
        await door.set_charger(password_hash=OLD.hash(PASSWORD))
        assert charger_passwords.needs_rehash((await door.charger()).password_hash)
        work = asyncio.create_task(door.authenticator.run())
        async with knock(door):
            pass

        async def made_anew() -> bool:
            return not charger_passwords.needs_rehash((await door.charger()).password_hash)

        await records.eventually(made_anew)
        work.cancel()
        await asyncio.gather(work, return_exceptions=True)
        async with knock(door):
            pass


async def test_hashing_holds_no_database_connection(planted: AsyncEngine) -> None:
    """A crowd larger than the pool, all hashing: the pool (four) is free meanwhile."""
    async with open_door(planted) as door:
        await door.set_charger(password_hash=charger_passwords.CHOSEN.hash(PASSWORD))
        crowd = [asyncio.create_task(door.authenticator.check(CHARGER, basic(CHARGER, PASSWORD)["Authorization"]))
                 for _ in range(40)]  # fmt: skip
        while not crowd[0].done():
            async with asyncio.timeout(5), planted.connect():
                pass
        assert await asyncio.gather(*crowd) == [1] * 40


async def test_guessing_one_chargers_password_is_slowed_down_for_the_guesser_only(
    planted: AsyncEngine,
) -> None:
    guesses = GuessLimit(per_identity=Allowance(3, 60), per_address=Allowance(100, 60))
    async with open_door(planted, guesses=guesses) as door, knock(door) as living:
        codes = [await refusal(door, password=f"guess-{n}") for n in range(5)]
        assert codes == [(401, "password_wrong")] * 3 + [(429, "too_many_failures")] * 2
        await talk(living)
        async with knock(door, "NORTH-2"):  # behind the same address
            pass
        assert (CHARGER, "too_many_failures", 2) in await door.listed()


async def test_a_flood_of_guesses_from_an_address_does_not_keep_known_chargers_out(
    planted: AsyncEngine,
) -> None:
    guesses = GuessLimit(per_identity=Allowance(5, 60), per_address=Allowance(5, 60))
    async with open_door(planted, guesses=guesses) as door:
        async with knock(door, "NORTH-2"):
            pass
        for n in range(5):
            assert (await refusal(door, password=f"guess-{n}"))[0] == 401
        async with knock(door, "NORTH-2"):  # its password is remembered as good
            pass
        assert await refusal(door, "NORTH-2", password="other") == (429, "too_many_failures")
    other = Authenticator(planted, guesses=guesses)
    assert (
        await other.check(CHARGER, basic(CHARGER, PASSWORD)["Authorization"], Caller(address="192.0.2.9"))
        == 1
    )
    with pytest.raises(Refused):
        await other.check("NORTH-2", basic("NORTH-2", PASSWORD)["Authorization"], Caller(address="127.0.0.1"))
    other.close()


def test_failures_are_forgiven_with_time_and_never_cost_more_than_a_burst() -> None:
    limit = GuessLimit(per_identity=Allowance(2, 10.0), per_address=Allowance(1000, 1.0))
    for _ in range(50):
        limit.failed("192.0.2.1", "A", 100.0)
    assert limit.wait_for_identity("192.0.2.1", "A", 100.0) == 10.0
    assert limit.wait_for_identity("192.0.2.1", "A", 110.0) == 0.0
    assert limit.wait_for_identity("192.0.2.1", "B", 100.0) == 0.0
    assert limit.wait_for_identity("192.0.2.2", "A", 100.0) == 0.0


def test_the_memory_of_failures_is_bounded() -> None:
    limit = GuessLimit(remembered=100)
    for n in range(1000):
        limit.failed(f"192.0.{n // 250}.{n % 250}", "A", 0.0)
    assert len(limit) == 100


def test_a_host_with_all_of_an_ipv6_network_counts_once() -> None:
    assert network("2001:db8::1") == network("2001:db8::ffff:1") != network("2001:db8:0:1::1")
    assert network("192.0.2.1") != network("192.0.2.2")
    assert network("fe80::1%eth0") == network("fe80::2")
    assert network("@") == "@"


async def test_strangers_are_listed_with_their_number_of_attempts(planted: AsyncEngine) -> None:
    async with open_door(planted) as door:
        for _ in range(3):
            await refusal(door, "STRANGER")
        await refusal(door, password="wrong")
        with pytest.raises(InvalidStatus):
            async with connect(f"{door.url}-elsewhere/x?password=S3CRET", subprotocols=[OCPP16], proxy=None):
                pass
        with pytest.raises(InvalidStatus):
            async with connect(
                f"{door.url}/{CHARGER}", additional_headers=basic(CHARGER, PASSWORD), proxy=None
            ):
                pass
        assert await door.listed() == [
            ("/ocpp-elsewhere/x", "path_unknown", 1),
            (CHARGER, "password_wrong", 1),
            (CHARGER, "subprotocol_unknown", 1),
            ("STRANGER", "charger_unknown", 3),
        ]
        await refusal(door, "STRANGER")
        assert ("STRANGER", "charger_unknown", 4) in await door.listed()


async def test_the_list_of_strangers_is_bounded_in_memory_and_in_rows(planted: AsyncEngine) -> None:
    async with open_door(planted, kept_rows=10) as door:
        for n in range(1500):
            door.refused.note(f"S{n:04}\x00\ud800", "charger_unknown", "192.0.2.1", _at(n))
        assert len(door.refused) == 1000
        listed = await door.listed()
        assert [identity for identity, _, _ in listed] == [f"S{n:04}��" for n in range(1490, 1500)]


def _at(second: int) -> datetime:
    return datetime(2026, 1, 1, tzinfo=UTC) + timedelta(seconds=second)
