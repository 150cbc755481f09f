"""A walk-in is priced as the charging of a reservation is; a session is told once it ended, and not a reservation's."""

from datetime import timedelta

from hypothesis import given
from hypothesis import strategies as st

from domain.charging.trouble import Trouble, TroubleCause
from domain.money.amount import Money
from domain.money.lines import ConnectorName, LineKind
from domain.settlement.metering import ChargingLeg
from domain.settlement.walk_ins import Withdrawal, taken_back, walk_in_bill
from domain.terms.tariff import Tariff
from tests.factories import NOON, make_tariff

AT = ConnectorName(charger_id="NORTH-1", number=1, bay=None)


def leg(energy_wh: int = 10_000, minutes: int = 30) -> ChargingLeg:
    return ChargingLeg(
        connector=AT, energy_wh=energy_wh, started_at=NOON, ended_at=NOON + timedelta(minutes=minutes)
    )


def trouble(minutes: int, cause: TroubleCause = TroubleCause.FAULT) -> Trouble:
    return Trouble(
        cause=cause,
        charger_id="NORTH-1",
        began_at=NOON,
        noticed_at=NOON,
        ended_at=NOON + timedelta(minutes=minutes),
    )


amounts = st.integers(0, 500).map(lambda minor: Money(minor, "EUR"))
tariffs = st.builds(
    lambda energy, time, fee, tax: make_tariff(
        energy_per_kwh=energy, time_per_minute=time, session_fee=fee, tax_basis_points=tax
    ),
    amounts,
    amounts,
    amounts,
    st.integers(0, 2500),
)


@given(tariffs, st.integers(0, 100_000), st.integers(0, 300))
def test_what_is_charged_is_what_the_lines_say(tariff: Tariff, energy_wh: int, minutes: int) -> None:
    bill = walk_in_bill(leg(energy_wh, minutes), tariff, ())
    assert bill.charge.minor == sum(line.amount.minor for line in bill.lines)
    assert bill.credit.is_zero
    kinds = {line.kind for line in bill.lines}
    assert kinds <= {LineKind.SESSION_FEE, LineKind.ENERGY, LineKind.TIME, LineKind.TAX}
    assert energy_wh or not bill.lines


def test_no_minute_is_billed_in_trouble() -> None:
    tariff = make_tariff(time_per_minute=Money(10, "EUR"), energy_per_kwh=Money(0, "EUR"), tax_basis_points=0)
    assert walk_in_bill(leg(), tariff, ()).charge.minor == 300
    assert walk_in_bill(leg(), tariff, (trouble(10),)).charge.minor == 200
    assert walk_in_bill(leg(), tariff, (trouble(10, TroubleCause.OCCUPIED),)).charge.minor == 300


def test_only_what_ended_and_is_nobodys_is_told() -> None:
    assert taken_back(ended=True, reserved=False) is None
    assert taken_back(ended=False, reserved=False) is Withdrawal.RUNS
    assert taken_back(ended=True, reserved=True) is Withdrawal.RESERVED
