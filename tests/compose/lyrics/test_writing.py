"""What writing promises: whatever the weights, every line has its length and every rhyme holds."""

from __future__ import annotations

from itertools import pairwise

import numpy as np
import pytest

from segue.compose.lyrics.checking import check, stress_shares
from segue.compose.lyrics.coding import code_line
from segue.compose.lyrics.english import folded, words_of
from segue.compose.lyrics.frame import Frame, LineFrame, of_form, of_tune
from segue.compose.lyrics.writer import pick
from segue.compose.lyrics.writing import Wish, write_lyrics
from segue.errors import InputError, UnavailableError
from segue.models.lyrics.runs import Runs
from segue.music.lyric import Lyric

from .writers import WORDS, own_writer


def broken(frame: Frame, lyric: Lyric, strictness: str = "sung") -> list[str]:
    return [f"{each.line} {each.says}" for each in check(frame, lyric, strictness) if each.is_broken]


@pytest.mark.parametrize(
    "form", ["8 8 8 8 ABAB", "CM ABCB", "[verse] 5 7 5 AxA [chorus] 11 11 4 4 AABB", "1 1 2 24 AABB"]
)
@pytest.mark.parametrize("strictness", ["strict", "sung", "slant"])
def test_every_line_has_its_length_and_every_rhyme_holds(form: str, strictness: str) -> None:
    frame = of_form(form)
    for seed in range(3):
        for offer in write_lyrics(frame, own_writer(seed=seed), Wish(strictness=strictness, tries=3), n=2, seed=seed):
            assert broken(frame, offer.value, strictness) == []
            assert offer.fit < 0


@pytest.mark.parametrize("tune", ["浣溪沙", "菩萨蛮", "如梦令", "水调歌头"])
def test_a_ci_keeps_its_tune(tune: str) -> None:
    frame = of_tune(tune)
    (offer,) = write_lyrics(frame, own_writer("zh"), Wish(tries=3), seed=1)
    assert broken(frame, offer.value) == []
    assert offer.value.title == tune
    assert [line.text[-1] for line in offer.value.lines] == [line.sign for line in frame.lines]


def test_the_same_seed_writes_the_same_and_others_write_others() -> None:
    frame = of_form("8 6 8 6 ABAB")
    texts = [write_lyrics(frame, own_writer(), Wish(tries=2), seed=seed)[0].value for seed in (4, 4, 5)]
    assert texts[0] == texts[1] != texts[2]


def test_offers_come_the_likeliest_first_and_each_with_its_seed() -> None:
    frame = of_form("4 4 AA")
    offers = write_lyrics(frame, own_writer(), Wish(tries=2), n=4, seed=7)
    assert all(one.fit >= other.fit for one, other in pairwise(offers))
    assert {offer.seed for offer in offers} == {7, 8, 9, 10}
    last = max(offers, key=lambda offer: offer.seed)
    assert write_lyrics(frame, own_writer(), Wish(tries=2), seed=10)[0].value == last.value


def test_stress_falls_on_strong_beats_where_that_is_wished() -> None:
    frame = of_form("8 8 8 8", foot="trochaic")
    counts = {}
    for stressed in (0.0, 3.0):
        rows = np.array(
            [
                stress_shares(frame, offer.value)
                for offer in write_lyrics(frame, own_writer(), Wish(stressed=stressed, tries=4), n=8)
            ]
        ).sum(0)
        counts[stressed] = rows[0] / rows[1]
    assert counts[3.0] > 0.95
    assert counts[3.0] > counts[0.0] + 0.1


def test_a_theme_brings_its_words() -> None:
    frame = of_form("8 8 8 8")

    def told(theme: str) -> int:
        offers = write_lyrics(frame, own_writer(), Wish(theme=theme, themed=2.0, tries=2), n=6)
        lines = [line.text.lower() for offer in offers for line in offer.value.lines]
        return sum(line.count("river") for line in lines)

    assert told("a river") > told("") + 5


def test_kept_lines_stay_and_the_others_rhyme_with_them() -> None:
    frame = of_form("4 4 4 4 ABAB")
    kept = {1: "Zeppelin moon", 4: "They laughed all night"}
    (offer,) = write_lyrics(frame, own_writer(), Wish(keep=kept), seed=2)
    lines = [line.text for line in offer.value.lines]
    assert (lines[0], lines[3]) == (kept[1], kept[4])
    assert broken(frame, offer.value) == []
    assert folded(words_of(lines[2])[-1]) in ("june", "tune", "soon")


def test_a_kept_line_that_breaks_the_frame_is_told() -> None:
    with pytest.raises(InputError, match=r"line 2 is to be kept \('too short'\), but breaks the frame: 2 syllables; 4"):
        write_lyrics(of_form("4 4"), own_writer(), Wish(keep={2: "too short"}))
    with pytest.raises(InputError, match="line 5 is to be kept; the frame has lines 1 to 2"):
        write_lyrics(of_form("4 4"), own_writer(), Wish(keep={5: "my love"}))


def test_a_chorus_that_comes_again_has_the_same_words() -> None:
    frame = of_form("[verse] 4 4 AA [chorus] 5 5 AA [verse] 4 4 AA [chorus] 5 5 AA")
    (offer,) = write_lyrics(frame, own_writer(), Wish(tries=2))
    verse, chorus, second, again = (lines for _, lines in offer.value.sections)
    assert chorus == again
    assert verse != second
    assert broken(frame, offer.value) == []


def test_no_run_of_words_that_was_learned_is_written() -> None:
    """A model that has read nothing but one word: where only that would be written, it writes otherwise or refuses."""
    writer = own_writer(runs=Runs.of([["love"] * 9]))
    only = frozenset(WORDS) - {"love", "moon"}
    (offer,) = write_lyrics(of_form("9"), writer, Wish(avoid=only, temperature=0.3, tries=8), seed=0)
    words = list(code_line(offer.value.lines[0].text, "en").items)
    assert not any(words[start : start + 8] == ["love"] * 8 for start in range(2))
    with pytest.raises(UnavailableError, match=r"line 1: .* tries all hold eight words in a row"):
        write_lyrics(of_form("9"), writer, Wish(avoid=frozenset(WORDS) - {"love"}))


def test_words_to_avoid_are_not_written() -> None:
    avoid = frozenset(WORDS[:40])
    offers = write_lyrics(of_form("8 8 8 8"), own_writer(), Wish(avoid=avoid, tries=2), n=4)
    written = {folded(word) for offer in offers for line in offer.value.lines for word in words_of(line.text)}
    assert not written & avoid


def test_what_cannot_be_asked_is_told() -> None:
    with pytest.raises(InputError, match="writes 'zh'; the frame asks for 'en'"):
        write_lyrics(of_form("8"), own_writer("zh"))
    with pytest.raises(InputError, match="40 alternatives"):
        write_lyrics(of_form("8"), own_writer(), n=40)
    with pytest.raises(InputError, match="strictness"):
        Wish(strictness="none")
    with pytest.raises(InputError, match="tries"):
        Wish(tries=0)
    with pytest.raises(InputError, match="no word that the writer knows rhymes with 'orange'"):
        write_lyrics(of_form("2 2 AA"), own_writer(), Wish(keep={1: "orange"}))


def test_a_long_lyric_goes_on_past_what_the_model_sees() -> None:
    frame = Frame(tuple(LineFrame(8) for _ in range(30)))
    (offer,) = write_lyrics(frame, own_writer(longest=96), Wish(tries=2))
    assert broken(frame, offer.value) == []
    assert len(offer.value.lines) == 30


def test_draws_follow_the_probabilities_of_what_is_legal() -> None:
    logits = np.log(np.array([[0.5, 0.3, 0.2]], dtype=np.float32)).repeat(20_000, 0)
    legal = np.array([[True, False, True]]).repeat(20_000, 0)
    drawn, nats = pick(logits, legal, np.zeros(3, dtype=np.float32), 1.0, np.random.default_rng(0))
    assert set(drawn) == {0, 2}
    assert (drawn == 0).mean() == pytest.approx(5 / 7, abs=0.01)
    assert np.exp(nats[drawn == 0][0]) == pytest.approx(5 / 7)
    assert (pick(logits, legal, np.zeros(3, dtype=np.float32), 0, np.random.default_rng(0))[0] == 0).all()
