"""What follows once a charger has been answered: events to deliver, a transaction to stop, a charger to ask anew."""

from collections.abc import Callable
from dataclasses import dataclass

from ocpp_gateway.duties.live_chargers import LiveCharger
from ocpp_gateway.duties.received_call import Outcome
from ocpp_gateway.wire.reports import CertificateAsked


@dataclass(frozen=True, slots=True, kw_only=True)
class FollowUps:
    """`events`: something waits to be delivered. `refused`: this transaction is to be stopped. `booted`: the charger
    has begun anew. `doubted`: it has said something that may be of before or of now. `asked`: a certificate is to be
    signed.
    """

    events: Callable[[], None]
    refused: Callable[[LiveCharger, str, bool], None]
    booted: Callable[[LiveCharger], None]
    doubted: Callable[[LiveCharger], None] = lambda _charger: None
    asked: Callable[[LiveCharger, CertificateAsked], None] = lambda _charger, _asked: None

    def of(self, charger: LiveCharger, outcome: Outcome) -> None:
        if outcome.events:
            self.events()
        if outcome.refused_transaction is not None:
            self.refused(charger, outcome.refused_transaction, outcome.unpaid)
        if outcome.booted:
            self.booted(charger)
        if outcome.sessions_doubted:
            self.doubted(charger)
        if outcome.to_sign is not None:
            self.asked(charger, outcome.to_sign)
