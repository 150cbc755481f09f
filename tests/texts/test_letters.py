"""Letters: what they say once, and where they lead."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.facts.reading import all_facts
from domain.telling.next_steps import NextStep, next_step
from texts.languages import Language
from texts.messages.letter import Letter, Link, Pages, Told, letter_of, short
from texts.messages.mail import html_of, text_of
from texts.reader import Reader

PAGES = Pages(origin="https://charging.example")


def told(code: str, reservation: str = "K7AB", **parameters: object) -> Told:
    return Told(code=code, parameters=parameters, reservation=reservation, zone="Europe/Berlin")


def letter(*notices: Told, language: Language = Language.ENGLISH) -> Letter:
    return letter_of(notices, Reader(language), PAGES)


def test_what_is_about_one_reservation_is_headed_once_and_leads_there_once() -> None:
    written = letter(told("no_show"), told("expired"), told("no_show", "L8CD"))
    first, second, third = written.paragraphs
    assert (first.about, second.about, third.about) == ("Reservation K7AB", "", "Reservation L8CD")
    two = letter(told("no_show"), told("charger_silent"))
    assert [one.link is not None for one in two.paragraphs] == [False, True]
    assert two.paragraphs[1].link is not None
    assert two.paragraphs[1].link.address == "https://charging.example/r/K7AB"


@pytest.mark.parametrize(
    ("reservation", "address"),
    [("K7AB", "https://charging.example/r/K7AB/instead"), ("", "https://charging.example/")],
)
def test_who_has_nothing_left_to_look_at_is_led_to_what_there_is_instead(
    reservation: str, address: str
) -> None:
    (paragraph,) = letter(told("expired", reservation)).paragraphs
    assert paragraph.link is not None
    assert (paragraph.link.label, paragraph.link.address) == ("Book another slot", address)


@pytest.mark.parametrize("code", sorted(all_facts()["notice"]))
def test_whoever_has_to_answer_is_led_to_the_answer(code: str) -> None:
    asked = {"move_proposed", "time_proposed", "place_offered"}
    assert (next_step(code) is NextStep.ANSWER) == (code in asked)


@pytest.mark.parametrize(
    ("code", "label"),
    [
        ("place_offered", "Accept or decline"),
        ("offer_not_taken", "See what became of the offer"),
        ("offer_not_booked", "See what became of the offer"),
        ("offer_taken_back", "See what became of the offer"),
    ],
)
def test_what_is_about_an_offer_leads_to_its_page_and_speaks_of_no_reservation(code: str, label: str) -> None:
    (paragraph,) = letter(told(code)).paragraphs
    assert paragraph.about == "Offer K7AB"
    assert paragraph.link == Link(label=label, address="https://charging.example/o/K7AB")


@pytest.mark.parametrize("code", ["endpoint_added", "endpoint_changed", "endpoint_secret_changed"])
def test_who_learns_of_an_endpoint_is_led_to_where_it_is_removed(code: str) -> None:
    (paragraph,) = letter(told(code, "", origin="https://hooks.example")).paragraphs
    assert "https://hooks.example" in paragraph.text
    assert paragraph.link is not None
    assert paragraph.link.address == "https://charging.example/webhooks"


def test_what_was_issued_is_read_where_no_token_is_needed() -> None:
    issued = told("document_issued", kind="receipt", number="R-7", read_at="/v1/documents/7")
    (paragraph,) = letter(issued).paragraphs
    assert (paragraph.text, paragraph.about) == ("Receipt R-7 was issued", "Reservation K7AB")
    assert paragraph.link == Link(label="Read it", address="https://charging.example/documents/7")


def test_a_code_of_a_reservation_is_never_more_than_a_part_of_a_path() -> None:
    (paragraph,) = letter(told("no_show", "../x?y=//evil.example")).paragraphs
    assert paragraph.link is not None
    assert paragraph.link.address == "https://charging.example/r/..%2Fx%3Fy%3D%2F%2Fevil.example"


@given(st.text())
def test_a_subject_is_one_line_and_fits(text: str) -> None:
    subject = short(text)
    assert subject.isprintable()
    assert len(subject) <= 91
    assert short(subject) == subject or subject.endswith("…")


@pytest.mark.parametrize("language", list(Language))
def test_both_bodies_say_the_same_and_html_fetches_nothing(language: Language) -> None:
    written = letter(
        told("rerouted", bay="<b>", cause="charger_fault", site=None, named=""), language=language
    )
    text, html = text_of(written), html_of(written)
    assert "<b>" in text
    assert "&lt;b&gt;" in html
    for said in (written.footer, written.preferences.label):
        assert said in text
    assert f'lang="{language}"' in html
    assert not any(word in html for word in ("<img", "<script", "<link", "url(", "http://"))
