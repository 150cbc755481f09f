"""What a fact says, in both languages."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from domain.causes import Cause
from domain.charging.commands import CommandOutcome
from domain.charging.connector import ConnectorStatus
from domain.charging.enforcement import EnforcementLevel
from domain.facts import audit, money_notices, notices, stay, timeline
from domain.facts.attention import Problem
from domain.facts.fact import Fact
from domain.money.amount import Money
from domain.reservation.lifecycle import DepositState, State
from domain.reservation.release import ReleaseReason
from domain.whereabouts import Whereabouts
from texts import details, steps
from texts.languages import Language
from texts.reader import Reader

NOON = datetime(2026, 11, 24, 12, 0, tzinfo=UTC)
ENGLISH = Reader(Language.ENGLISH, "Europe/Berlin")
GERMAN = Reader(Language.GERMAN, "Europe/Berlin")
EUR = "EUR"
QUAY = Whereabouts(site_id="quay", name="Quay", address="Quay Street 7, Berlin", distance_m=1_234)


SAID = [
    (
        timeline.Locked(bay="Bay 1", promise=EnforcementLevel.HARD),
        "Bay 1 is assigned: the charger keeps it free",
        "Bay 1 ist zugeteilt: die Ladestation hält ihn frei",
    ),
    (
        timeline.Moved(bay="Bay 2", charger_id="CP-2", cause=Cause.CHARGER_FAULT),
        "Moved to Bay 2 (CP-2) because of a charger fault",
        "Umgebucht auf Bay 2 (CP-2). Grund: Störung der Ladestation",
    ),
    (
        timeline.HoldPushedAgain(reason=timeline.PushReason.REBOOTED, outcome=CommandOutcome.ACCEPTED),
        "The charger rebooted; hold pushed to the charger again: accepted",
        "Die Ladestation wurde neu gestartet; Vormerkung erneut an die Ladestation gesendet: angenommen",
    ),
    (
        timeline.HoldWithdrawn(outcome=CommandOutcome.NO_RESPONSE),
        "Hold on the charger given up: no response",
        "Vormerkung an der Ladestation aufgehoben: keine Antwort",
    ),
    (
        timeline.HoldWithdrawn(outcome=CommandOutcome.REJECTED),
        "The charger had no hold left",
        "Die Ladestation hatte keine Vormerkung mehr",
    ),
    (
        timeline.FaultReported(status=ConnectorStatus.FAULTED),
        "The charger reports: faulted; it may pass by itself",
        "Die Ladestation meldet: gestört; vielleicht gibt sich das von selbst",
    ),
    (
        timeline.Declined(reason="slot_unavailable"),
        "Declined: Nothing is free at that time",
        "Abgelehnt: Zu dieser Zeit ist nichts frei",
    ),
    (
        timeline.SlotMoved(start=NOON, end=NOON + timedelta(hours=1)),
        "Slot is now 13:00 to 14:00",
        "Das Zeitfenster beginnt jetzt um 13:00 Uhr und endet um 14:00 Uhr",
    ),
    (
        timeline.SlotMoved(start=NOON + timedelta(days=1, hours=10), end=NOON + timedelta(days=1, hours=12)),
        "Slot is now 25 Nov 23:00 to 26 Nov 01:00",
        "Das Zeitfenster beginnt jetzt am 25. Nov. um 23:00 Uhr und endet am 26. Nov. um 01:00 Uhr",
    ),
    (
        timeline.SlotMoved(start=NOON, end=NOON + timedelta(hours=1), cost=Money(400, EUR)),
        "Slot is now 13:00 to 14:00; late change for 4.00 EUR",
        "Das Zeitfenster beginnt jetzt um 13:00 Uhr und endet um 14:00 Uhr; späte Umbuchung für 4,00 EUR",
    ),
    (
        timeline.OnTheWay(eta=NOON),
        "Driver is on the way, arriving 13:00",
        "Der Fahrer ist unterwegs, Ankunft um 13:00 Uhr",
    ),
    (
        timeline.OnTheWay(eta=NOON + timedelta(minutes=50), arrive_by=NOON + timedelta(minutes=30)),
        "Driver is on the way, arriving 13:50; the connector is kept only until 13:30",
        "Der Fahrer ist unterwegs, Ankunft um 13:50 Uhr; der Anschluss wird nur bis 13:30 Uhr freigehalten",
    ),
    (stay.ChargingStarted(), "Charging", "Lädt"),
    (stay.ChargingStarted(again=True), "Charging again", "Lädt wieder"),
    (
        stay.Arrived(sign=stay.ArrivalSign.CARD_PRESENTED),
        "Arrived: card presented",
        "Angekommen: Karte vorgehalten",
    ),
    (stay.Cancelled(by=Cause.DRIVER, reason=""), "Cancelled by the driver", "Storniert vom Fahrer"),
    (
        stay.Cancelled(by=Cause.DRIVER, reason="{plans} changed"),
        "Cancelled by the driver: {plans} changed",
        "Storniert vom Fahrer: {plans} changed",
    ),
    (stay.Settled(charged=Money(1250, EUR)), "Settled: 12.50 EUR", "Abgerechnet: 12,50 EUR"),
    (
        stay.Waived(kind="no_show"),
        "Waived by an operator: No-show fee",
        "Vom Betreiber erlassen: Gebühr für Nichterscheinen",
    ),
    (
        stay.AttentionNeeded(problem=Problem.SETTLEMENT_FAILED, detail="card gone"),
        "Needs attention: settlement failed: card gone",
        "Braucht Aufmerksamkeit: Abrechnung fehlgeschlagen: card gone",
    ),
    (
        notices.Overstay(grace=timedelta(minutes=61), fee=Money(50, EUR)),
        "Your time is over; please make room for others. Grace period: 1 hour 1 minute, "
        "then 0.50 EUR for each started step",
        "Ihre Zeit ist um; bitte machen Sie den Ladeplatz frei. Kulanzzeit: 1 Stunde 1 Minute, danach "
        "0,50 EUR für jeden angefangenen Abschnitt",
    ),
    (
        money_notices.Receipt(charged=Money(0, EUR), credit=Money(500, EUR)),
        "Your receipt: nothing to pay, 5.00 EUR credited",
        "Ihr Beleg: nichts zu zahlen, 5,00 EUR gutgeschrieben",
    ),
    (
        audit.Reassign(reason="the bay is blocked", bay="Bay 3", connector_id=17),
        "Moved the reservation to Bay 3 (connector 17): the bay is blocked",
        "Hat die Reservierung auf Bay 3 (Anschluss 17) umgebucht: the bay is blocked",
    ),
    (
        audit.ForceRelease(reason=""),
        "Released the connector by force",
        "Hat den Anschluss zwangsweise freigegeben",
    ),
    (
        audit.OrphanReleased(workflow="terminated", holds=1),
        "Gave back 1 hold whose workflow was gone (terminated)",
        "Hat 1 Vormerkung freigegeben, deren Workflow nicht mehr da war (terminated)",
    ),
    (
        audit.OrphanReleased(workflow="terminated", holds=2),
        "Gave back 2 holds whose workflow was gone (terminated)",
        "Hat 2 Vormerkungen freigegeben, deren Workflow nicht mehr da war (terminated)",
    ),
    (
        audit.ChargerCommand(command="get_logs", outcome="no_response"),
        "Sent the command “upload logs”: no response",
        "Hat den Befehl „Protokolle hochladen“ gesendet: keine Antwort",
    ),
    (
        audit.ChargerCommand(command="unlock_connector", outcome=audit.UNKNOWN, connector_number=2),
        "Sent the command “unlock connector” for connector 2; nobody knows what came of it",
        "Hat den Befehl „Kabel entriegeln“ für Anschluss 2 gesendet; was daraus wurde, ist nicht bekannt",
    ),
    (
        audit.ChargerCommand(command="set_configuration", outcome=audit.SENDING, key="HeartbeatInterval"),
        "Sends the command “change configuration” for HeartbeatInterval; no answer is recorded yet",
        "Sendet den Befehl „Konfiguration ändern“ für HeartbeatInterval; eine Antwort ist noch nicht festgehalten",
    ),
    (
        audit.ChargerCommand(command="play_music", outcome="accepted"),
        "Sent the command “play music”: accepted",
        "Hat den Befehl „play music“ gesendet: angenommen",
    ),
    (
        audit.RefusalsCleared(rows=1),
        "Forgot 1 entry of refused connections",
        "Hat 1 Eintrag abgewiesener Verbindungen gelöscht",
    ),
    (
        steps.HoldOnCharger(connector=1, until=NOON),
        "Hold connector 1 on the charger until 13:00",
        "Anschluss 1 bis 13:00 Uhr an der Ladestation vormerken",
    ),
    (
        steps.ReleaseHolds(reason=ReleaseReason.NO_SHOW),
        "Release the connector: no show",
        "Den Anschluss freigeben: nicht erschienen",
    ),
    (
        steps.TellPeople(state=State.AWAITING_PAYMENT),
        "Tell people: awaiting payment",
        "Bekannt geben: wartet auf Zahlung",
    ),
    (
        details.Deposit(amount=Money(1000, EUR), status=DepositState.AUTHORISED),
        "- Deposit 10.00 EUR (held on the card)",
        "- Kaution 10,00 EUR (auf der Karte vorgemerkt)",
    ),
    (
        notices.Rerouted(bay="Bay 2", cause=Cause.CHARGER_FAULT, site=QUAY),
        "You have been moved to another site: Quay, Quay Street 7, Berlin (1.2 km from the booked site), Bay 2. "
        "Reason: a charger fault",
        "Sie wurden an einen anderen Standort umgebucht: Quay, Quay Street 7, Berlin (1,2 km vom gebuchten Standort "
        "entfernt), Bay 2. Grund: Störung der Ladestation",
    ),
    (
        timeline.Moved(
            bay="Bay 2",
            charger_id="CP-2",
            cause=Cause.CHARGER_FAULT,
            site=replace(QUAY, address="", distance_m=346),
        ),
        "Moved to Quay (350 m from the booked site), Bay 2 (CP-2) because of a charger fault",
        "Umgebucht an Quay (350 m vom gebuchten Standort entfernt), Bay 2 (CP-2). Grund: Störung der Ladestation",
    ),
    (
        timeline.Moved(
            bay="Bay 2", charger_id="CP-2", cause=Cause.OPERATOR, site=replace(QUAY, distance_m=None)
        ),
        "Moved to Quay, Quay Street 7, Berlin, Bay 2 (CP-2) because of an operator's decision",
        "Umgebucht an Quay, Quay Street 7, Berlin, Bay 2 (CP-2). Grund: Entscheidung des Betreibers",
    ),
]


@pytest.mark.parametrize(
    ("metres", "told"),
    [(0, "10 m"), (994, "990 m"), (995, "1.0 km"), (9_949, "9.9 km"), (24_600, "25 km")],
)
def test_a_distance_is_told_as_finely_as_a_driver_can_tell(metres: int, told: str) -> None:
    moved = timeline.Moved(
        bay="Bay 2", charger_id="CP-2", cause=Cause.OPERATOR, site=replace(QUAY, distance_m=metres)
    )
    assert f"({told} from the booked site)" in ENGLISH.fact(moved)


@pytest.mark.parametrize(("fact", "english", "german"), SAID, ids=[said[1][:40] for said in SAID])
def test_what_a_fact_says(fact: Fact, english: str, german: str) -> None:
    assert ENGLISH.fact(fact, NOON) == english
    assert GERMAN.fact(fact, NOON) == german


def test_without_a_day_instants_are_dated() -> None:
    moved = timeline.SlotMoved(start=NOON, end=NOON + timedelta(hours=1))
    assert ENGLISH.fact(moved) == "Slot is now 24 Nov 13:00 to 14:00"


def test_a_problem_is_told_with_its_detail() -> None:
    assert ENGLISH.attention(Problem.NOT_UNDONE, "release_new_hold") == ("could not undo: release_new_hold")
    assert GERMAN.attention(Problem.STEP_FAILED) == "ein Schritt ist fehlgeschlagen"


def test_words_of_closed_lists() -> None:
    assert ENGLISH.word(State.NO_SHOW) == ENGLISH.state(State.NO_SHOW) == "did not come"
    assert GERMAN.word(CommandOutcome.NOT_SUPPORTED) == "nicht unterstützt"
    assert GERMAN.refusal("slot_unavailable") == "Zu dieser Zeit ist nichts frei"
    assert GERMAN.action("operator_cancel").summary == "Reservierung ohne Gebühr stornieren"
