"""A policy or tariff comes back from JSON as it went in."""

import json
from dataclasses import replace
from datetime import time, timedelta

from hypothesis import given
from hypothesis import strategies as st

from db.documents import policy_from_document, policy_to_document, tariff_from_document, tariff_to_document
from domain.money.amount import Money
from domain.terms.policy import AtSlotEnd, CancellationTier, OverstayRules, Policy, SlotRules
from domain.terms.tariff import Tariff
from tests.factories import make_policy

DURATIONS = st.timedeltas(min_value=timedelta(0), max_value=timedelta(days=30))
EUROS = st.builds(Money, st.integers(min_value=0, max_value=10**9), st.just("EUR"))
CLOCKS = st.none() | st.times()
SLOTS = st.builds(SlotRules, step=DURATIONS, shortest=DURATIONS, longest=DURATIONS, buffer=DURATIONS)
OVERSTAY = st.builds(
    OverstayRules,
    grace=DURATIONS,
    step=DURATIONS,
    fee_per_step=EUROS,
    idle_grace=st.none() | DURATIONS,
    cap=st.none() | EUROS,
    exempt_from=CLOCKS,
    exempt_until=CLOCKS,
    busy_from_percent=st.none() | st.integers(0, 100),
)
POLICIES = st.builds(
    Policy,
    currency=st.just("EUR"),
    slots=SLOTS,
    overstay=OVERSTAY,
    deposit=EUROS,
    reservation_fee=EUROS,
    no_show_fee=EUROS,
    compensation=EUROS,
    cancellation=st.lists(st.builds(CancellationTier, ahead=DURATIONS, fee=EUROS), max_size=3).map(tuple),
    at_slot_end=st.sampled_from(AtSlotEnd),
    grace=DURATIONS,
)
TARIFFS = st.builds(
    Tariff, currency=st.just("EUR"), energy_per_kwh=EUROS, time_per_minute=EUROS, session_fee=EUROS
)


@given(POLICIES)
def test_a_policy_survives_json(policy: Policy) -> None:
    assert policy_from_document(json.loads(json.dumps(policy_to_document(policy)))) == policy


@given(TARIFFS)
def test_a_tariff_survives_json(tariff: Tariff) -> None:
    assert tariff_from_document(json.loads(json.dumps(tariff_to_document(tariff)))) == tariff


def test_a_document_written_before_a_field_existed_takes_its_default() -> None:
    document = policy_to_document(make_policy(grace=timedelta(minutes=1)))
    del document["grace"]
    assert policy_from_document(document) == make_policy()
    wrapped = replace(make_policy().overstay, exempt_from=time(22), exempt_until=time(6))
    policy = make_policy(overstay=wrapped)
    assert policy_from_document(policy_to_document(policy)) == policy
