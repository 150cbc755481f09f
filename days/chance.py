"""From a seed to a day: who comes when, how, and what breaks. All chance is drawn here and from one seed."""

from dataclasses import replace
from random import Random

from days.script import ChargerPlan, Deed, DriverPlan, Script, Value, Version, Visit
from days.swaps import with_swap
from days.troubles import DAY_MINUTES, elsewhere, occasions, troubles
from simulator.vendors import VENDORS, vendor

_VENDORS = sorted(VENDORS)
_BAD_CARD = "pm_card_chargeDeclinedInsufficientFunds"
_VERSIONS: tuple[Version, ...] = ("1.6", "2.0.1", "2.1")


def script_of(seed: int) -> Script:
    random = Random(seed)
    turn = _VENDORS[seed % len(_VENDORS)]
    others = random.choice([0, 1, 1, 2])
    chargers = (_charger(random, turn), *(_charger(random) for _ in range(others)))
    if len(chargers) > 1 and random.random() < 0.4:
        chargers = (*chargers[:-1], replace(chargers[-1], site=1))
    grouped = random.random() < 0.4
    drivers = tuple(
        DriverPlan(cards=random.choice([1, 1, 2]), group="FLEET" if grouped and n < 2 else "")
        for n in range(random.randint(3, 6))
    )
    visits: dict[str, Visit] = {}
    deeds: list[Deed] = []
    for driver, plan in enumerate(drivers):
        minute = random.uniform(0, 120)
        while minute < DAY_MINUTES - 120 and len(visits) < 14:
            name = f"v{len(visits) + 1}"
            visits[name] = Visit(driver=driver, card=random.randrange(plan.cards))
            plans = _Visit(random, name, minute)
            made, minute = plans.deeds()
            deeds += made
            if plans.slot and len(visits) < 14 and random.random() < 0.12:
                after = f"v{len(visits) + 1}"
                visits[after] = visits[name]
                made, minute = _Visit(random, after, minute).goes_on(made, plans.slot)
                deeds = [deed for deed in deeds if deed.who != name or deed.what != "leave"] + made
            minute += random.expovariate(1 / 60)
    for n, charger in enumerate(chargers, start=1):
        deeds += troubles(random, f"c{n}", charger.connectors)
        deeds += occasions(random, f"c{n}", charger, [deed.minute for deed in deeds if deed.what == "come"])
    deeds += elsewhere(random, "c1")
    deeds = with_swap(Random(f"{seed} swaps"), visits, deeds)
    own = Random(f"{seed} plugs")  # what was drawn for everything else stays what it was
    chargers = tuple(_with_plugs(own, charger) for charger in chargers)
    return Script(
        seed=seed,
        chargers=chargers,
        drivers=drivers,
        visits=visits,
        deeds=tuple(sorted(deeds, key=lambda deed: deed.minute)),
        rules=_rules(random),
    )


def _charger(random: Random, name: str = "") -> ChargerPlan:
    """`name`: of its vendor; empty: left to chance."""
    connectors = random.choice([1, 2, 2])
    version: Version = random.choice(vendor(name).versions if name else _VERSIONS)
    vendors = [vendor.name for vendor in VENDORS.values() if version in vendor.versions]
    knobs: dict[str, Value] = {}
    if random.random() < 0.25:
        knobs["forget_transactions_on_reboot"] = True
    if random.random() < 0.25:
        knobs["forget_holds_on_reboot"] = True
    if random.random() < 0.2:
        knobs["reservation_id"] = random.choice(["omit", "invent", "of_the_holder"])
    if random.random() < 0.15:
        knobs["reserved_status"] = random.choice(["before_reply", "never"])
    if random.random() < 0.1:
        knobs["report_expiry"] = False
    if random.random() < 0.1:
        knobs["naive_timestamps"] = True
    if random.random() < 0.1:
        knobs["stop_when_refused"] = False
    return ChargerPlan(
        version=version,
        connectors=connectors,
        shared=connectors > 1 and random.random() < 0.5,
        knobs=knobs,
        clock_h=random.choice([1, 2, -5, 8]) if random.random() < 0.15 else 0,
        tx_start_point=random.choice(["PowerPathClosed", "PowerPathClosed", "Authorized", "EVConnected"]),
        vendor=name or (random.choice(vendors) if random.random() < 0.4 else ""),
    )


def _with_plugs(random: Random, charger: ChargerPlan) -> ChargerPlan:
    if charger.version == "1.6" or random.random() < 0.7:
        return charger
    shown = random.choice(["Unavailable", "Unavailable", "Available", "Occupied"])
    return replace(charger, plugs=2, knobs={**charger.knobs, "beside_one_in_use": shown})


def _rules(random: Random) -> dict[str, Value]:
    rules: dict[str, Value] = {}
    if random.random() < 0.3:
        rules["at_slot_end"] = random.choice(["stop", "extend_if_free"])
    if random.random() < 0.2:
        rules["one_session_a_driver"] = True
    if random.random() < 0.2:
        rules["overlapping_per_driver"] = True
    return rules


class _Visit:
    """One driver's plan, with all that may come between."""

    def __init__(self, random: Random, name: str, minute: float) -> None:
        self._random = random
        self._name = name
        self._now = minute
        self._made: list[Deed] = []
        self.slot: tuple[float, float] | None = None
        """(begin, length), once it is booked."""

    def deeds(self) -> tuple[list[Deed], float]:
        """And the minute when they are done."""
        random = self._random
        start, length = self._now, 60.0
        if random.random() < 0.82:
            start, length = self._book()
        if random.random() < 0.07:
            self._do(start + random.uniform(-20, 5), "cancel")
            if random.random() < 0.7:
                return self._made, start + length
        if random.random() < 0.08:
            action = random.choice(["reassign", "reassign", "operator_cancel", "force_release", "resolve"])
            self._do(start + random.uniform(-60, length), "operate", action=action)
        if random.random() < 0.5:
            self._do(start + random.uniform(-20, -1), "answer", accepts=random.random() < 0.6)
        if random.random() < 0.08:
            self._do(start + random.uniform(-5, 10), "on_my_way", in_minutes=random.randint(5, 25))
        if random.random() < 0.09:
            return self._made, start + length  # never comes
        came = start + self._offset()
        self._come(came)
        left = self._stay(came, start + length)
        return self._made, left

    def _book(self) -> tuple[float, float]:
        random = self._random
        ahead = random.choice([0, 0, 10, 15, 30, 45, 60, 120])
        start = (int(self._now + ahead) // 15 + (1 if ahead else 0)) * 15
        length = random.choice([15, 30, 30, 45, 60, 90])
        pays = random.choices(["at once", "later", "never", "badly"], [82, 10, 5, 3])[0]
        self.slot = (start, length)
        how: dict[str, Value] = {"card": _BAD_CARD} if pays == "badly" else {}
        self._do(self._now, "book", start=start, length=length, pays=pays in ("at once", "badly"), **how)
        if pays == "badly":
            self._do(self._now + random.uniform(0.2, 2), "pay", card=_BAD_CARD)
        if pays in ("later", "badly") and random.random() < 0.9:
            self._do(self._now + random.uniform(2, 15), "pay")
        if random.random() < 0.06:
            self._do(self._now + random.uniform(1, 20), "reschedule", by=random.choice([15, 30, -15]))
        return float(start), float(length)

    def _offset(self) -> float:
        random = self._random
        return random.choices(
            [random.uniform(-40, -10), random.gauss(0, 4), random.uniform(5, 25), random.uniform(25, 70)],
            [18, 55, 17, 10],
        )[0]

    def _come(self, minute: float) -> None:
        random = self._random
        self._do(
            minute,
            "come",
            to=random.choices(["own", "neighbour", "any"], [86, 8, 6])[0],
            starts=random.choices(["card first", "plug first", "app"], [40, 40, 20])[0],
            checks_in=random.random() < 0.2,
        )

    def _stay(self, came: float, end: float) -> float:
        random = self._random
        spans = [random.uniform(-25, -1), random.uniform(-1, 9), random.uniform(10, 60)]
        until = end + random.choices(spans, [60, 25, 15])[0]
        until = max(until, came + random.uniform(2, 25))
        minute = came + random.uniform(0.5, 4)
        while minute < until:
            self._do(minute, "draw", wh=random.randint(200, 6000))
            minute += random.uniform(3, 20)
        if random.random() < 0.08:
            self._do(random.uniform(came, until), "extend", by=random.choice([15, 30]))
        if random.random() < 0.1:
            self._do(random.uniform(came, until), "stop_and_start")
        if random.random() < 0.2:
            self._do(max(came, until - random.uniform(1, 15)), "is_full")
        self._do(until, "leave", ends=random.choices(["card", "app", "unplug"], [45, 20, 35])[0])
        return until

    def goes_on(self, before: list[Deed], slot: tuple[float, float]) -> tuple[list[Deed], float]:
        """The next slot, too: the car stays where it is, and whose visit was first leaves in the end."""
        random = self._random
        first, ends = before[0], slot[0] + slot[1]
        length = random.choice([15, 30, 45])
        how = dict(first.how) | {"start": ends, "length": length, "pays": True}
        self._made.append(Deed(minute=round(first.minute + 0.3, 2), what="book", who=self._name, how=how))
        leave = next((deed for deed in before if deed.what == "leave"), None)
        if leave is None:
            return self._made, ends + length
        until = ends + length + random.choice([random.uniform(-12, -1), random.uniform(0, 8)])
        self._made += [
            replace(leave, minute=round(until, 2)),
            *(
                Deed(
                    minute=round(minute, 2), what="draw", who=leave.who, how={"wh": random.randint(200, 4000)}
                )
                for minute in (ends - 1, ends + 4, ends + 9)
            ),
        ]
        return self._made, until

    def _do(self, minute: float, what: str, **how: Value) -> None:
        self._made.append(Deed(minute=round(max(minute, 0.0), 2), what=what, who=self._name, how=how))
