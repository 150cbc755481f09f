"""What pages of stand-ins say, in the reader's language. Their words are no product's, so they stand here and not in
its catalogues; the English sentence is the key, and what has no German is said in English.
"""

from collections.abc import Callable, Mapping

from starlette.requests import Request

from texts.languages import Language, preferred

CHOSEN = "slotkeeper_language"
"""The cookie of who has chosen a language on the product's pages: cookies know no ports (RFC 6265, 8.5)."""
Say = Callable[..., str]
"""`say("Show {card}", card=…)`."""


def language_of(request: Request) -> Language:
    """As chosen on the product's pages, else as the browser wants it."""
    known = {language.value: language for language in Language}
    chosen = known.get(request.cookies.get(CHOSEN, ""))
    return chosen or preferred(request.headers.get("accept-language"))


def words_of(language: Language) -> Say:
    known = GERMAN if language is Language.GERMAN else {}

    def say(english: str, **values: object) -> str:
        told = known.get(english, english)
        return told.format_map(values) if values else told

    return say


GERMAN: Mapping[str, str] = {
    # of the virtual chargers
    "The virtual chargers": "Die virtuellen Ladestationen",
    "What you would do at a bay with your hands. Who does nothing has a car that plugs in by itself once charging was "
    "started.": "Was Sie an einem Ladeplatz mit den Händen täten. Wer nichts tut, dessen Auto steckt sich selbst ein, "
    "sobald das Laden gestartet wurde.",
    "not connected": "nicht verbunden",
    "held for who booked it": "freigehalten für eine Buchung",
    "Charging: {kwh} kWh": "Lädt: {kwh} kWh",
    "Unplug {charger}": "An {charger} ausstecken",
    "Plug in at {charger}": "An {charger} einstecken",
    "Show {card}": "{card} vorhalten",
    "Mend it": "Reparieren",
    "Break it": "Kaputt machen",
    "The charger was not answered.": "Die Ladestation bekam keine Antwort.",
    "The car is plugged in.": "Das Auto ist eingesteckt.",
    "The car has left.": "Das Auto ist weggefahren.",
    "{card} was accepted.": "{card} wurde angenommen.",
    "{card} was refused.": "{card} wurde abgelehnt.",
    "It is out of order.": "Sie ist außer Betrieb.",
    "It works again.": "Sie geht wieder.",
    "Press it on the page itself.": "Bitte drücken Sie auf der Seite selbst.",
    "There is no such bay.": "Diesen Ladeplatz gibt es nicht.",
    "A card has 1 to 36 characters.": "Eine Karte hat 1 bis 36 Zeichen.",
    "Available": "frei",
    "Preparing": "wird vorbereitet",
    "Charging": "lädt",
    "SuspendedEV": "vom Auto unterbrochen",
    "SuspendedEVSE": "von der Ladestation unterbrochen",
    "Finishing": "wird beendet",
    "Reserved": "reserviert",
    "Occupied": "belegt",
    "Unavailable": "nicht verfügbar",
    "Faulted": "gestört",
    # of the mailbox
    "Mailbox": "Postfach",
    "Mails": "E-Mails",
    "No mail yet: whatever is sent to anybody appears here.": "Noch keine E-Mails: Was an jemanden geschickt wird, "
    "erscheint hier.",
    "Texts and calls": "SMS und Anrufe",
    "Call to {to}": "Anruf an {to}",
    "Text to {to}": "SMS an {to}",
    "to {to}": "an {to}",
    "The mail": "Die E-Mail",
    # of the receiver
    "Webhooks received": "Empfangene Webhooks",
    "An engineer's receiver at {path}: each signature is checked by the Standard Webhooks specification.": (
        "Ein Empfänger zum Entwickeln unter {path}: Jede Signatur wird nach Standard Webhooks geprüft."
    ),
    "It answers": "Er antwortet",
    "answered {status}": "beantwortet mit {status}",
    "{times} times": "{times}-mal",
    "no id": "ohne id",
    "Nothing yet: whatever becomes of a reservation is told here.": (
        "Noch nichts: Was aus einer Reservierung wird, wird hier gemeldet."
    ),
    "It does not answer so.": "So antwortet er nicht.",
    "verified": "Signatur stimmt",
    "no secret yet": "noch kein Schlüssel",
    "not signed": "nicht signiert",
    "too old": "zu alt",
    "wrong signature": "Signatur falsch",
    # of the issuer
    "Who are you?": "Wer sind Sie?",
    "A stand-in for the sign-in of a real issuer, on this machine only.": (
        "Ein Ersatz für die Anmeldung bei einem echten Anmeldedienst, nur auf diesem Rechner."
    ),
    # of the payment provider
    "Pay": "Bezahlen",
    "Choose a card": "Wählen Sie eine Karte",
    "A stand-in for the payment provider, on this machine only: no money moves.": (
        "Ein Ersatz für den Zahlungsdienst, nur auf diesem Rechner: Es fließt kein Geld."
    ),
    "Back without paying": "Zurück, ohne zu bezahlen",
    "Of this machine only.": "Nur auf diesem Rechner.",
    "Visa ·· 4242: pays": "Visa ·· 4242: zahlt",
    "Mastercard ·· 4444: pays": "Mastercard ·· 4444: zahlt",
    "Visa ·· 3220: its bank asks first, and agrees": "Visa ·· 3220: die Bank fragt erst und stimmt zu",
    "Visa ·· 0002: is declined": "Visa ·· 0002: wird abgelehnt",
    "Visa ·· 9995: has no funds": "Visa ·· 9995: ist nicht gedeckt",
    "Your card was declined.": "Ihre Karte wurde abgelehnt.",
    "Your card has insufficient funds.": "Ihre Karte ist nicht gedeckt.",
}
