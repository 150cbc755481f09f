"""Who is at a connector is asked in one way: each file that reads open sessions has its reason here."""

import re
from pathlib import Path

ROOT = Path(__file__).parents[2]
PLACES = ("db", "activities", "api", "delivery", "ocpp_gateway", "telling", "webhooks", "workflows")
OPEN = re.compile(r"ended_at IS NULL|ended_at\.is_\(None\)")
OF_NOW = re.compile(r"of_now\(|OF_NOW|last_sign_live")
BELIEVED = re.compile(r"contradicted_at IS NULL|contradicted_at\.is_\(None\)")

ASKS_THE_TRUTH = {
    "db/queries/place/connectors.py",  # booking, lock, replacement, availability, surroundings
    "db/queries/charging/access.py",  # the gate: who may stop, what is busy
    "ocpp_gateway/storage/open_sessions.py",  # occupancy; and a connector's open transactions, to replace or read them
    "ocpp_gateway/storage/session_signs.py",  # makes it
    "ocpp_gateway/storage/statuses.py",  # is another plug of the bay in use?
    "db/queries/charging/claims.py",  # whose a session is
    "ocpp_gateway/storage/lingering.py",  # a car stays, and nobody charges
    "db/queries/money/unsettled.py",  # is a terminated reservation's session to be waited for?
    "ocpp_gateway/storage/left_blocked.py",  # a plug stays blocked, and nobody charges beside it
}
OF_BEFORE_TOO = {
    "ocpp_gateway/storage/lingering.py": "asks only where a car is shown, and what is told of then counts as there",
    "ocpp_gateway/storage/left_blocked.py": "while a queue is told of it, nothing is made of a plug",
    "db/queries/money/unsettled.py": "waits for the end that is told next, whose energy is to be billed",
}
"""What was told of a time before its charger came back, and says nothing of now, counts here."""
DOES_NOT = {
    "db/queries/charging/evidence.py": "shows all there is; domain.charging.presence says what of it is believed",
    "db/queries/charging/sessions.py": "operators see what is written",
    "db/queries/charging/unplaced.py": "whatever is written there would be billed twice",
    "db/queries/charging/troubles.py": "trouble's own end",
    "db/tables/charging/troubles.py": "trouble's own end",
    "ocpp_gateway/storage/troubles.py": "trouble's own end",
    "ocpp_gateway/storage/sessions.py": "trouble's own end",
    "db/migrations/versions/2026_11_28_0340_troubles.py": "trouble's own end",
    "db/migrations/versions/2026_11_28_0342_keep_meter_readings.py": "a trigger on sessions that have ended",
    "db/migrations/versions/2026_11_28_0344_whose_a_session_is.py": "indexes",
    "db/migrations/versions/2026_11_28_0845_one_form_of_a_card.py": "a card of whoever charges is written anew",
    "db/migrations/versions/2026_11_28_0925_trouble_of_a_plug.py": "trouble's own end",
    "db/tables/charging/sessions.py": "indexes",
    "db/migrations/versions/2026_11_22_1732_create_charging.py": "indexes",
    "db/migrations/versions/2026_11_28_0346_one_occupancy.py": "indexes",
    "ocpp_gateway/storage/doubted.py": "looks for the doubted ones, to settle them",
    "db/queries/charging/concerned.py": "a doubted session's reservation hears of its connector all the same",
    "db/tables/people/memberships.py": "of a membership",
    "db/migrations/versions/2026_11_29_1440_memberships.py": "of a membership",
    "activities/holds/following.py": "locks the pools it may follow to, rather one too many",
    "db/personal/people.py": "of a membership",
    "db/personal/still_open.py": "whoever may still be charged for is not erased, doubted or not",
    "db/queries/fleet_board.py": "trouble's own end",
    "db/queries/fleets.py": "of a cost center",
    "db/queries/money/budgets.py": "of a cost center",
    "ocpp_gateway/storage/retention.py": "messages of whatever may go on are kept",
}


def test_whoever_reads_open_sessions_asks_the_truth_or_says_why_not() -> None:
    texts = {
        str(path.relative_to(ROOT)): path.read_text()
        for place in PLACES
        for path in ROOT.glob(f"{place}/**/*.py")
    }
    reading = {name for name, text in texts.items() if OPEN.search(text)}
    assert reading == ASKS_THE_TRUTH | DOES_NOT.keys()
    assert {name for name in ASKS_THE_TRUTH if not BELIEVED.search(texts[name])} == set()
    assert {name for name in ASKS_THE_TRUTH if not OF_NOW.search(texts[name])} == OF_BEFORE_TOO.keys()
