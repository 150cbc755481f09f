"""Typed search attributes: what operators filter by in the Temporal UI. Never personal data (not encrypted)."""

from temporalio.common import SearchAttributeKey

STATE = SearchAttributeKey.for_keyword("ReservationState")
SITE = SearchAttributeKey.for_keyword("SiteId")
CHARGER = SearchAttributeKey.for_keyword("ChargerId")
CONNECTOR = SearchAttributeKey.for_keyword("Connector")
SLOT_START = SearchAttributeKey.for_datetime("SlotStart")
NEEDS_ATTENTION = SearchAttributeKey.for_bool("NeedsAttention")

ALL = [STATE, SITE, CHARGER, CONNECTOR, SLOT_START, NEEDS_ATTENTION]
