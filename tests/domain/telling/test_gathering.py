"""What becomes one message, when, and what is not told any more."""

from collections.abc import Sequence
from datetime import datetime, time, timedelta

from hypothesis import given
from hypothesis import strategies as st

from domain.facts import notices
from domain.facts.fact import code_of
from domain.telling.channels import READ_BY_THEIR_OWNER, Channel
from domain.telling.gathering import Gathered, Untold, gathered, may_be_told, untrue_among
from domain.telling.preferences import Preferences, QuietHours
from domain.telling.untrue import made_untrue
from domain.telling.urgency import OF_SIGNING_IN, URGENCIES, Urgency
from tests.factories import NOON

MAIL = frozenset({Channel.MAIL})
QUIET = QuietHours(start=time(13), end=time(15), zone="UTC")
SECONDS = timedelta(seconds=1)
PATIENCE = timedelta(days=2)

CHANNELS = st.frozensets(st.sampled_from(Channel))
PREFERENCES = st.builds(
    Preferences,
    quiet=st.one_of(st.none(), st.just(QUIET)),
    channels=st.fixed_dictionaries(dict.fromkeys(Urgency, CHANNELS)),
    woken=st.booleans(),
)


@st.composite
def stories(draw: st.DrawFn) -> list[Untold]:
    """Notices of a day, in the order in which they were written."""
    said = draw(
        st.lists(
            st.tuples(
                st.sampled_from(sorted(URGENCIES)), st.sampled_from(["", "A", "B"]), st.integers(0, 6 * 3600)
            ),
            max_size=12,
        )
    )
    return [
        Untold(id=number, code=code, subject=subject, at=NOON + after * SECONDS)
        for number, (code, subject, after) in enumerate(sorted(said, key=lambda one: one[2]))
    ]


def untold(number: int, code: str, after: float = 0, subject: str = "A") -> Untold:
    return Untold(id=number, code=code, subject=subject, at=NOON + after * SECONDS)


def lived(
    story: Sequence[Untold], preferences: Preferences, reached: frozenset[Channel]
) -> list[tuple[datetime, Gathered]]:
    """Everything that is done, with its instant: one looks whenever something was written, or is to be looked at."""
    left = {one.id: (one, one.at) for one in story}
    done = []
    now = NOON
    while left:
        now = max(now, min(look_at for _, look_at in left.values()))
        assert now < NOON + PATIENCE, left
        written = [one for one, _ in left.values() if one.at <= now]
        found = gathered(written, preferences, reached, now)
        assert found.over or min(found.waits.values()) > now
        done.append((now, found))
        left = {
            number: (one, found.waits.get(number, look_at))
            for number, (one, look_at) in left.items()
            if number not in found.over
        }
    return done


def test_what_has_to_be_told_now_is_told_at_once() -> None:
    found = gathered([untold(1, "rerouted")], Preferences(), MAIL, NOON)
    assert found.told == {Channel.MAIL: (1,)}


def test_the_rest_of_it_goes_along_in_its_order() -> None:
    story = [
        untold(1, "receipt", subject="B"),
        untold(2, "confirmed"),
        untold(3, "place_offered", subject="C"),
    ]
    assert gathered(story, Preferences(), MAIL, NOON).told == {Channel.MAIL: (1, 2, 3)}


def test_news_wait_half_a_minute_for_each_other_and_receipts_five() -> None:
    story = [untold(1, "confirmed"), untold(2, "receipt", subject="B")]
    waiting = gathered(story, Preferences(), MAIL, NOON + 29 * SECONDS)
    assert not waiting.over
    assert waiting.waits == {1: NOON + 30 * SECONDS, 2: NOON + 300 * SECONDS}
    assert gathered(story, Preferences(), MAIL, NOON + 30 * SECONDS).told == {Channel.MAIL: (1, 2)}


def test_confirmed_and_cancelled_before_it_was_told_is_told_as_cancelled() -> None:
    story = [untold(1, "confirmed"), untold(2, "confirmed", subject="B"), untold(3, "cancelled", 20)]
    found = gathered(story, Preferences(), MAIL, NOON + 50 * SECONDS)
    assert found.told == {Channel.MAIL: (2, 3)}
    assert found.untrue == {1: 3}
    assert found.over == {1, 2, 3}


def test_what_is_of_no_reservation_is_never_untrue() -> None:
    story = [untold(1, "place_offered", subject=""), untold(2, "offer_taken_back", subject="")]
    assert gathered(story, Preferences(), MAIL, NOON).told == {Channel.MAIL: (1, 2)}


def test_who_cannot_be_reached_is_not_told_later_either() -> None:
    found = gathered([untold(1, "rerouted")], Preferences(), frozenset(), NOON)
    assert found.told == {}
    assert found.over == {1}


def test_after_quiet_hours_all_of_it_is_one_message() -> None:
    quiet = Preferences(quiet=QUIET, woken=False)
    hour = 3600
    story = [untold(1, "receipt", hour), untold(2, "confirmed", 1.5 * hour), untold(3, "rerouted", 2 * hour)]
    late = NOON + timedelta(hours=2.5)
    held = gathered(story[:2], quiet, MAIL, late)
    assert not held.over
    assert set(held.waits.values()) == {NOON + timedelta(hours=3)}
    assert gathered(story[:2], quiet, MAIL, NOON + timedelta(hours=3)).told == {Channel.MAIL: (1, 2)}


def test_what_was_due_before_quiet_hours_and_left_lying_waits_for_their_end() -> None:
    late = gathered([untold(1, "receipt")], Preferences(quiet=QUIET), MAIL, NOON + timedelta(hours=2))
    assert late.waits == {1: NOON + timedelta(hours=3)}


def test_an_offer_that_was_answered_is_not_told_any_more() -> None:
    for answer in ("confirmed", "payment_wanted", "offer_not_taken", "offer_taken_back"):
        assert untrue_among([untold(1, "place_offered"), untold(2, answer)]) == {1: 2}
        assert untrue_among([untold(1, "place_offered"), untold(2, answer, subject="B")]) == {}


@given(PREFERENCES, st.sampled_from(sorted(OF_SIGNING_IN)))
def test_who_turned_everything_off_is_told_by_mail_all_the_same_that_somebody_may_be_at_their_account(
    preferences: Preferences, code: str
) -> None:
    by_all = gathered([untold(1, code)], preferences, frozenset(Channel), NOON + PATIENCE)
    assert by_all.told[Channel.MAIL] == (1,)
    receipt = gathered([untold(1, "receipt")], preferences, MAIL, NOON + PATIENCE)
    assert (receipt.told == {}) == (Channel.MAIL not in preferences.channels[Urgency.RECORD])


@given(stories())
def test_what_is_untrue_is_so_by_the_last_of_the_same_that_says_otherwise(story: list[Untold]) -> None:
    says_otherwise = {
        earlier.id: [
            later.id
            for later in story
            if later.id > earlier.id
            and later.subject == earlier.subject != ""
            and earlier.code in made_untrue(later.code)
        ]
        for earlier in story
    }
    assert untrue_among(story) == {number: max(by) for number, by in says_otherwise.items() if by}


@given(
    st.lists(st.sampled_from(sorted(URGENCIES)), min_size=1, max_size=4),
    PREFERENCES,
    st.integers(0, 6 * 3600),
)
def test_what_was_decided_goes_at_an_hour_for_one_of_it(
    codes: list[str], preferences: Preferences, after: int
) -> None:
    now = NOON + after * SECONDS
    message = [untold(number, code) for number, code in enumerate(codes)]
    quiet = preferences.quiet is not None and preferences.quiet.include(now)
    wakes = preferences.woken and Urgency.NOW in {one.urgency for one in message}
    assert may_be_told(message, preferences, now) == (wakes or not quiet)


@given(stories(), PREFERENCES, CHANNELS)
def test_nobody_is_told_in_quiet_hours_what_need_not_be_told_now(
    story: list[Untold], preferences: Preferences, reached: frozenset[Channel]
) -> None:
    codes = {one.id: one.code for one in story}
    for at, found in lived(story, preferences, reached):
        if preferences.quiet is not None and preferences.quiet.include(at):
            told = {URGENCIES[codes[number]] for ids in found.told.values() for number in ids}
            assert told <= ({Urgency.NOW} if preferences.woken else set())


@given(stories(), PREFERENCES, CHANNELS)
def test_each_goes_once_by_each_of_its_channels_unless_it_is_untrue(
    story: list[Untold], preferences: Preferences, reached: frozenset[Channel]
) -> None:
    done = [found for _, found in lived(story, preferences, reached)]
    by_id = {one.id: one for one in story}
    for one in story:
        channels = [
            channel for found in done for channel, ids in found.told.items() for of in ids if of == one.id
        ]
        untrue = [found.untrue[one.id] for found in done if one.id in found.untrue]
        if untrue:
            (later,) = untrue
            assert not channels
            assert later > one.id
            assert one.code in made_untrue(by_id[later].code)
        else:
            always = READ_BY_THEIR_OWNER if one.code in OF_SIGNING_IN else frozenset()
            wanted = reached & (preferences.channels[one.urgency] | always)
            assert sorted(channels) == sorted(
                wanted if one.urgency is Urgency.NOW else wanted - {Channel.VOICE}
            )


@given(stories(), PREFERENCES, CHANNELS)
def test_none_passes_another_of_its_own_urgency(
    story: list[Untold], preferences: Preferences, reached: frozenset[Channel]
) -> None:
    done = [found for _, found in lived(story, preferences, reached)]
    for found in done:
        assert all(list(ids) == sorted(ids) for ids in found.told.values())
    for urgency in Urgency:
        ids = [
            n
            for found in done
            for n in found.told.get(Channel.MAIL, ())
            if URGENCIES[story[n].code] is urgency
        ]
        assert ids == sorted(ids)


@given(stories(), PREFERENCES, CHANNELS)
def test_none_waits_longer_than_it_is_gathered_for_and_quiet_hours_last(
    story: list[Untold], preferences: Preferences, reached: frozenset[Channel]
) -> None:
    by_id = {one.id: one for one in story}
    for at, found in lived(story, preferences, reached):
        for number in found.over - found.untrue.keys():
            assert at <= by_id[number].at + timedelta(minutes=5) + timedelta(hours=2)


def test_nobody_is_asked_to_pay_for_what_was_confirmed_meanwhile() -> None:
    asked, confirmed = code_of(notices.PaymentWanted), code_of(notices.Confirmed)
    both = [Untold(id=at, code=code, subject="K7", at=NOON) for at, code in enumerate((asked, confirmed), 1)]
    assert untrue_among(both) == {1: 2}
