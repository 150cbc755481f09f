"""What a refund could not bring, given another way, over the wire."""

from tests.activities.money.money_desk import CODE, money_desk
from tests.activities.money.test_failed_refunds import failed_for_good
from tests.activities.money.test_refunds import Desk
from tests.api.stage import Stage, assert_problem

PATH = f"/v1/operations/reservations/{CODE}/returns"
TRANSFER = {"way": "bank_transfer", "reference": "2026-12-14/000188", "reason": "the card is closed"}


async def test_what_is_owed_is_shown_given_once_and_no_more(stage: Stage, database: str) -> None:
    olga = stage.operators("olga", "manager")
    assert_problem(await stage.http.get(PATH, headers=olga), 409, "refund_not_settled")
    async with money_desk(database) as desk:
        await failed_for_good(Desk(desk.sessions, desk.api, desk.stripe, desk.connector))
    owed = (await stage.http.get(PATH, headers=olga)).json()
    assert (owed["owed_minor"], owed["currency"], owed["items"]) == (200, "EUR", [])
    for wrong in ({"reference": "a\x00b"}, {"reference": ""}, {"way": "cash"}, {"amount_minor": 0}):
        answer = await stage.http.post(PATH, json=TRANSFER | wrong, headers=olga)
        assert_problem(answer, 422, "invalid_request")
    answers = [await stage.http.post(PATH, json=TRANSFER, headers=olga) for _ in range(2)]
    assert [answer.status_code for answer in answers] == [201, 201], answers[0].text
    (first, again) = (answer.json()["returned"] for answer in answers)
    assert first == again
    assert (first["amount_minor"], first["way"], first["decided_by"]) == (200, "bank_transfer", "olga")
    credit = await stage.http.post(PATH, json=TRANSFER | {"way": "credit"}, headers=olga)
    assert_problem(credit, 409, "return_booked_otherwise")
    more = await stage.http.post(PATH, json=TRANSFER | {"reference": "another"}, headers=olga)
    assert_problem(more, 409, "more_than_owed")
    owed = (await stage.http.get(PATH, headers=olga)).json()
    assert (owed["owed_minor"], owed["items"]) == (0, [first])
