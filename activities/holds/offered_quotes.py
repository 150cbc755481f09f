"""A quote of each alternative: whoever was refused books it by its id, for what they were told it costs.

The id is made of the reservation's code and of all that is quoted: asked again, the same offer is the same quote, and
one that was told to somebody never says something else.
"""

import hashlib
import json
from datetime import datetime

from contracts.holds import PlaceHold
from db.documents import certainty_to_document, named_bay_to_document, payer_to_document, prices_to_document
from db.queries.place.terms import Versions
from db.tables import Quote
from domain.place.slots import Slot
from domain.terms.accepted import Terms

_ID_LENGTH = 24


def offered_quote(
    ask: PlaceHold,
    there: Versions,
    terms: Terms,
    slot: Slot,
    *,
    pool_id: str | None,
    connector_type: str | None,
    bay: str = "",
    opens: datetime | None = None,
) -> Quote:
    """To who asked for `ask`. `terms`: theirs, of the slot, by the versions `there`, with how likely it is kept.
    `opens`: when it can be booked.
    """
    payer = payer_to_document(terms.payer)
    certainty = certainty_to_document(terms.certainty)
    priced = None if terms.prices is None else prices_to_document(terms.prices)
    said = [
        ask.code, ask.account, ask.driver_id, there.site.id, pool_id, connector_type, slot.start.isoformat(),
        slot.end.isoformat(), there.policy_id, there.tariff_id, terms.tier, payer, priced, certainty,
        ask.now.isoformat(), *([bay, named_bay_to_document(terms.named_bay)] if bay else ()),
    ]  # fmt: skip
    digest = hashlib.sha256(json.dumps(said, sort_keys=True).encode()).hexdigest()
    return Quote(
        id=digest[:_ID_LENGTH],
        account=ask.account,
        driver_id=ask.driver_id,
        site_id=there.site.id,
        pool_id=pool_id,
        connector_type=connector_type,
        slot_start=slot.start,
        slot_end=slot.end,
        policy_id=there.policy_id,
        tariff_id=there.tariff_id,
        tier=terms.tier,
        asked_at=ask.now,
        payer=payer,
        priced=priced,
        certainty=certainty,
        bay=bay,
        named_bay=named_bay_to_document(terms.named_bay),
        valid_until=(opens or ask.now) + terms.policy.quote_ttl,
    )
