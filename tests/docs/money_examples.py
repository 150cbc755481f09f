"""Reads the worked examples of docs/money.md, and works each out by the rules that charge.

An example is a paragraph that begins with `Facts:`, each fact in backticks, and the tables right after it; or a row of
a table whose first column is `facts`. Times are of the site's clock on one day, or hours before the slot's start.
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

from domain.causes import Cause
from domain.charging.trouble import TroubleCause
from domain.money.accounts import Books, expired, granted, settled, transferred
from domain.money.accounts import Stand as At
from domain.money.advances import advance_lines
from domain.money.amount import Money
from domain.money.bill import Bill
from domain.money.currencies import decimals_of
from domain.money.lines import ConnectorName, LineKind
from domain.money.movements import CaseState, Converted, Moved, dispute_books, payout_books
from domain.money.returns import ReturnWay
from domain.place.slots import Slot
from domain.reservation.lifecycle import State
from domain.settlement.adjustments import Adjustment, adjusted
from domain.settlement.follow_up import follow_up_bill
from domain.settlement.late_change import late_change
from domain.settlement.metering import ChargingLeg
from domain.settlement.pricing import settle
from domain.settlement.surroundings import Surroundings
from domain.terms.accepted import Terms
from domain.terms.credits import CreditRules
from domain.terms.payer import BY_CARD, Payer, PayerKind
from domain.terms.payments import PaymentModel, PaymentRules
from domain.terms.policy import CancellationTier
from tests.docs.pages import REPOSITORY
from tests.domain.builders import make_progress, make_trouble
from tests.factories.policies import make_overstay, make_policy, make_tariff, make_terms

PAGE = REPOSITORY / "docs/money.md"
BERLIN = ZoneInfo("Europe/Berlin")
PAYERS = {
    "paid on trust": Payer(kind=PayerKind.TRUSTED),
    "paid as a member": Payer(kind=PayerKind.MEMBER),
}
STATES = {
    "served": State.SETTLING,
    "cancelled": State.CANCELLED,
    "no-show": State.NO_SHOW,
    "unfulfilled": State.UNFULFILLED,
    "payment unanswered": State.EXPIRED,
}
_TARIFF = ("energy_per_kwh", "time_per_minute", "session_fee", "tax_basis_points")
_RULE = re.compile(
    r"(cancellation \d+ h|(?:\w+\.)?[a-z]+_?[a-z_]*) (-?\d[\d.:]*(?: min)?|yes|no|"
    + "|".join(PaymentModel)
    + r")"
)

Row = tuple[str, ...]
Table = tuple[Row, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Example:
    name: str
    facts: tuple[str, ...]
    tables: tuple[Table, ...]


def tables() -> dict[tuple[str, ...], list[Table]]:
    """Header → the bodies of the tables that have it."""
    found: dict[tuple[str, ...], list[Table]] = {}
    for block in re.findall(r"(?:^\|.*\n)+", PAGE.read_text(), re.MULTILINE):
        header, _, *body = _rows(block)
        found.setdefault(header, []).append(tuple(body))
    return found


def examples() -> Iterator[Example]:
    name = ""
    for section in re.split(r"^#+ ", PAGE.read_text(), flags=re.MULTILINE)[1:]:
        name = section.partition("\n")[0]
        for number, found in enumerate(
            re.finditer(r"^Facts:((?:.+\n)+)((?:\n(?:\|.*\n)+)+)", section, re.MULTILINE), 1
        ):
            blocks = re.findall(r"(?:\|.*\n)+", found[2])
            yield Example(
                name=f"{name} {number}",
                facts=facts_in(found[1]),
                tables=tuple(tuple(_rows(block)) for block in blocks),
            )


def facts_in(text: str) -> tuple[str, ...]:
    """A cell that is one fact has lost its backticks."""
    found = re.findall(r"`([^`]+)`", text) or [text]
    return tuple(" ".join(fact.split()) for fact in found)


def _rows(block: str) -> list[Row]:
    return [
        tuple(
            cell.strip().strip("`") if cell.count("`") == 2 else cell.strip()
            for cell in line.split("|")[1:-1]
        )
        for line in block.splitlines()
    ]


def prices() -> dict[str, str]:
    """What every example has agreed, unless it says otherwise."""
    return {path: figure for table in tables()["rule", "figure", "what"] for path, figure, _ in table}


class Story:
    """`facts`: of one example. Raises ValueError for one that says nothing to us."""

    def __init__(self, facts: tuple[str, ...]) -> None:
        self.currency = next((fact[-3:] for fact in facts if fact.startswith("currency ")), "EUR")
        rules = {found[1]: found[2] for fact in facts if (found := _rule(fact))}
        self.facts = tuple(fact for fact in facts if not _rule(fact) and not fact.startswith("currency "))
        self.terms = self._terms(prices() | rules)
        self.slot = self._slot("10:00", "11:00")
        for _, begins, ends in self._said(r"(slot) (\S+)-(\S+)"):
            self.slot = self._slot(begins, ends)
        self.legs = self._legs(r"(charged) (\S+) kWh (\S+)-(\S+)")
        self.around = Surroundings(
            somebody_waits="somebody waits" in self.facts,
            occupancy_percent=next((int(percent) for _, percent in self._said(r"(occupied) (\d+) %")), 0),
        )
        self._unknown()

    def money(self, figure: str) -> Money:
        return Money(int(Decimal(figure).scaleb(decimals_of(self.currency))), self.currency)

    def bill(self) -> Bill:
        progress = self._progress()
        bill = settle(progress, self.terms, self.legs, self.around)
        if later := self._legs(r"(told later) (\S+) kWh (\S+)-(\S+)"):
            bill = follow_up_bill(bill, progress, self.terms, later, self.around)
        given = [
            Adjustment(amount=self.money(figure), line=LineKind(kind) if kind else None)
            for _, kind, figure in self._said(r"(gave back) ?(\w*?) ?(\d\S*)")
        ]
        return adjusted(bill, given, self.terms.tariff) if given else bill

    def books(self) -> Books:
        nowhere = At(account="")
        for _, state, amount, fee in self._said(r"(dispute) (open|lost), (\S+), fee (\S+)"):
            moved = [Moved(amount=-self.money(amount), fee=self.money(fee))]
            moved += [
                Moved(amount=self.money(back), fee=self.money("0")) for _, back in self._said(_CAME_BACK)
            ]
            return dispute_books("dp_1", moved, CaseState(state))[self.currency]
        for _, amount, fee in self._said(r"(payout) (\S+), fees (\S+)"):
            changed = [
                Converted(amount=Money(int(there), currency), came_to=self.money(here))
                for _, there, currency, here in self._said(r"(changed) (\d+) ([A-Z]{3}) into (\S+)")
            ]
            return payout_books("po_1", self.money(amount), [self.money(fee)], changed, arrived=True)[
                self.currency
            ]
        for _, amount in self._said(r"(granted) (\S+)"):
            return granted(self.money(amount), nowhere)
        for _, amount in self._said(r"(transfer) (\S+)"):
            return transferred(self.money(amount), nowhere)
        for _, amount in self._said(r"(expired) (\S+)"):
            return expired(self.money(amount), nowhere)
        for _, amount in self._said(r"(took the fee) (\S+)"):
            taken, rate = self.money(amount), self.terms.tariff.tax_basis_points
            return settled(advance_lines(taken, rate), taken={"pi_1": taken})
        paid = {f"{way} {by}".strip(): self.money(sum_) for way, by, sum_ in self._said(_PAID)}
        return settled(
            self.bill().lines,
            taken={_INTENTS[way]: amount for way, amount in paid.items() if way in _INTENTS},
            claimed={_BACK[way]: amount for way, amount in paid.items() if way in _BACK},
            credit_spent=paid.get("paid by credit"),
            written_off=paid.get("written off"),
            returned={
                ReturnWay(way): self.money(sum_) for _, way, sum_ in self._said(r"(returned by) (\w+) (\S+)")
            },
            on_account="on account" in self.facts,
        )

    def _progress(self) -> Any:
        instants = {
            "arrived_at": r"(arrived) (.+)",
            "departed_at": r"(left) (.+)",
            "charging_finished_at": r"(idle from) (.+)",
            "waited_until": r"(waited until) (.+)",
            "cancelled_at": r"(cancelled) (.+)",
            "no_show_at": r"(not there by) (.+)",
        }
        over: dict[str, Any] = {
            name: self._at(at) for name, said in instants.items() for _, at in self._said(said)
        }
        if self.legs:
            over["transaction_started_at"] = self.legs[0].started_at
            over["transaction_ended_at"] = self.legs[-1].ended_at
        over["troubles"] = [
            make_trouble(TroubleCause.FAULT, self._at(begins), self._at(until))
            for _, begins, until in self._said(r"(fault) (\S+)-(\S+)")
        ]
        over["rerouted_for"] = [Cause(cause) for _, cause in self._said(r"(moved for) (\w+)")]
        over["waived"] = [kind for _, kind in self._said(r"(waived) (\w+)")]
        if "moved to another site" in self.facts:
            over["booked_site"] = "site-b"
        (state,) = [state for name, state in STATES.items() if name in self.facts]
        progress = make_progress(state, slot=self.slot, **over)
        for _, at, begins, ends in self._said(r"(moved the slot at) (\S+) to (\S+)-(\S+)"):
            slot = self._slot(begins, ends)
            progress.rescheduled(slot, late_change(progress, self.terms, slot, self._at(at)))
        return progress

    def _terms(self, rules: Mapping[str, str]) -> Terms:
        read = {path: self._value(figure) for path, figure in rules.items()}

        def of(group: str) -> dict[str, Any]:
            return {path.partition(".")[2]: one for path, one in read.items() if path.startswith(f"{group}.")}

        tiers = tuple(
            CancellationTier(ahead=timedelta(hours=int(path.split()[1])), fee=fee)
            for path, fee in read.items()
            if path.startswith("cancellation ")
        )
        plain = {path: one for path, one in read.items() if "." not in path and " " not in path}
        policy = {path: one for path, one in plain.items() if path not in _TARIFF}
        policy |= {"overstay": make_overstay(**of("overstay")), "credits": CreditRules(**of("credits"))}
        policy |= {"payments": PaymentRules(**of("payments")), "cancellation": tiers}
        tariff = {path: one for path, one in plain.items() if path in _TARIFF}
        return make_terms(
            policy=make_policy(currency=self.currency, **policy),
            tariff=make_tariff(currency=self.currency, **tariff),
            payer=next((payer for fact, payer in PAYERS.items() if fact in self.facts), BY_CARD),
        )

    def _value(self, figure: str) -> Any:
        if figure in ("yes", "no"):
            return figure == "yes"
        if figure in set(PaymentModel):
            return PaymentModel(figure)
        if ":" in figure:
            return time.fromisoformat(figure)
        if figure.endswith(" min"):
            return timedelta(minutes=int(figure.removesuffix(" min")))
        return self.money(figure) if "." in figure else int(figure)

    def _at(self, said: str) -> datetime:
        if found := re.fullmatch(r"(\d+) h before", said):
            return self.slot.start - timedelta(hours=int(found[1]))
        return datetime.fromisoformat(f"2026-06-15T{said}").replace(tzinfo=BERLIN)

    def _slot(self, begins: str, ends: str) -> Slot:
        return Slot(self._at(begins), self._at(ends))

    def _legs(self, said: str) -> tuple[ChargingLeg, ...]:
        return tuple(
            ChargingLeg(
                connector=ConnectorName(charger_id="charger-1", number=1, bay="Bay 1"),
                energy_wh=int(Decimal(kwh) * 1000),
                started_at=self._at(begins),
                ended_at=self._at(ends),
            )
            for _, kwh, begins, ends in self._said(said)
        )

    def _said(self, pattern: str) -> Iterator[tuple[str, ...]]:
        for fact in self.facts:
            if found := re.fullmatch(pattern, fact):
                yield found.groups()

    def _unknown(self) -> None:
        for fact in self.facts:
            if fact not in {*STATES, *PAYERS} and not _KNOWN.match(fact):
                raise ValueError(fact)


_PAID = r"(paid by|written off|claimed|settled by the loss) ?(card|link|credit|) ?(\d\S*)"
_INTENTS = {"paid by card": "pi_1", "paid by link": "pi_2"}
_CAME_BACK = r"(dispute gave back) (\S+)"
_BACK = {"claimed": "pi_1", "settled by the loss": "pi_1"}
_KNOWN = re.compile(
    r"(slot|arrived|left|charged|told later|idle from|waited until|cancelled|not there by|fault|occupied"
    r"|moved for|moved to another site|moved the slot at|waived|somebody waits|gave back|paid by"
    r"|took the fee|written off|claimed|settled by|dispute|payout|changed|granted|expired|on account"
    r"|transfer|returned by)\b"
)


def _rule(fact: str) -> re.Match[str] | None:
    found = _RULE.fullmatch(fact)
    return found if found and found[1] in RULES else None


RULES = frozenset(
    {
        *prices(),
        "overstay.exempt_from",
        "overstay.exempt_until",
        "overstay.busy_from_percent",
        "overstay.busy_multiplier",
        "overstay.idle_grace",
        "overstay.waived_when_nobody_waits",
        "fee_credited_to_session",
        "late_change_costs",
        "payments.model",
        "payments.most_authorised",
    }
)
