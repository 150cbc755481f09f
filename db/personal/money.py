"""What is held about drivers: what they paid, owe and were given, and what was issued about it."""

from db.personal.held import BOOKS, OF_DRIVER, OF_RESERVATION, Altered, Gone, Held, Kept, renamed, scrubbed
from db.tables import (
    AdjustmentRow,
    BillingNote,
    BillingParty,
    CardSetup,
    Credit,
    CreditUse,
    Debt,
    Dispute,
    Document,
    DocumentDue,
    FollowUp,
    LedgerEntry,
    LedgerTransaction,
    MoneyRequest,
    Payment,
    PaymentMoment,
    Return,
    Settlement,
    SettlementLine,
    StatementDocument,
)

_CLAIMS = "banks and courts may still ask"
_ISSUED = "what was issued is kept as it was issued, as long as the law demands"
_OF_FLEET = "EXISTS (SELECT FROM reservations r WHERE r.code = t.reservation_code AND r.fleet_id IS NOT NULL)"

MONEY = (
    Held(table=Payment, whose=OF_RESERVATION, hidden=("generation",), erasing=Kept(BOOKS)),
    Held(
        table=PaymentMoment,
        whose="t.payment_id IN (SELECT id FROM payments WHERE reservation_code = ANY(:codes))",
        erasing=Kept(BOOKS),
    ),
    Held(table=CardSetup, whose=OF_RESERVATION, erasing=Altered({"payment_method": "NULL"}, BOOKS)),
    Held(
        table=Settlement,
        whose=OF_RESERVATION,
        hidden=("ask",),
        erasing=Altered(scrubbed("ask", "evidence"), BOOKS),
    ),
    Held(
        table=SettlementLine,
        whose="t.settlement_id IN (SELECT id FROM settlements WHERE reservation_code = ANY(:codes))",
        erasing=Kept(BOOKS),
    ),
    Held(
        table=AdjustmentRow,
        whose=OF_RESERVATION,
        hidden=("key", "decided_by", "request_id"),
        erasing=Kept(BOOKS),
    ),
    Held(table=Return, whose=OF_RESERVATION, hidden=("decided_by", "request_id"), erasing=Kept(BOOKS)),
    Held(
        table=MoneyRequest,
        whose="(t.subject = :driver OR t.subject = ANY(:codes))",
        hidden=("asked_by", "decided_by", "key"),
        erasing=Altered(renamed("subject") | scrubbed("details"), BOOKS),
    ),
    Held(table=Debt, whose=OF_DRIVER, hidden=("decided_by",), erasing=Altered(renamed("driver_id"), BOOKS)),
    Held(
        table=Dispute,
        whose=OF_DRIVER,
        hidden=("decided_by", "lifted_by", "claimed_by"),
        erasing=Altered(renamed("driver_id") | scrubbed("evidence"), _CLAIMS),
    ),
    Held(
        table=CreditUse,
        whose="t.credit_id IN (SELECT id FROM credits WHERE driver_id = :driver)",
        erasing=Kept(BOOKS),
    ),
    Held(
        table=Credit,
        whose=OF_DRIVER,
        hidden=("key", "granted_by", "approved_by"),
        erasing=Altered(renamed("driver_id") | {"warn_at": "NULL"}, BOOKS),
    ),
    Held(
        table=LedgerEntry,
        whose="t.transaction_id IN (SELECT id FROM ledger_transactions WHERE driver_id = :driver)",
        erasing=Kept(BOOKS),
    ),
    Held(
        table=LedgerTransaction,
        whose=OF_DRIVER,
        hidden=("posted_by",),
        erasing=Altered(renamed("driver_id"), BOOKS),
    ),
    Held(
        table=Document,
        whose=OF_DRIVER,
        hidden=("key",),
        erasing=Altered(renamed("driver_id"), _ISSUED),
    ),
    Held(
        table=StatementDocument,
        whose="t.document_id IN (SELECT id FROM documents WHERE driver_id = :driver)",
        erasing=Kept(_ISSUED),
    ),
    Held(
        table=DocumentDue,
        whose=OF_RESERVATION,
        not_given="a document is to be issued about what is given with the ledger",
        erasing=Kept("it is issued, and gone then"),
    ),
    Held(
        table=FollowUp,
        whose=OF_RESERVATION,
        not_given="a session that is given has changed since it was billed, and is looked at again",
        erasing=Kept("it is looked at, and gone then"),
    ),
    Held(
        table=BillingNote,
        whose=OF_RESERVATION,
        erasing=Altered(
            {"cost_center": f"CASE WHEN {_OF_FLEET} THEN t.cost_center ELSE '' END", "reference": "''"},
            "what was spent of a fleet's budget stays spent of that one",
        ),
    ),
    Held(table=BillingParty, whose="(t.kind = 'driver' AND t.subject = :driver)", erasing=Gone()),
)
