"""Texts to questions: names, numbers, and what is no question."""

import pytest

from digitwise.estimators.questions import Question, read_questions, single_question


@pytest.mark.parametrize(
    ("asked", "found"),
    [
        ("mean", ["mean"]),
        ("quantile(.9)", ["quantile(0.9)"]),
        (" prob_above(-3e2) ", ["prob_above(-300)"]),
        ("prob_above(1234567.5)", ["prob_above(1234567.5)"]),
        ("width", ["width(0.9)"]),
        ("interval(0.5)", ["low(0.5)", "high(0.5)"]),
        ("uncertainty", ["data_variance", "model_variance"]),
        ("summary(0.8)", ["mean", "std", "low(0.8)", "median", "high(0.8)"]),
        (["low", "interval", "mean", "mean"], ["low(0.9)", "high(0.9)", "mean"]),
        (["digit_entropy", "digit_entropy(2)"], ["digit_entropy", "digit_entropy(2)"]),
    ],
)
def test_what_texts_stand_for(asked, found) -> None:
    questions = read_questions(asked)
    assert [str(question) for question in questions] == found
    assert read_questions(found) == questions  # the names of columns are questions


@pytest.mark.parametrize(
    ("asked", "message"),
    [
        ("average", "one such as point, mean"),
        ("", "one such as point, mean"),
        ("mean(3)", "'mean' takes no number"),
        ("uncertainty(3)", "'uncertainty' takes no number"),
        ("quantile", "'quantile' needs a number"),
        ("quantile(90)", "needs a share from 0 to 1"),
        ("low(-0.1)", "needs a share from 0 to 1"),
        ("prob_above(1e999)", "needs a finite threshold"),
        ("digit_entropy(0)", "the place of a digit"),
        ("digit_entropy(1.5)", "the place of a digit"),
        ("quantile(1.2.3)", "is no number"),
    ],
)
def test_what_is_no_question(asked: str, message: str) -> None:
    with pytest.raises(ValueError, match=message):
        read_questions(asked)


@pytest.mark.parametrize("asked", ["interval", "summary", "digit_entropy"])
def test_a_single_question_is_not_several(asked: str) -> None:
    with pytest.raises(ValueError, match="stands for several"):
        single_question(asked)
    assert single_question("low") == Question(name="low", number=0.9)
