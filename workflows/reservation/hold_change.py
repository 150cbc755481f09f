"""What is held on the card made to suit a slot that was moved or extended: given back, or held anew.

The new hold comes first, then the old one is released. Where the bank refuses, the old one stands, and what the stay
costs beyond it is taken at the end.
"""

from dataclasses import replace

from temporalio import workflow

from contracts.money import Authorisation
from domain.facts import timeline_payment
from domain.reservation.authorisation import AskedAs, deposit_step, is_far, lapses_before
from domain.reservation.lifecycle import DepositState
from domain.reservation.payment_plan import Take
from domain.settlement.agreed import agreed_amount
from workflows.reservation.effects import Effects
from workflows.reservation.record import Record


class HoldChange:
    def __init__(self, record: Record, effects: Effects) -> None:
        self._record = record
        self._effects = effects

    def slot_changed(self) -> None:
        record, progress = self._record, self._record.progress
        if record.plan is None or record.takes_fee or record.plan.take is Take.NOTHING:
            return
        terms = record.accepted_terms
        amount = agreed_amount(terms, progress.slot)
        if amount.is_zero:
            return
        record.plan = replace(record.plan, amount=amount)
        if progress.deposit is DepositState.AUTHORISED:
            self.suits()

    def suits(self) -> None:
        """Does what is held last until the slot, and is it as much as was agreed?"""
        record, progress = self._record, self._record.progress
        is_held = progress.deposit is DepositState.AUTHORISED
        is_early = lapses_before(progress) and is_far(progress, record.accepted_terms.policy, workflow.now())
        if is_held and is_early:
            self.given_back()
        else:
            self.compare()

    def given_back(self) -> None:
        """Nothing is to be held yet: the card is authorised near the start."""
        progress = self._record.progress
        progress.deposit_is(DepositState.CARD_SAVED)
        progress.hold_changes(workflow.now())
        self._record.dirty = True

    def compare(self) -> None:
        """Is as much held as was agreed?"""
        record, known = self._record, self._record.authorisation
        held = known.amount if known is not None else None
        is_held = record.progress.deposit is DepositState.AUTHORISED
        if is_held and held is not None and held != record.agreed_plan.amount:
            record.progress.hold_changes(workflow.now())

    async def carry_out(self) -> None:
        """Raises StepFailed."""
        progress = self._record.progress
        if progress.deposit is DepositState.CARD_SAVED:
            await self._effects.money.release_deposit("")
            self._record.authorisations += 1  # of a step that was never answered, too: it is closed for good
        elif progress.deposit is DepositState.AUTHORISED:
            await self._hold_anew()
        progress.hold_changes(None)
        self.compare()  # the slot may have changed again: a step that was asked for keeps its sum

    async def _hold_anew(self) -> None:
        record, step = self._record, deposit_step(self._record.authorisations + 1)
        answer = await self._effects.money.authorise_deposit(
            step, payment_method=record.card, customer=record.card_customer, off_session=True
        )
        if answer.status is DepositState.AUTHORISED:
            self._stands(answer)
            return
        if answer.status is DepositState.ACTION_REQUIRED:
            await self._effects.money.release_deposit(step)
        record.authorisations += 1
        self.refused()

    def _stands(self, answer: Authorisation) -> None:
        record = self._record
        record.authorised(answer)
        record.authorisations += 1
        record.standing, record.asked_as = record.authorisations, AskedAs.ABSENT
        record.tell(timeline_payment.DepositAuthorised())

    def refused(self) -> None:
        """What is held already stands."""
        record, known = self._record, self._record.authorisation
        wanted = record.agreed_plan
        if known is None or known.amount is None:
            return
        record.plan = replace(wanted, amount=known.amount)
        record.progress.hold_changes(None)
        if wanted.amount != known.amount:  # else the slot was moved back meanwhile
            record.tell(timeline_payment.HoldUnchanged(wanted=wanted.amount, held=known.amount))
