"""What breaks on a day by chance, and the occasions on which vendors' quirks show."""

from random import Random

from days.script import ChargerPlan, Deed
from simulator.stripe_api.faults import FaultKind
from simulator.vendors import vendor

DAY_MINUTES = 480
_FAULTS = (FaultKind.STATUS, FaultKind.STATUS_AFTER, FaultKind.CUT)


def troubles(random: Random, charger: str, connectors: int) -> list[Deed]:
    deeds = []
    for _ in range(random.choice([0, 0, 1, 1, 2, 3])):
        minute = round(random.uniform(20, DAY_MINUTES), 2)
        lasts = round(random.choice([0.2, 1, 5, 20, 60]) * random.uniform(0.5, 1.5), 2)
        what = random.choice(
            [
                "power_cut",
                "reboot",
                "vanish",
                "vanish",
                "fault",
                "fault",
                "lose_answer",
                "repeat",
                "slow_relay",
            ]
        )
        number = random.randint(0 if random.random() < 0.2 else 1, connectors)
        match what:
            case "fault":
                deeds.append(Deed(minute=minute, what="fault", who=charger, how={"number": number}))
                deeds.append(
                    Deed(minute=round(minute + lasts, 2), what="recover", who=charger, how={"number": number})
                )
            case "power_cut" | "vanish":
                deeds.append(Deed(minute=minute, what=what, who=charger, how={"minutes": lasts}))
            case "slow_relay":
                deeds.append(Deed(minute=minute, what=what, who=charger, how={"seconds": lasts * 10}))
            case _:
                deeds.append(Deed(minute=minute, what=what, who=charger))
    return deeds


def occasions(random: Random, name: str, charger: ChargerPlan, visits: list[float]) -> list[Deed]:
    """While somebody is there, what its vendor's quirk needs; `visits`: when people come to the site."""
    wanted = vendor(charger.vendor).occasion if charger.vendor else "always"
    deeds: list[Deed] = []
    for came in random.sample(visits, min(3, len(visits))) if wanted != "always" else []:
        minute = round(came + random.uniform(-3, 20), 2)
        lasts = round(random.uniform(3, 25), 2)
        match wanted:
            case "coverage":
                deeds.append(Deed(minute=minute, what="vanish", who=name, how={"minutes": lasts}))
            case "power":
                deeds.append(Deed(minute=minute, what="power_cut", who=name, how={"minutes": lasts}))
            case "fault":
                number = random.randint(0, charger.connectors)
                deeds.append(Deed(minute=minute, what="fault", who=name, how={"number": number}))
                end = round(minute + lasts, 2)
                deeds.append(Deed(minute=end, what="recover", who=name, how={"number": number}))
    return [deed for deed in deeds if deed.minute > 0]


def elsewhere(random: Random, name: str) -> list[Deed]:
    """What goes wrong at the payment provider, and with workers. `name`: of any charger, to speak of."""
    deeds = []
    if random.random() < 0.3:
        deeds.append(
            _at(random, name, "provider_fails", kind=random.choice(_FAULTS), times=random.randint(1, 5))
        )
    if random.random() < 0.2:
        deeds.append(_at(random, name, "provider_slow", seconds=random.choice([2.0, 30.0, 300.0])))
    if random.random() < 0.4:
        deeds += [_at(random, name, "lose_tasks", times=random.randint(1, 6)) for _ in range(3)]
    return deeds


def _at(random: Random, name: str, what: str, **how: str | float) -> Deed:
    return Deed(minute=round(random.uniform(1, DAY_MINUTES), 2), what=what, who=name, how=dict(how))
