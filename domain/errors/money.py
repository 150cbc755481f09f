"""Debts, disputes, documents and payments."""

from domain.errors.raised import Explained


class DebtsOpen(Explained):
    """The driver owes more than the site's policy allows beside a new booking."""

    code = "debts_open"


class BudgetExceeded(Explained):
    """A booking would cost more than is left of a fleet's budget for its month."""

    code = "budget_exceeded"


class UnknownBudget(Explained):
    code = "budget_unknown"


class UnknownCostCenter(Explained):
    code = "cost_center_unknown"


class UnknownDocument(Explained):
    code = "document_unknown"


class UnknownDebt(Explained):
    code = "debt_unknown"


class DebtClosed(Explained):
    """It is paid or written off: nothing is owed any more."""

    code = "debt_closed"


class DisputeOpen(Explained):
    """The driver's bank took a payment back, and nothing bars them less than that being settled."""

    code = "dispute_open"


class DisputeNotLifted(Explained):
    """It bars nobody, so that there is nothing to lift."""

    code = "dispute_bars_nobody"


class DisputeNotAnswerable(Explained):
    """It is decided, too late, or its bank takes no answer."""

    code = "dispute_not_answerable"


class DisputeAnswered(Explained):
    """An operator has decided what becomes of it already; a bank hears us once."""

    code = "dispute_answered"


class DisputeNotClaimable(Explained):
    """It is not lost, or nothing of a bill that its driver owes was taken by it."""

    code = "dispute_not_claimable"


class UnknownDispute(Explained):
    code = "dispute_unknown"


class CurrencyNotExported(Explained):
    """A format of bookkeeping programs cannot write the amounts of the currency."""

    code = "currency_not_exported"


class DebtNotPayable(Explained):
    """The provider takes no sum that small."""

    code = "debt_not_payable"


class PaymentProviderAway(Explained):
    """The deposit cannot be asked for now, and the site's policy accepts no such booking without."""

    code = "payment_provider_away"


class PaymentDeclined(Explained):
    code = "payment_declined"
