"""What checking promises: every line that does not keep its frame is told, and no other."""

from __future__ import annotations

import pytest

from segue.compose.lyrics.checking import check, fit, stress_shares, syllables_of
from segue.compose.lyrics.frame import Frame, LineFrame, of_form, of_tune
from segue.errors import InputError
from segue.music.lyric import Line, Lyric

GRACE = ("Amazing grace how sweet the sound", "That saved a wretch like me", "I once was lost but now am found")


def lyric(*lines: str) -> Lyric:
    return Lyric((("", tuple(map(Line, lines))),))


def test_a_lyric_that_keeps_its_frame_has_no_findings() -> None:
    frame = of_form("CM ABAB", foot="iambic")
    assert check(frame, lyric(*GRACE, "Was blind but now I see")) == ()


def test_lengths_rhymes_and_missing_lines_are_told_by_line() -> None:
    frame = of_form("8 6 8 6 ABAB")
    found = check(frame, lyric(GRACE[0], "That saved a wretch", "I once was lost but now am free"))
    assert [(each.line, each.kind) for each in found] == [(0, "lines"), (2, "length"), (3, "rhyme")]
    assert [each.says for each in found] == [
        "3 lines; the frame has 4",
        "4 syllables; 6 are asked for",
        "'free' does not rhyme with 'sound'",
    ]
    assert all(each.is_broken for each in found)


def test_a_word_does_not_rhyme_with_itself() -> None:
    (found,) = check(of_form("2 2 AA"), lyric("my love", "her love"))
    assert found.says == "love rhymes with itself"
    assert check(of_form("3 3 AA"), lyric("I see you", "I free you")) == ()


def test_a_line_keeps_its_length_by_any_pronunciation_of_its_words() -> None:
    for syllables in (3, 4):
        assert check(of_form(str(syllables)), lyric("the fire is")) == () or syllables == 4
    assert fit(["fire", "fire"], 2) == (1, 1)
    assert fit(["fire", "fire"], 3) in ((1, 2), (2, 1))
    assert fit(["fire", "fire"], 4) == (2, 2)
    assert fit(["fire", "fire"], 5) is None


def test_a_stress_on_a_weak_beat_is_told_and_breaks_nothing() -> None:
    frame = Frame((LineFrame(3, (True, False, True)),))
    (found,) = check(frame, lyric("again love"))
    assert (found.kind, found.is_broken) == ("stress", False)
    assert "again" in found.says
    assert check(frame, lyric("never love")) == ()
    assert stress_shares(frame, lyric("never love")) == (1, 1, 0, 1)
    assert stress_shares(frame, lyric("again love")) == (0, 1, 1, 1)


def test_a_way_to_sing_a_word_is_chosen_by_the_beats() -> None:
    assert fit(["every", "love"], 3, (True, False, True)) == (2, 1)


def test_another_language_than_asked_is_told() -> None:
    (found,) = check(of_form("4"), lyric("明月几时"))
    assert (found.kind, found.says) == ("language", "'明' is not English")
    (other,) = check(of_form("4", language="zh"), lyric("moon 月"))
    assert other.says == "'m' is not Chinese"


def test_a_famous_ci_keeps_its_tune() -> None:
    """Yan Shu's 浣溪沙 keeps all lengths; by today's readings 杯 and 台 are no longer one class, which is told."""
    text = "一曲新词酒一杯，去年天气旧亭台。夕阳西下几时回？无可奈何花落去，似曾相识燕归来。小园香径独徘徊。"
    lines = [line for line in text.replace("？", "。").replace("，", "。").split("。") if line]
    found = check(of_tune("浣溪沙"), lyric(*lines))
    assert {each.kind for each in found} == {"rhyme", "tone"}
    assert [each.says for each in found if each.kind == "rhyme"] == ["'台' does not rhyme with '杯'"]


def test_syllables_are_those_that_are_sung() -> None:
    line = LineFrame(6, (False, True) * 3)
    assert [each.text for each in syllables_of("remember me tonight", line, "en")] == [
        "re",
        "mem",
        "ber",
        "me",
        "to",
        "night",
    ]
    with pytest.raises(InputError, match="'remember me': 4 syllables; 6 are asked for"):
        syllables_of("remember me", line, "en")


def test_an_unknown_strictness_is_told() -> None:
    with pytest.raises(InputError, match=r"strictness 'strikt' is none of .*did you mean \"strict\""):
        check(of_form("8"), lyric("x"), "strikt")
