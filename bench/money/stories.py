"""The ends whose settlement is measured, each as one reservation: what happens before, and what settles it."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from itertools import count

from activities.money.payments import PaymentActivities
from activities.money.settlement import SettlementActivities
from activities.money.stripe_gateway import StripeGateway
from bench.place import deposit_site, seed_for_bench
from contracts.money import AuthoriseDeposit, SettleReservation
from db.engine import Sessions
from db.tables import ChargingSession
from domain.causes import Cause
from domain.money.amount import Money
from domain.money.lines import LineKind
from domain.place.slots import Slot
from domain.reservation.assignment import Assignment
from domain.reservation.lifecycle import State
from domain.reservation.progress import Progress
from domain.terms.accepted import Terms

CARD, POOR_CARD = "pm_card_visa", "pm_card_chargeCustomerFail"
_HOUR = timedelta(hours=1)

Settling = Callable[[], Awaitable[object]]
"""The work that is timed."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Story:
    """`before` does what happened until then, and gives what is timed."""

    name: str
    before: Callable[[], Awaitable[Settling]]


class Stories:
    """Reservations of a site that asks for a deposit of 20.00 EUR, one after the other, each with a code of its own."""

    def __init__(self, sessions: Sessions, stripe: StripeGateway, connector: int) -> None:
        self._sessions = sessions
        self._payments = PaymentActivities(sessions, stripe)
        self._settlement = SettlementActivities(sessions, stripe)
        self._connector = connector
        self._numbers = count(1)
        self._terms = _terms()

    def all(self) -> tuple[Story, ...]:
        return (
            Story(name="nothing to take", before=self._nothing),
            Story(name="deposit given back", before=self._given_back),
            Story(name="paid from the deposit", before=self._from_deposit),
            Story(name="more than the deposit", before=self._remainder),
            Story(name="left as a debt", before=self._debt),
            Story(name="settled again, a fee waived", before=self._again),
        )

    async def _nothing(self) -> Settling:
        return self._settling(self._code(), State.CANCELLED)

    async def _given_back(self) -> Settling:
        code = await self._booked()
        return self._settling(code, State.CANCELLED)

    async def _from_deposit(self) -> Settling:
        code = await self._booked()
        await self._charged(code, wh=20_000)
        return self._settling(code, State.SETTLING)

    async def _remainder(self) -> Settling:
        code = await self._booked()
        await self._charged(code, wh=60_000)
        return self._settling(code, State.SETTLING)

    async def _debt(self) -> Settling:
        code = self._code()
        await self._charged(code, wh=20_000)
        return self._settling(code, State.SETTLING, card=POOR_CARD)

    async def _again(self) -> Settling:
        code = await self._booked()
        await self._charged(code, wh=20_000)
        await self._settling(code, State.SETTLING)()
        return self._settling(code, State.SETTLING, step="settle-2", waived=[LineKind.ENERGY])

    # --- what they are made of -----------------------------------------------------------------------

    def _code(self) -> str:
        return f"MONEY-{next(self._numbers)}"

    async def _booked(self) -> str:
        code = self._code()
        await self._payments.authorise_deposit(
            AuthoriseDeposit(
                code=code,
                driver_id="nobody",
                amount=self._terms.policy.deposit,
                payment_method=CARD,
                customer=None,
                now=datetime.now(UTC),
            )
        )
        return code

    async def _charged(self, code: str, *, wh: int) -> None:
        start = datetime.now(UTC) - _HOUR
        session = ChargingSession(
            charger_id=f"{deposit_site(0)}-0",
            connector_id=self._connector,
            transaction_id=code,
            id_tag="CARD",
            driver_id="nobody",
            reservation_code=code,
            authorised=True,
            started_at=start,
            meter_start_wh=0,
            meter_last_wh=wh,
            meter_at=start + _HOUR / 2,
            ended_at=start + _HOUR / 2,
        )
        async with self._sessions.begin() as open_session:
            open_session.add(session)

    def _settling(
        self,
        code: str,
        state: State,
        *,
        step: str = "settle",
        card: str | None = CARD,
        waived: list[str] | None = None,
    ) -> Settling:
        now = datetime.now(UTC)
        slot = Slot(now - _HOUR, now)
        progress = Progress(
            state=state,
            slot=slot,
            arrived_at=slot.start,
            departed_at=slot.end,
            cancelled_at=slot.start - 2 * _HOUR if state is State.CANCELLED else None,
            ended_by=Cause.OPERATOR if state is State.CANCELLED else None,
            waived=waived or [],
            assignment=Assignment(
                hold_id=1,
                site_id=deposit_site(0),
                charger_id=f"{deposit_site(0)}-0",
                connector_id=self._connector,
                connector_number=1,
                label="",
                power_w=150_000,
            ),
        )
        ask = SettleReservation(
            code=code,
            step=step,
            driver_id="nobody",
            progress=progress,
            terms=self._terms,
            payment_method=card,
            customer=None,
            now=now,
        )
        return lambda: self._settlement.settle_reservation(ask)


def _terms() -> Terms:
    seed = seed_for_bench()
    site = next(site for site in seed.sites if site.id == deposit_site(0))
    policy, tariff = site.policy or seed.default_policy, seed.default_tariff
    if policy is None or tariff is None:
        raise LookupError("the bench's sites have a policy and a tariff")
    return Terms(
        policy=replace(policy, deposit=Money(2000, "EUR")),
        tariff=tariff,
        site_zone="Europe/Berlin",
        policy_version=1,
        tariff_version=1,
    )
