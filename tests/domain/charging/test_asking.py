"""What is asked of a session in doubt, and what the answer makes of it."""

from hypothesis import given
from hypothesis import strategies as st

from domain.charging.asking import Question, Word, questions, word_of

unknown = st.sets(st.sampled_from(Question))
words = st.sampled_from(["true", "false", "", "perhaps", None])


@given(st.booleans(), st.booleans(), unknown)
def test_what_it_does_not_know_is_not_asked_and_the_version_is_respected(
    by_id: bool, contradicted: bool, known_not: set[Question]
) -> None:
    asked = questions(by_id=by_id, names_it=contradicted, unknown=known_not)
    assert not known_not & set(asked)
    assert len(asked) == len(set(asked)) <= 3
    assert (Question.STATUS in asked) == (not contradicted and Question.STATUS not in known_not)
    of_the_other = (
        {Question.METER_VALUES} if by_id else {Question.TRANSACTION_STATUS, Question.TRANSACTION_EVENT}
    )
    assert not of_the_other & set(asked)


@given(st.sampled_from(Question), words, words)
def test_only_a_clear_word_about_the_transaction_itself_ends_or_keeps_it(
    question: Question, ongoing: str | None, queued: str | None
) -> None:
    said = {key: value for key, value in (("ongoing", ongoing), ("queued", queued)) if value is not None}
    word = word_of(question, said)
    if question is not Question.TRANSACTION_STATUS or ongoing not in ("true", "false"):
        assert word is Word.NOTHING
    elif ongoing == "true":
        assert word is Word.GOES_ON
    else:
        assert word is (Word.OVER_BUT_QUEUED if queued == "true" else Word.OVER)
