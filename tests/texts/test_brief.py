"""What is said where there is little room."""

from hypothesis import given
from hypothesis import strategies as st

from texts.messages.brief import LONGEST, ONE_SMS, brief_of, gsm_length, sms_of, spoken
from texts.messages.letter import Letter, Link, Paragraph

PAGE = Link(label="Look", address="https://charging.example/r/7F3K-2QVM-X9TA")
HOW = Link(label="How", address="https://charging.example/preferences")


def letter(*paragraphs: Paragraph) -> Letter:
    return Letter(language="en", subject="Subject", paragraphs=paragraphs, footer="Footer", preferences=HOW)


def said(*texts: str) -> Letter:
    return letter(*(Paragraph(text=text, about="Reservation A", link=PAGE) for text in texts))


def test_all_of_it_is_one_text_where_that_fits() -> None:
    assert (
        sms_of(said("Moved to Bay 2.", "Your slot ends."))
        == f"Moved to Bay 2. Your slot ends. {PAGE.address}"
    )


def test_else_it_is_what_is_said_first_and_how_much_more_there_is() -> None:
    text = sms_of(said("Moved to Bay 2.", "long " * 40))
    assert text == f"Moved to Bay 2. (and 1 more) {PAGE.address}"


def test_typographic_marks_do_not_halve_what_fits() -> None:
    text = sms_of(said("„Süd“ – 14:00–15:00\u202fUhr…"))
    assert text == f'"Süd" - 14:00-15:00 Uhr... {PAGE.address}'
    assert gsm_length(text) == len(text) <= ONE_SMS


def test_the_euro_takes_two_places_and_other_alphabets_none() -> None:
    assert gsm_length("1 €") == 4
    assert gsm_length("Ładuj") > ONE_SMS


@given(st.lists(st.text(min_size=1, max_size=700), min_size=1, max_size=4))
def test_nothing_is_longer_than_it_may_be_and_the_page_is_whole(texts: list[str]) -> None:
    whole = said(*texts)
    text = sms_of(whole)
    assert len(text) <= LONGEST
    assert text.endswith(PAGE.address)
    assert len(spoken(whole)) <= LONGEST
    assert all(one.isprintable() for one in text)


def test_a_line_is_headed_by_the_reservation_only_if_it_is_of_one() -> None:
    other = Paragraph(text="b", about="Reservation B", link=PAGE)
    assert brief_of(said("a")).about == "Reservation A"
    assert brief_of(letter(Paragraph(text="a", about="Reservation A"), other)).about == ""


def test_of_what_can_be_booked_instead_there_is_room_for_the_first() -> None:
    offers = [
        Link(label=f"14:00 to 15:00, {site}, 150 kW", address="https://…") for site in ("North", "South")
    ]
    lost = Paragraph(text="We could not keep it", link=PAGE, offers="Instead:", instead=offers)
    line = "We could not keep it. Free instead: 14:00 to 15:00, North, 150 kW."
    assert sms_of(letter(lost)) == f"{line} {PAGE.address}"
    assert spoken(letter(lost)) == brief_of(letter(lost)).line == line
