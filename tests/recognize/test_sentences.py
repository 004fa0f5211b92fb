"""One sentence for an answer: worked examples in both languages, and every style in words."""

from __future__ import annotations

import pytest

from segue.errors import InputError
from segue.music.style_names import LANGUAGES, style_name
from segue.music.styles import STYLES
from segue.recognize.gtzan import GENRES
from segue.recognize.guess import Answer, Because, Guess
from segue.recognize.sentences import percent, sentence

BARS = (Because("bar 6", 0.2, 5), Because("bar 2", 0.1, 1), Because("bar 5", 0.05, 4))
SLIP = Guess("slip jig", 0.33)


def jig(*because: Because, probability: float = 0.82, without: float | None = 0.41, kind: str = "score") -> Answer:
    guesses = (Guess("jig", probability, because, without if because else None), Guess("slip jig", 0.1))
    return Answer(kind, guesses, True, heat=because)


def test_a_sure_answer_names_the_bars_in_their_order_and_what_is_left_without_them() -> None:
    assert sentence(jig(*BARS)) == (
        "Probably a jig (82 %): the most telling bars are 2, 5 and 6; without them that would be 41 %."
    )
    assert sentence(jig(*BARS), "zh") == (
        "很可能是吉格舞曲（82%）：最能说明这一点的是第2、5、6小节；去掉它们，可能性只剩41%。"
    )


def test_what_is_left_is_never_added_up_from_single_drops() -> None:
    assert "without them that would be 3 %" in sentence(jig(*BARS, without=0.03))
    assert "without them that would still be 82 %" in sentence(jig(*BARS, without=0.818))
    assert "可能性仍有90%" in sentence(jig(*BARS, without=0.9), "zh")


def test_one_bar_alone_and_bars_that_go_together() -> None:
    assert "the most telling bar is 6; without it that" in sentence(jig(BARS[0]))
    assert "第6小节；去掉它，" in sentence(jig(BARS[0]), "zh")
    pair = Because("bar 11 to bar 12", 0.1, 10, 2)
    assert "the most telling bars are 6 and 11 to 12;" in sentence(jig(BARS[0], pair))
    assert "第6、11–12小节" in sentence(jig(BARS[0], pair), "zh")


def test_not_sure_names_what_it_may_be_and_leaves_out_the_unlikely() -> None:
    answer = Answer("score", (Guess("jig", 0.41, BARS, 0.1), SLIP, Guess("polka", 0.01)), False)
    assert sentence(answer) == "Not sure: it may be a jig (41 %) or a slip jig (33 %)."
    assert sentence(answer, "zh") == "不能确定：可能是吉格舞曲（41%），也可能是滑步吉格舞曲（33%）。"
    three = Answer("score", (Guess("jig", 0.41), SLIP, Guess("polka", 0.2)), False)
    assert sentence(three) == "Not sure: it may be a jig (41 %), a slip jig (33 %) or a polka (20 %)."
    alone = Answer("score", (Guess("jig", 0.6),), False)
    assert sentence(alone) == "Not sure: it may be a jig (60 %)."


def test_nothing_to_go_by() -> None:
    assert sentence(Answer("score", (), False, ("it has no notes",))) == "Nothing to go by: it has no notes."
    assert sentence(Answer("score", (), False)) == "Nothing to go by."
    assert sentence(Answer("score", (), False), "zh") == "无从判断。"


def test_without_evidence_only_the_style_is_told_and_where_no_part_speaks_that_is_said() -> None:
    assert sentence(jig()) == "Probably a jig (82 %)."
    none = Answer("score", (Guess("jig", 0.82),), True, heat=(Because("bar 1", -0.1, 0), Because("bar 2", 0.0, 1)))
    assert sentence(none) == "Probably a jig (82 %); no part of it tells on its own."
    assert sentence(none, "zh") == "很可能是吉格舞曲（82%），没有哪一处能单独说明。"


def test_chords_lyrics_and_recordings_are_named_by_what_they_are_made_of() -> None:
    chords = jig(Because("bar 5 (Am7 D7)", 0.2, 4), kind="chords")
    assert "the most telling bar is 5;" in sentence(chords)
    lines = jig(Because("line 3 (go to line 9 to bar 4)", 0.2, 2), Because("line 1 (oh)", 0.1, 0), kind="lyrics")
    assert "the most telling lines are 1 and 3;" in sentence(lines)
    assert "第1、3行" in sentence(lines, "zh")
    heard = jig(Because("0:12 to 0:15", 0.2, 4), Because("1:00:03 to 1:00:06", 0.1, 9), kind="audio")
    assert "the most telling stretches are 0:12 to 0:15 and 1:00:03 to 1:00:06;" in sentence(heard)
    assert "最能说明这一点的是0:12–0:15、1:00:03–1:00:06这几处" in sentence(heard, "zh")
    joined = jig(Because("0:12 to 0:15 to 0:15 to 0:18", 0.2, 4, 2), kind="audio")
    assert "is 0:12 to 0:18;" in sentence(joined)
    other = jig(Because("the chorus", 0.2, 0), kind="all")
    assert "the most telling part is the chorus;" in sentence(other)


def test_what_was_told_by_several_witnesses_names_them() -> None:
    witnesses = tuple(Answer(kind, (Guess("jazz", 0.5),), False) for kind in ("audio", "chords", "score"))
    because = (Because("the score (jazz 91%)", 0.3, 2), Because("the chords (jazz 60%)", 0.1, 1))
    answer = Answer("all", (Guess("jazz", 0.86, because),), True, witnesses=witnesses)
    assert sentence(answer) == "Probably jazz (86 %): told by the score and the chords."
    assert sentence(answer, "zh") == "很可能是爵士乐（86%）：依据的是乐谱、和弦。"


def test_certainty_is_never_rounded_to_all_or_nothing() -> None:
    told = [percent(one) for one in (1.0, 0.996, 0.994, 0.01, 0.009)]
    assert told == ["over 99 %", "over 99 %", "99 %", "1 %", "under 1 %"]
    assert percent(0.9999, "zh") == "99%以上" and percent(0.0, "zh") == "不到1%"


@pytest.mark.parametrize("style", [*STYLES, *GENRES])
def test_every_style_has_a_name_in_both_languages(style: str) -> None:
    english, chinese = (style_name(style, language) for language in LANGUAGES)
    assert english.isascii() and style.replace("-", "").split()[0] in english.replace("-", "").lower()
    assert chinese and all("\u4e00" <= letter <= "\u9fff" for letter in chinese)
    assert chinese in sentence(Answer("score", (Guess(style, 0.7),), True), "zh")


def test_tunes_of_ci_keep_their_names() -> None:
    answer = Answer("lyrics", (Guess("念奴娇", 0.9),), True)
    assert sentence(answer) == "Probably a ci to the tune 念奴娇 (90 %)."
    assert sentence(answer, "zh") == "很可能是《念奴娇》（90%）。"


def test_another_language_is_refused() -> None:
    with pytest.raises(InputError, match="'fr': en and zh"):
        sentence(jig(), "fr")
    with pytest.raises(InputError, match="'fr': en and zh"):
        style_name("jig", "fr")
