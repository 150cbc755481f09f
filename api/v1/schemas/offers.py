"""What is offered instead of what was refused or lost, over the wire."""

from datetime import datetime

from pydantic import Field

from api.v1.schemas.fields import Answer, MoneyOut
from api.v1.schemas.terms import NamedBayOut, PriceReasonOut
from domain.place.reasons import OfferReason
from domain.terms.payer import PayerKind


class AlternativeOut(Answer):
    """What whoever asked can book as it stands, and what they would pay for it."""

    reason: OfferReason | None = Field(description="How it differs from what was asked for. null: not known")
    words: str = Field(description="The same in a sentence, in the language of the answer")
    quote: str | None = Field(
        description="Named as `quote` of a booking of exactly this, with what was needed of the bay, it is had for "
        "this price for as long as `GET /v1/quotes/{quote}` says. null: not known"
    )
    connector_type: str | None = Field(description="The plug, an OCPI ConnectorType name. null: not known")
    named_bay: NamedBayOut | None = Field(
        description="The bay to be named as `bay` with its quote, or to the same action. null: whichever; `bay` is "
        "left out then, and a reschedule says `any_bay`"
    )
    accessible: bool = Field(description="A bay for people with disabilities that is open to all by then")
    bookable_from: datetime | None = Field(
        description="Kept for people with disabilities until then, and yours if it is left. null: bookable at once"
    )
    site_id: str
    site_name: str
    site_address: str
    pool_id: str
    start: datetime
    end: datetime
    power_w: int
    distance_m: int
    detour_m: int | None = Field(
        default=None,
        description="By way of this site instead of the wanted one, along the `route` of the booking, in straight "
        "lines; negative: less far. null: the caller's account named none, or it is forgotten",
    )
    reservation_fee: MoneyOut = Field(description="Of `payer`: zero for members")
    payer: PayerKind = Field(description="Who would pay, as in `terms.payer.kind`")
    held: MoneyOut = Field(description="On the card: at booking, or near the start of a slot far ahead")
    taken: MoneyOut = Field(
        description="At booking: the reservation fee with its tax, where the site takes it then"
    )
    energy_per_kwh: MoneyOut | None = Field(description="null: not known")
    time_per_minute: MoneyOut | None
    price_reasons: list[PriceReasonOut] = Field(description="Why the prices are what they are")
    price_difference: MoneyOut | None = Field(
        description="What a session of the usual power over the slot would cost more than as it was wanted; "
        "negative: less. null: the two cannot be compared"
    )
    certainty: float | None = Field(
        description="That it is kept, 0 to 1: the least of what may be given. null: not known"
    )


class AlternativesOut(Answer):
    items: list[AlternativeOut] = Field(
        description="The best first; each can be booked just now as it stands"
    )
