"""What moved the decision about a score, in plain words: from the attribution itself, of each family one."""

from __future__ import annotations

from dataclasses import asdict
from fractions import Fraction
from pathlib import Path

import numpy as np
import pytest

from segue.formats import read_file
from segue.music.score import Score, Tempo
from segue.recognize.descriptor_names import Named, names_of
from segue.recognize.gradients import Reason, attributions
from segue.recognize.guess import Answer, Guess, Trait
from segue.recognize.head import Head
from segue.recognize.kept import answer_of
from segue.recognize.scores import BROUGHT
from segue.recognize.sentences import sentence
from segue.recognize.traits import Explainer, plainly, told_of, traits_of
from tests.recognize.test_gradients import JIG


@pytest.fixture
def jig(tmp_path: Path) -> Score:
    (tmp_path / "jig.abc").write_text(JIG, encoding="utf-8")
    found = read_file(tmp_path / "jig.abc")
    assert isinstance(found, Score)
    return found


def head_on(score: Score, *weighed: str) -> Head:
    """A head that tells a jig by some descriptors alone, each a bit less than the one before it."""
    width = len(BROUGHT.vectors([score])[0])
    names = [one.english for one in names_of(score, width)]
    weights = np.zeros((2, width), np.float32)
    for place, name in enumerate(weighed):
        weights[1, names.index(name)] = 4 - place
    return Head(("reel", "jig"), np.zeros(width, np.float32), np.ones(width, np.float32), weights, np.zeros(2, "f4"))


def test_the_descriptors_that_a_head_goes_by_are_those_that_are_told(jig: Score) -> None:
    head = head_on(jig, "bars in 6/8", "eighth notes", "an end on the tonic", "notes in a bar")
    told = traits_of(head, jig, "jig", count=4)
    by_name = {one.english: one.credit for one in told}
    assert set(by_name) == {"bars in 6/8", "many eighth notes", "an end on the tonic", "many notes in a bar"}
    vector = BROUGHT.vectors([jig])[0]
    credited = np.sort(attributions(head, vector, 1))[::-1]
    assert [one.credit for one in told] == pytest.approx(credited[:4])
    assert traits_of(head_on(jig, "bars in 4/4"), jig, "jig") == ()  # it has none, nor has the mean


def test_a_tempo_that_a_score_does_not_name_is_no_trait_of_it(jig: Score) -> None:
    plain, marked = jig.replace(tempos=()), jig.replace(tempos=(Tempo(Fraction(0), 110.0),))
    words = ("speed", "first tempo", "eighth notes")
    assert [one.english for one in traits_of(head_on(plain, *words), plain, "jig")] == ["many eighth notes"]
    assert "tempo" in " ".join(one.english for one in traits_of(head_on(marked, *words), marked, "jig"))


def test_of_a_family_only_the_strongest_is_told_and_what_has_no_name_is_passed_over() -> None:
    names = (("rhythm", "eighth notes"), ("grams", "runs of steps that it lacks"), ("rhythm", "half notes"))
    found = [Reason(Named(*name, "x"), 0.3 - place / 10, True, place) for place, name in enumerate(names)]
    found.append(Reason(Named("metre", "bars in 6/8", "x"), 0.05, True, 3))
    assert [one.named.english for one in told_of(found)] == ["eighth notes", "bars in 6/8"]
    assert len(told_of(found, 1)) == 1


def test_an_explained_answer_about_a_score_tells_them_and_its_sentence_too(jig: Score) -> None:
    answer = Explainer().score(jig)
    assert len(answer.traits) == 3 and all(one.credit > 0 for one in answer.traits)
    for language in ("en", "zh"):
        assert all(one.called(language) in sentence(answer, language) for one in answer.traits)
    assert Explainer().score(jig, is_explained=False).traits == ()
    assert answer_of(asdict(answer)) == answer


def test_the_sentence_says_what_a_sure_answer_goes_by() -> None:
    traits = (Trait("bars in 6/8", "6/8拍的小节多", 0.3), Trait("few half notes", "二分音符少", 0.1))
    sure = Answer("score", (Guess("jig", 0.82),), True, traits=traits)
    assert sentence(sure) == "Probably a jig (82 %), for bars in 6/8 and few half notes."
    assert sentence(sure, "zh") == "很可能是吉格舞曲（82%），因为6/8拍的小节多、二分音符少。"
    unsure = Answer("score", (Guess("jig", 0.42),), False, traits=traits[:1])
    assert sentence(unsure) == "Not sure: it may be a jig (42 %); for the first speak bars in 6/8."
    assert sentence(unsure, "zh") == "不能确定：可能是吉格舞曲（42%）；像前者的是6/8拍的小节多。"


@pytest.mark.parametrize(
    ("name", "more", "less", "none"),
    [
        ("bars in 6/8", "bars in 6/8", "few bars in 6/8", "no bars in 6/8"),
        ("leaps up of an octave or more", "many leaps up of an octave or more", "few leaps", "no leaps"),
        ("speed", "a fast tempo", "a slow tempo", "a slow tempo"),
        ("sound of pipes", "pipes", "hardly any pipes", "no pipes"),
        ("bars in minor keys", "minor keys", "major keys", "major keys"),
        (
            "runs of eighth note, half note, eighth note",
            "the rhythm eighth – half – eighth",
            "the rhythm",
            "the rhythm",
        ),
        ("notes on the downbeat", "many notes on the downbeat", "few notes on", "no notes on"),
    ],
)
def test_plain_words(name: str, more: str, less: str, none: str) -> None:
    named = Named("any", name, "特征")
    assert plainly(named, is_more=True)[0] == more
    assert plainly(named, is_more=False)[0].startswith(less)
    assert plainly(named, is_more=False, is_none=True)[0].startswith(none)


def test_every_descriptor_of_a_score_can_be_said_plainly(jig: Score) -> None:
    width = len(BROUGHT.vectors([jig])[0])
    for named in names_of(jig, width):
        for is_more in (True, False):
            english, chinese = plainly(named, is_more=is_more)
            assert english and chinese and "that begin" not in english
