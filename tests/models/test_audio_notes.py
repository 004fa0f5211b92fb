"""Notes are heard where they are played, tracked out of probabilities, and given bars."""

from __future__ import annotations

from fractions import Fraction
from importlib import metadata
from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest

from segue.errors import FormatError, InputError, UnavailableError
from segue.models.audio import notes as hearing
from segue.models.audio.notes import HOP, KEYS, LOWEST, RATE, Listener, Roll
from segue.models.audio.notes_bars import pulse_of, score_of
from segue.models.audio.notes_tracking import Sounded, Tracking, beginnings, notes_of
from segue.music.note import Note, Notes
from segue.music.score import Bar, Part, Score, Tempo
from segue.sound.render import render

SCALE = (60, 62, 64, 65, 67, 69, 71, 72)


def listener() -> Listener:
    try:
        return Listener.load()
    except UnavailableError as error:
        pytest.skip(str(error))


def played(pitches: tuple[int, ...], length: Fraction = Fraction(1), bpm: float = 120) -> Score:
    """Notes one after the other, on a piano."""
    notes = Notes.of(Note(place * length, length, pitch) for place, pitch in enumerate(pitches))
    bars = (Bar(),) * int(-(-notes.end // 4))
    return Score((Part(notes),), bars, tempos=(Tempo(Fraction(0), bpm),))


def roll(*notes: tuple[int, int, int], frames: int = 200, leak: float = 0.0, beginning: float = 0.9) -> Roll:
    """A roll of notes, each with its first frame, end and key; `leak` sounds in the keys beside."""
    sounding, begins = np.zeros((frames, KEYS), np.float32), np.zeros((frames, KEYS), np.float32)
    for first, end, key in notes:
        sounding[first:end, key] = 0.8
        for beside in (key - 1, key + 1):
            sounding[first:end, beside] = np.maximum(sounding[first:end, beside], leak)
        begins[first, key] = beginning
    return Roll(sounding, begins)


def beaten(beats: list[float], pitch: int = 60, length: float = 0.2) -> list[Sounded]:
    return [Sounded(beat, beat + length, pitch, 0.8) for beat in beats]


# ---- hearing


def test_a_scale_is_heard_note_by_note_where_it_is_played() -> None:
    heard = notes_of(listener().hear(render(played(SCALE), RATE).mean(1)))
    firsts = {note.pitch: note for note in reversed(heard)}
    assert set(SCALE) <= set(firsts)
    for place, pitch in enumerate(SCALE):
        assert firsts[pitch].start == pytest.approx(place / 2, abs=0.05)
        assert place / 2 + 0.4 < firsts[pitch].end < place / 2 + 1.5  # it rings on
    assert len(heard) <= len(SCALE) + 3


def test_frames_lie_at_the_same_times_wherever_windows_meet() -> None:
    """A tone that begins ever later is heard to begin as much later, over a whole window."""
    net = listener()
    tone = render(played((69,)), RATE).mean(1)
    for delay in (0.9, 1.5, 1.637, 1.8, 3.3):
        samples = np.concatenate([np.zeros(round(delay * RATE), np.float32), tone])
        told = net.hear(samples)
        assert len(told.sounding) == 1 + len(samples) // HOP
        (first, *_) = [note for note in notes_of(told) if note.pitch == 69]
        assert first.start == pytest.approx(delay, abs=0.03)


def test_silence_holds_no_notes_and_what_is_no_sound_is_refused() -> None:
    net = listener()
    assert notes_of(net.hear(np.zeros(RATE, np.float32))) == ()
    with pytest.raises(InputError, match="one row of finite numbers"):
        net.hear(np.zeros((2, RATE)))
    with pytest.raises(InputError, match="one row of finite numbers"):
        net.hear(np.array([0.0, np.nan]))


def test_what_is_missing_is_named_with_what_brings_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(hearing, "_FILE", "basic_pitch/nowhere.onnx")
    with pytest.raises(UnavailableError, match=r"pip install --no-deps basic-pitch==0\.4\.0"):
        Listener.load()


def test_another_network_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    try:
        Path(str(metadata.distribution("basic-pitch").locate_file(hearing._FILE))).read_bytes()
    except (metadata.PackageNotFoundError, OSError):
        pytest.skip(f"the network is not installed: {hearing.INSTALL}")
    monkeypatch.setattr(hearing, "_FILE", "basic_pitch/constants.py")
    with pytest.raises(FormatError, match=r"is not that of basic-pitch 0\.4\.0"):
        Listener.load()


# ---- tracking


def test_notes_are_as_long_as_they_sound() -> None:
    found = notes_of(roll((10, 60, 39), (60, 100, 43), (10, 100, 20)))
    assert [note.pitch - LOWEST for note in found] == [20, 39, 43]
    assert [round(note.start * RATE / HOP) for note in found] == [10, 10, 60]
    assert [round(note.end * RATE / HOP) for note in found] == [100, 60, 100]
    assert all(note.probability == pytest.approx(0.8) for note in found)


def test_a_pitch_that_begins_again_is_two_notes() -> None:
    found = notes_of(roll((10, 50, 39), (50, 90, 39)))
    assert [round(note.start * RATE / HOP) for note in found] == [10, 50]
    assert [round(note.end * RATE / HOP) for note in found] == [50, 90]


def test_what_leaks_into_the_keys_beside_is_no_note() -> None:
    assert [note.pitch - LOWEST for note in notes_of(roll((10, 60, 39), leak=0.5))] == [39]


def test_a_short_gap_does_not_end_a_note_and_a_long_one_does() -> None:
    whole, parted = roll((10, 100, 39)), roll((10, 100, 39))
    whole.sounding[40:48, 39] = np.concatenate([[0, 0], np.linspace(0.05, 0.75, 6)])
    parted.sounding[40:60] = 0
    assert len(notes_of(whole)) == 1
    assert [round(note.end * RATE / HOP) for note in notes_of(parted)] == [40, 100]


def test_what_swells_without_a_beginning_is_found_from_its_loudest_frame() -> None:
    told = roll((10, 60, 39), beginning=0.0)
    told.sounding[10:60, 39] = np.concatenate([np.linspace(0.02, 0.9, 30), np.linspace(0.9, 0.35, 20)])
    (note,) = notes_of(told)
    first = 10 + int(np.argmax(told.sounding[10:60, 39] >= 0.3))
    assert (round(note.start * RATE / HOP), round(note.end * RATE / HOP)) == (first, 60)


def test_short_notes_are_left_out_as_asked() -> None:
    told = roll((10, 18, 39), (10, 60, 50))
    assert len(notes_of(told, Tracking(shortest=8))) == 2
    assert len(notes_of(told, Tracking(shortest=9))) == 1
    with pytest.raises(InputError, match="probabilities over 0"):
        Tracking(begins=0)


def test_a_steep_rise_is_a_beginning_as_strong_as_the_strongest_that_is_heard() -> None:
    told = roll((10, 60, 39))
    told.sounding[100:150, 50] = 0.8
    assert beginnings(told)[100, 50] == pytest.approx(0.9)


def test_a_roll_of_other_shape_is_refused() -> None:
    with pytest.raises(InputError, match=r"two of \(frames, 88\)"):
        Roll(np.zeros((3, 12), np.float32), np.zeros((3, 12), np.float32))


# ---- bars


@pytest.mark.parametrize("bpm", [80, 100, 120, 144, 160])
def test_even_beats_are_found_at_any_speed(bpm: int) -> None:
    beat = 60 / bpm
    pulse = pulse_of(beaten([place * beat for place in range(32)]))
    assert np.median(np.diff(pulse.beats)) == pytest.approx(beat, rel=0.02)
    assert not pulse.is_compound
    assert pulse.beats[0] <= 0 and pulse.beats[-1] >= 31 * beat


def test_beats_follow_a_slowing_player() -> None:
    waits = np.linspace(0.46, 0.56, 40)
    times = np.concatenate([[0], np.cumsum(waits)])
    pulse = pulse_of(beaten(times.tolist()))
    nearest = np.abs(times[2:-2, None] - pulse.beats).min(1)
    assert nearest.max() < 0.04


@pytest.mark.parametrize(("grouped", "metre"), [(3, "3/4"), (4, "4/4")])
def test_beats_are_grouped_by_their_weight(grouped: int, metre: str) -> None:
    notes = beaten([place * 0.5 for place in range(36)], 72)
    notes += beaten([place * 0.5 for place in range(0, 36, grouped)], 41, 1.0)
    score = score_of(sorted(notes, key=lambda note: (note.start, note.pitch)))
    assert str(score.metre) == metre
    assert not score.bars[0].is_irregular
    assert {note.start % grouped for note in score.parts[0].notes if note.pitch == 41} == {0}


def test_thirds_of_beats_make_a_compound_metre() -> None:
    notes = beaten([place * 0.22 for place in range(48)], 74, 0.15)
    notes += beaten([place * 1.32 for place in range(8)], 45, 0.6) + beaten(
        [place * 0.66 for place in range(16)], 57, 0.4
    )
    score = score_of(sorted(notes, key=lambda note: (note.start, note.pitch)))
    assert str(score.metre) == "6/8"
    tune = [note.start for note in score.parts[0].notes if note.pitch == 74]
    assert {late - early for early, late in pairwise(tune)} == {Fraction(1, 2)}


def test_a_pick_up_is_a_shorter_bar() -> None:
    notes = beaten([place * 0.5 for place in range(29)], 72)
    notes += beaten([0.5 + place * 2 for place in range(7)], 41, 1.5)
    score = score_of(sorted(notes, key=lambda note: (note.start, note.pitch)))
    assert score.bars[0].length == 1 and score.bars[1].length == 4
    assert {note.start % 4 for note in score.parts[0].notes if note.pitch == 41} == {1}


def test_key_and_notes_of_a_tune_come_back() -> None:
    tune = (67, 71, 74, 71, 69, 72, 78, 74, 67, 71, 74, 79, 78, 74, 69, 67) * 2
    notes = [Sounded(place * 0.5, place * 0.5 + 0.48, pitch, 0.7) for place, pitch in enumerate(tune)]
    score = score_of(notes)
    assert str(score.key) == "G major"
    assert [note.pitch for note in score.parts[0].notes] == list(tune)
    assert {note.length for note in score.parts[0].notes} == {Fraction(1)}
    assert score.tempos[0].bpm == pytest.approx(120, rel=0.02)


def test_no_notes_are_a_score_without_bars_and_one_note_is_enough() -> None:
    assert score_of([]).bars == ()
    assert [note.pitch for note in score_of(beaten([0.3])).parts[0].notes] == [60]
