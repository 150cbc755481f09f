"""How a booking is paid for: what is held, what is taken, and when."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from secrets import token_hex

from domain.terms.payments import PaymentModel
from simulator.scenarios.arrivals import TEN_KWH, TEN_KWH_BILL, TEN_KWH_PAID
from simulator.scenarios.caller import Caller
from simulator.scenarios.evidence import stripe_of
from simulator.scenarios.expectation import expect_equal
from simulator.scenarios.place import (
    CURRENCY,
    DEPOSIT,
    PER_SESSION,
    RESERVATION_FEE,
    ChargerPlan,
    Place,
    euros,
    rules,
    seconds,
    taxed,
)
from simulator.scenarios.stage import STRICT_CARD, Scenario, Stage
from simulator.scenarios.trip import Trip
from simulator.stripe_api.faults import FaultKind

FEE = taxed(RESERVATION_FEE)
_AHEAD = timedelta(days=10)
"""No bank holds money so long."""


async def booked_ahead(s: Stage) -> None:
    trip = await s.book("ines", starts_in=_AHEAD.total_seconds(), lasts=20)
    view = await trip.reaches("CONFIRMED")
    s.say("ten days ahead no bank would hold the deposit so long: her card is saved instead")
    expect_equal("the payment", view["money"]["payment_status"], "card_saved")
    due = datetime.fromisoformat(view["money"]["authorised_from"])
    ahead = s.scenario.places[0].policy.payments.authorise_ahead
    expect_equal("how long before", datetime.fromisoformat(view["start"]) - due, ahead)

    s.say("she moves the booking to today: now the deposit is held")
    await trip.reschedule(starts_in=30, lasts=20)
    await trip.shows(lambda view: view["money"]["payment_status"] == "authorised", "the deposit to be held")

    s.say("she cancels in good time, and it is given back")
    await trip.cancel()
    await trip.ends("CANCELLED")
    await trip.holds_nothing("cancelled")
    await trip.paid(0, authorised=DEPOSIT)


async def bank_wants_driver(s: Stage) -> None:
    trip = await s.book("juri", starts_in=_AHEAD.total_seconds(), lasts=20, payment_method=STRICT_CARD)
    s.say("ten days ahead juri's card is saved; his bank asks him to confirm that")
    await s.world.stripe.finish_setup(await _asked(trip))
    await trip.reaches("CONFIRMED")

    s.say("he moves the booking to today: the deposit is to be held, and the bank wants to see him")
    await trip.reschedule(starts_in=8, lasts=20)
    wanted = await trip.shows(lambda view: view["money"]["payment_due_at"] is not None, "juri to be wanted")
    expect_equal("the payment", wanted["money"]["payment_status"], "action_required")
    (notice,) = await trip.notices(1, "payment_wanted")
    told = notice["parameters"]["amount"]["minor"], notice["parameters"]["why"]
    expect_equal("what he was told", told, (DEPOSIT, "bank_wants_driver"))

    s.say(f"he is told: {notice['text']}")
    intent = await _asked(trip)
    await s.world.stripe.pay(intent, STRICT_CARD)
    await s.world.stripe.finish_action(intent)
    held = await trip.shows(
        lambda view: view["money"]["payment_status"] == "authorised", "the deposit to be held"
    )
    expect_equal("a date", held["money"]["payment_due_at"], None)

    s.say("he has confirmed it, comes and charges")
    await trip.reaches("LOCKED")
    await s.bay.accepts(s.card("juri"))
    await s.bay.plug_in()
    await trip.reaches("CHARGING")
    await s.bay.charge(10)
    await s.bay.unplug()
    await trip.ends("COMPLETED")
    await trip.told("card_saved", "payment_wanted", "deposit_authorised", "arrived", "settled")
    await trip.holds_nothing("completed")
    await trip.bill(**TEN_KWH_BILL)
    await trip.paid(TEN_KWH_PAID)


async def provider_away(s: Stage) -> None:
    key = token_hex(12)
    code, provider = s.app("kaja").code_of(key), s.world.stripe
    s.say("the provider takes kaja's deposit, but its answer is lost; then it is away")
    await provider.fail_next(FaultKind.STATUS_AFTER, about=code, status=503)
    await provider.fail_next(FaultKind.STATUS, method="*", about=code, status=503, times=1_000_000)
    trip = await s.book("kaja", starts_in=26, lasts=25, key=key)
    expect_equal("the payment", (await trip.view())["money"]["payment_status"], "deferred")

    s.say("she is booked all the same, as the policy says; now the provider is back")
    await provider.clear_faults()
    await trip.shows(
        lambda view: view["money"]["payment_status"] == "authorised", "the deposit to be held", 75
    )
    seen = await stripe_of(provider, trip.code)
    expect_equal("payments, and what is held", (seen.intents, seen.held), (1, DEPOSIT))

    s.say("the deposit is held, once; kaja comes and charges")
    await trip.reaches("LOCKED")
    await s.bay.accepts(s.card("kaja"))
    await s.bay.plug_in()
    await trip.reaches("CHARGING")
    await s.bay.charge(10)
    await s.bay.unplug()
    await trip.ends("COMPLETED")
    await trip.told("confirmed", "deposit_authorised", "arrived", "settled")
    await trip.holds_nothing("completed")
    await trip.bill(**TEN_KWH_BILL)
    await trip.paid(TEN_KWH_PAID)


async def fee_at_booking(s: Stage) -> None:
    early = await s.book("lisa", starts_in=40, lasts=20)
    view = await early.reaches("CONFIRMED")
    s.say("lisa's fee of 3.57 is taken as she books; nothing is held")
    expect_equal("the payment", view["money"]["payment_status"], "taken")
    seen = await stripe_of(s.world.stripe, early.code)
    expect_equal("at Stripe (taken, held)", (seen.captured, seen.held), (FEE, 0))

    s.say("she cancels in good time, and has it back")
    await early.cancel()
    await early.ends("CANCELLED")
    await early.paid(0, authorised=FEE)

    trip = await s.book("lisa", starts_in=5, lasts=25, saying="books again")
    await trip.reaches("LOCKED")
    await _charges_ten(s, trip, "lisa")
    s.say("what she charged is a second payment, with the same card")
    net = TEN_KWH + PER_SESSION + RESERVATION_FEE
    lines = {"reservation_fee": RESERVATION_FEE, "session_fee": PER_SESSION, "energy": TEN_KWH}
    await trip.bill(**lines, tax=taxed(net) - net)
    await trip.paid(taxed(net), authorised=taxed(net))


async def on_account(s: Stage) -> None:
    fleet, finance = s.scenario.fleet, s.operator("fred", "finance")
    account = f"/v1/operations/invoice-accounts/{fleet}"
    s.say("a fleet is to pay by invoice: the operator opens its account")
    party = {"name": "Example Logistics GmbH", "address": ["Hof 3", "24103 Kiel"], "country": "DE"}
    await finance.put(account, {"party": party, "currency": CURRENCY, "days_to_pay": 14, "limit_minor": None})

    trip = await s.book("mona", starts_in=5, lasts=25, payment_method=None, saying="books without a card")
    terms = (await trip.reaches("CONFIRMED", "LOCKED"))["terms"]
    expect_equal("who pays", (terms["payer"]["kind"], terms["payer"]["account"]), ("invoice", fleet))
    await trip.reaches("LOCKED")
    await _charges_ten(s, trip, "mona")
    await trip.bill(**TEN_KWH_BILL)
    await trip.paid(0, authorised=0)
    expect_equal("what the account owes", await _open(finance, account), TEN_KWH_PAID)

    s.say("no card is charged: it goes onto the account, which a bank transfer pays")
    today = datetime.now(UTC).date().isoformat()
    wired = {"amount_minor": TEN_KWH_PAID, "currency": CURRENCY, "reference": "demo/1", "received_on": today}
    await finance.post(f"{account}/transfers", wired)
    expect_equal("what it owes then", await _open(finance, account), 0)


async def _open(finance: Caller, account: str) -> int:
    return int((await finance.get(account))["account"]["open_minor"])


async def _charges_ten(s: Stage, trip: Trip, driver: str) -> None:
    """Ten kilowatt-hours, until it is settled."""
    await s.bay.accepts(s.card(driver))
    await s.bay.plug_in()
    await trip.reaches("CHARGING")
    await s.bay.charge(10)
    await s.bay.unplug()
    await trip.ends("COMPLETED")


async def _asked(trip: Trip) -> str:
    """What the driver's app is to complete by its client secret: the provider's id."""
    secret = str((await trip.view())["client_secret"])
    return secret.split("_secret_")[0]


SCENARIOS = (
    Scenario(
        id="booked-ahead",
        title="Booked ten days ahead: card saved, deposit held when it is near",
        places=(
            Place(
                id="lido",
                name="Lido",
                chargers=(ChargerPlan(id="lido-1", version="2.0.1"),),
                policy=rules(slots=replace(rules().slots, horizon=timedelta(days=60))),
                latitude=39.0,
            ),
        ),
        cards={"ines": "CARD-INES"},
        tell=booked_ahead,
    ),
    Scenario(
        id="bank-asks",
        title="The bank wants to see the driver: told, confirmed in time, held and charged",
        places=(
            Place(
                id="ferry",
                name="Ferry Dock",
                chargers=(ChargerPlan(id="ferry-1", version="1.6"),),
                policy=rules(
                    slots=replace(rules().slots, horizon=timedelta(days=60)), payment_ttl=seconds(20)
                ),
                latitude=36.0,
            ),
        ),
        cards={"juri": "CARD-JURI"},
        begins_in=3,
        tell=bank_wants_driver,
    ),
    Scenario(
        id="provider-away",
        title="The payment provider is away: booked by policy, the deposit held once when it is back",
        places=(
            Place(
                id="cape",
                name="Cape",
                chargers=(ChargerPlan(id="cape-1", version="2.0.1"),),
                policy=rules(payments=replace(rules().payments, accept_while_away=euros(DEPOSIT))),
                latitude=35.0,
            ),
        ),
        cards={"kaja": "CARD-KAJA"},
        tell=provider_away,
    ),
    Scenario(
        id="fee-at-booking",
        title="The fee is taken at booking: back when cancelled in good time, the stay paid at its end",
        places=(
            Place(
                id="mole",
                name="Mole",
                chargers=(ChargerPlan(id="mole-1", version="1.6"),),
                policy=rules(
                    deposit=euros(0),
                    fee_credited_to_session=False,
                    payments=replace(rules().payments, model=PaymentModel.FEE_AT_BOOKING),
                ),
                latitude=34.0,
            ),
        ),
        cards={"lisa": "CARD-LISA"},
        begins_in=3,
        tell=fee_at_booking,
    ),
    Scenario(
        id="on-account",
        title="A fleet pays by invoice: no card, onto its account, paid by bank transfer",
        places=(
            Place(
                id="depot",
                name="Depot",
                chargers=(ChargerPlan(id="depot-1", version="2.0.1"),),
                policy=rules(),
                latitude=33.0,
            ),
        ),
        cards={"mona": "CARD-MONA"},
        fleet="demo-fleet",
        begins_in=3,
        tell=on_account,
    ),
)
