"""Arrangements: melody and chords are the very same, parts keep to range and chords, choirs are well led."""

from __future__ import annotations

import re
import signal
from dataclasses import replace
from fractions import Fraction
from itertools import combinations, pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from segue.compose.arrange import arrange
from segue.compose.ground import HarmonyOf, bass_of
from segue.compose.roles import ROLES, check_parts, parts_of
from segue.errors import InputError
from segue.models.engine.sampling import Sampling
from segue.music.key import Key
from segue.music.metre import Metre
from segue.music.note import Note, Notes
from segue.music.score import Part, Score
from tests.compose.engine import engine
from tests.compose.sheets import sheet
from tests.music.scores import scores

SONG = sheet(
    "C | Am | F | G7 | C | Am | Dm7 G7 | C",
    "67 64 67 72 | 69 67 64 - | 65 69 72 69 | 67 65 62 59 | 67 64 67 72 | 69 71 72 - | 74 72 71 67 | 72",
)
HYMN = sheet(
    "G | C | G | D | Em | C | D | G",
    "67 71 | 72 76 | 74 71 | 69 | 71 67 | 72 76 | 74 69 | 67",
    key=Key.parse("G"),
)


def _named(score: Score, name: str) -> Part:
    return next(part for part in score.parts if part.name == name)


def test_melody_and_chords_are_the_very_same() -> None:
    for style in ("pop", "folk", "classical"):
        (offer,) = arrange(engine(), SONG, style)
        score = offer.value
        assert score.parts[0] == SONG.parts[0]
        assert (score.chords, score.bars, score.title) == (SONG.chords, SONG.bars, SONG.title)
        assert score.style == style


def test_a_style_has_its_parts_in_score_order() -> None:
    (pop,) = arrange(engine(), SONG, "pop")
    assert [part.name for part in pop.value.parts] == ["Melody", "Piano", "Bass", "Drums"]
    (folk,) = arrange(engine(), SONG, "reel")
    assert [part.name for part in folk.value.parts] == ["Melody", "Guitar", "Bass"]
    assert all(len(part.notes) for part in (*pop.value.parts, *folk.value.parts))


def test_parts_stay_in_their_ranges_and_on_their_chords() -> None:
    for seed in range(3):
        (offer,) = arrange(engine(), SONG, parts=("bass", "piano", "guitar"), sampling=Sampling(1.2, seed=seed))
        score = offer.value
        harmony = HarmonyOf(score)
        for name in ("bass", "piano", "guitar"):
            role, notes = ROLES[name], _named(score, name.capitalize()).notes
            assert role.low <= min(notes.pitches) <= max(notes.pitches) <= role.high
        begins = {one.start: one.chord for one in score.chords}
        bass = {note.start: note.pitch for note in _named(score, "Bass").notes}
        assert all(bass[start] % 12 == bass_of(chord) for start, chord in begins.items())
        assert all(one.end <= other.start for one, other in pairwise(_named(score, "Bass").notes))
        for note in _named(score, "Guitar").notes:
            assert note.pitch % 12 in harmony.chord(note.start).pitch_classes
            assert note.end <= min((start for start in begins if start > note.start), default=score.end)


def test_a_second_voice_goes_with_the_melody_below_it() -> None:
    (offer,) = arrange(engine(), SONG, parts=("second",))
    tune, second = offer.value.parts
    assert [(note.start, note.length) for note in second.notes] == [(note.start, note.length) for note in tune.notes]
    for over, under in zip(tune.notes, second.notes, strict=True):
        assert 3 <= over.pitch - under.pitch <= 9


def test_drums_keep_a_groove_and_fill_before_a_section() -> None:
    bars = tuple(replace(bar, section={0: "A", 4: "B"}.get(place, "")) for place, bar in enumerate(SONG.bars))
    (offer,) = arrange(engine(), SONG.replace(bars=bars), parts=("drums",), style="rock")
    drums = _named(offer.value, "Drums")
    assert drums.is_drums
    by_bar = [
        frozenset((note.start - 4 * bar, note.pitch) for note in drums.notes if 4 * bar <= note.start < 4 * bar + 4)
        for bar in range(8)
    ]
    assert by_bar[0] == by_bar[2] and by_bar[1] == by_bar[5] == by_bar[7] and all(by_bar)
    assert any("1 fill before what begins then" in reason for reason in offer.reasons)


def _parallels(one: Notes, other: Notes) -> int:
    """Fifths and octaves in parallel between two voices, counted anew: at each time both move, from one to the next."""
    upper = {note.start: note for note in one}
    lower = {note.start: note for note in other}
    count = 0
    for start in sorted(set(upper) & set(lower)):
        before = [next((note for note in voice if note.end == start), None) for voice in (one, other)]
        if before[0] is None or before[1] is None:
            continue
        steps = (upper[start].pitch - before[0].pitch, lower[start].pitch - before[1].pitch)
        first = abs(before[0].pitch - before[1].pitch) % 12
        second = abs(upper[start].pitch - lower[start].pitch) % 12
        count += steps[0] * steps[1] > 0 and first == second and first in (0, 7)
    return count


def test_a_choir_sings_without_parallels_in_range_and_in_order() -> None:
    faults = crossed = 0
    for seed in range(4):
        (offer,) = arrange(engine(), HYMN, "chorale", sampling=Sampling(0.9, 0.97, seed=seed))
        score = offer.value
        assert [part.name for part in score.parts] == ["Melody", "Alto", "Tenor", "Bass voice"]
        for name in ("alto", "tenor", "bass voice"):
            notes = _named(score, name.capitalize()).notes
            assert ROLES[name].low <= min(notes.pitches) <= max(notes.pitches) <= ROLES[name].high
        faults += sum(_parallels(one.notes, other.notes) for one, other in combinations(score.parts, 2))
        for time in range(32):
            sounding = [
                next((note.pitch for note in part.notes if note.start <= time < note.end), None) for part in score.parts
            ]
            heard = [pitch for pitch in sounding if pitch is not None]
            crossed += heard != sorted(heard, reverse=True)
    assert faults == 0
    assert crossed <= 2


@pytest.mark.parametrize("metre", [Metre(7, 8), Metre(5, 4), Metre(3, 4), Metre(6, 8), Metre(2, 2)])
def test_every_metre_works(metre: Metre) -> None:
    song = sheet("C | F | G | C", "67 64 | 65 69 | 67 71 | 72", metre=metre)
    (offer,) = arrange(engine(), song, "jazz")
    assert offer.value.end == song.end
    assert all(len(part.notes) for part in offer.value.parts)


def test_a_pick_up_and_a_sheet_without_chords_work() -> None:
    song = sheet("C | F | G | C", "67 64 | 65 69 | 67 71 | 72")
    bars = (replace(song.bars[0], length=Fraction(1)), *song.bars[1:])
    tune = song.parts[0].notes
    moved = [Note(max(note.start - 3, Fraction(0)), min(note.length, Fraction(1)), note.pitch) for note in tune]
    short = song.replace(bars=bars, chords=(), parts=(replace(song.parts[0], notes=Notes.of(moved)),))
    (offer,) = arrange(engine(), short, "pop")
    assert offer.value.parts[0] == short.parts[0]
    assert all(len(part.notes) for part in offer.value.parts)


def test_parts_that_were_there_stay() -> None:
    other = Part(Notes.of([Note(Fraction(0), Fraction(4), 48)]), "Cello", 42)
    song = SONG.replace(parts=(*SONG.parts, other))
    (offer,) = arrange(engine(), song, parts=("bass",))
    assert offer.value.parts[:2] == song.parts
    assert [part.name for part in offer.value.parts] == ["Melody", "Cello", "Bass"]


def test_the_melody_may_stand_behind_drums() -> None:
    beat = Part(Notes.of([Note(Fraction(0), Fraction(1, 4), 36)]), "Drums", is_drums=True)
    (offer,) = arrange(engine(), SONG.replace(parts=(beat, *SONG.parts)), parts=("second",))
    assert [part.name for part in offer.value.parts] == ["Drums", "Melody", "Second"]
    onsets = [[note.start for note in part.notes] for part in offer.value.parts[1:]]
    assert onsets[0] == onsets[1]


def test_the_same_seed_gives_the_same_arrangement_and_others_differ() -> None:
    first, other = arrange(engine(), SONG, "folk", n=2, sampling=Sampling(0.9, seed=4))
    assert first.value != other.value
    (alone,) = arrange(engine(), SONG, "folk", n=1, sampling=Sampling(0.9, seed=first.seed))
    assert alone == first


def test_a_long_song_tells_how_far_it_is_and_keeps_what_is_done_when_stopped() -> None:
    text = " | ".join(["C", "Am", "F", "G"] * 40)
    song = sheet(text, " | ".join(["72 67", "69 64", "69 65", "67 71"] * 40))
    heard: list[int] = []
    arrange(engine(), song, parts=("bass",), told=lambda _what, done, _total: heard.append(done))
    assert heard == sorted(heard) and (heard[0], heard[-1]) == (0, 160) and len(heard) > 2
    stopped = _Stopping(64)
    (offer,) = arrange(engine(), song, parts=("bass",), told=stopped)
    bass = _named(offer.value, "Bass").notes
    assert 0 < bass.end <= 64 * 4
    assert "stopped in the bass after bar 64" in offer.reasons
    assert offer.value.parts[0] == song.parts[0]


class _Stopping:
    """Ctrl-C as it comes: at the next step after so many bars were told."""

    def __init__(self, bars: int) -> None:
        self.bars = bars

    def __call__(self, _what: str, done: int, _total: int) -> None:
        if done >= self.bars:
            signal.raise_signal(signal.SIGINT)


@settings(max_examples=25, deadline=None)
@given(scores(), st.sampled_from(("bass", "piano", "second", "drums", "satb")), st.integers(0, 1000))
def test_whatever_is_arranged_is_kept(song: Score, part: str, seed: int) -> None:
    try:
        (offer,) = arrange(engine(), song, parts=(part,), sampling=Sampling(1.3, seed=seed))
    except InputError as error:
        assert re.search("no full bar|has no melody|no soprano", str(error))
        return
    made = offer.value
    assert made.parts[: len(song.parts)] == song.parts
    assert (made.bars, made.chords, made.tempos) == (song.bars, song.chords, song.tempos)
    new = made.parts[len(song.parts) :]
    assert [one.name for one in new] == (["Alto", "Tenor", "Bass voice"] if part == "satb" else [part.capitalize()])
    assert all(one.notes.end <= song.end for one in new)


def test_bad_input_is_named() -> None:
    with pytest.raises(InputError, match="'Sheet' has no melody: at least one note"):
        arrange(engine(), SONG.replace(parts=()))
    with pytest.raises(InputError, match=r"style 'popp' is none of .*did you mean \"pop\""):
        arrange(engine(), SONG, "popp")
    with pytest.raises(InputError, match=r"part 'pianoo' is none of .*did you mean \"piano\""):
        arrange(engine(), SONG, parts=("pianoo",))
    drums = SONG.replace(parts=(replace(SONG.parts[0], is_drums=True),))
    with pytest.raises(InputError, match="has no melody: at least one note of a part that is no drums"):
        arrange(engine(), drums)
    low = sheet("C | F", "36 38 | 40 41")
    with pytest.raises(InputError, match="a melody from C2 to F2 is no soprano's; transpose it to C4 to A5"):
        arrange(engine(), low, "chorale")


def test_satb_are_the_voices_under_the_melody() -> None:
    assert [role.name for role in check_parts(("satb",))] == ["bass voice", "alto", "tenor"]
    assert parts_of("Medium Swing") == ("bass", "piano", "drums")
