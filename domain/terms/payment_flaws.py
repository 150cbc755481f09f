"""Does what a policy asks of a card make sense?"""

from collections.abc import Iterator
from datetime import timedelta

from domain.money.amount import Money
from domain.money.currencies import currency_of
from domain.terms.flaw import Flaw
from domain.terms.payments import LONGEST_AHEAD, LONGEST_TRUST, SHORTEST_TRUST, PaymentModel, TrustRules
from domain.terms.policy import Policy

_NOTHING = timedelta(0)


def payment_flaws(policy: Policy) -> Iterator[Flaw]:
    rules = policy.payments
    if not _NOTHING < rules.authorise_ahead <= LONGEST_AHEAD:
        yield Flaw("payments.authorise_ahead", "must be longer than zero and at most four days")
    if rules.answer_within <= _NOTHING:
        yield Flaw("payments.answer_within", "must be longer than zero")
    if rules.trusted is not None:
        yield from _trust_flaws(rules.trusted)
    yield from _model_flaws(policy)


def _trust_flaws(rules: TrustRules) -> Iterator[Flaw]:
    if rules.visits < 1:
        yield Flaw(
            "payments.trusted.visits",
            "must be at least 1; for nothing held of anybody let the deposit be zero",
        )
    if rules.most_open < 1:
        yield Flaw("payments.trusted.most_open", "must be at least 1, or nobody is trusted")
    if not SHORTEST_TRUST <= rules.within <= LONGEST_TRUST:
        yield Flaw("payments.trusted.within", "must be a week to two years")


def _model_flaws(policy: Policy) -> Iterator[Flaw]:
    """What would be ignored is refused: whoever writes it expects it to be done."""
    rules = policy.payments
    if rules.expected_power_w < 1:
        yield Flaw("payments.expected_power_w", "must be at least 1")
    if rules.most_authorised is not None and rules.most_authorised.is_zero:
        yield Flaw("payments.most_authorised", "must be more than zero; leave it out for no limit")
    if rules.model is PaymentModel.PREAUTHORISATION:
        if not policy.deposit.is_zero:
            yield Flaw("deposit", "must be zero where the expected session is authorised instead")
    elif rules.most_authorised is not None:
        yield Flaw("payments.most_authorised", "is of the payment model preauthorisation only")
    if (
        rules.trusted is not None
        and rules.model is not PaymentModel.PREAUTHORISATION
        and policy.deposit.is_zero
    ):
        yield Flaw("payments.trusted", "is for sites with a deposit or an expected session to do without")
    if rules.model.takes_fee_at_booking:
        yield from _fee_flaws(policy)
    if rules.model is PaymentModel.MEMBERSHIP:
        yield from _members_only_flaws(policy)


def _fee_flaws(policy: Policy) -> Iterator[Flaw]:
    """Of a fee that is taken by itself at booking, with a tax that the policy does not know."""
    if not policy.deposit.is_zero:
        yield Flaw("deposit", "must be zero where the reservation fee is taken at booking instead")
    least = Money(currency_of(policy.currency).least, policy.currency)
    if policy.reservation_fee.minor < least.minor:
        yield Flaw("reservation_fee", f"must be at least {least}, as it is taken at booking")
    credits_it = policy.payments.model is PaymentModel.CREDIT_TO_SESSION
    if policy.fee_credited_to_session is not credits_it:
        must = "true" if credits_it else "false"
        yield Flaw(
            "fee_credited_to_session", f"must be {must} with the payment model {policy.payments.model}"
        )


def _members_only_flaws(policy: Policy) -> Iterator[Flaw]:
    for path in ("deposit", "reservation_fee"):
        if not getattr(policy, path).is_zero:
            yield Flaw(path, "must be zero where only members book, who pay none")
