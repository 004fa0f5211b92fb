"""Notes of recordings as a witness, and all witnesses of a file together."""

from __future__ import annotations

from dataclasses import replace
from fractions import Fraction
from pathlib import Path

import numpy as np
import pytest
from mutagen.id3 import ID3, TCON
from mutagen.wave import WAVE

from segue.errors import InputError, UnavailableError
from segue.formats import read_file
from segue.formats.audio import Recording, Stretch
from segue.formats.wav import Sound, pack, write
from segue.models.audio.notes import RATE, Listener
from segue.models.audio.notes_bars import score_of
from segue.models.audio.notes_tracking import Sounded
from segue.music.note import Note, Notes
from segue.music.score import Bar, Part, Score
from segue.recognize.notes_heard import (
    NotesFront,
    Transcript,
    at_speed,
    from_zero,
    in_seconds,
    played,
    shipped_head,
    style_of_notes,
    transcribe,
    worn,
)
from segue.recognize.recognizer import Recognizer

REEL = """X:1
T:A reel
M:4/4
L:1/8
K:G
|:GABc dedB|dedB dedB|c2ec B2dB|A2A2 A2BA|GABc dedB|dedB dedB|c2ec B2dB|A2A2 G4:|
|:gfgd BGBd|g2bg agef|gfgd BGBd|cAFA G4|gfgd BGBd|g2bg agef|gbaf gfed|cAFA G4:|
"""


STANDARD = """X:1
T:Two five one
M:4/4
L:1/4
K:Bb
"Cm7"e2 g2|"F7"a2 f2|"Bbmaj7"d4|"Ebmaj7"g2 f2|"Am7b5"e2 c2|"D7"^f2 a2|"Gm6"b4|"G7"=b2 g2|
"Cm7"e2 g2|"F7"a2 f2|"Bbmaj7"d4|"Ebmaj7"g2 f2|"Am7b5"e2 c2|"D7"^f2 a2|"Gm6"g4|"Gm6"g4|
"""


@pytest.fixture
def reel(tmp_path: Path) -> Score:
    file = tmp_path / "reel.abc"
    file.write_text(REEL, encoding="utf-8")
    return read_file(file)


def wheel() -> Listener:
    try:
        return Listener.load()
    except UnavailableError as error:
        pytest.skip(str(error))


@pytest.fixture
def sound(reel: Score, tmp_path: Path) -> Path:
    file = tmp_path / "reel.wav"
    file.write_bytes(write(reel.replace(bars=reel.bars[:8], parts=(_until(reel.parts[0], 32),))))
    return file


def _until(part: Part, end: int) -> Part:
    return replace(part, notes=Notes.of(note for note in part.notes if note.end <= end))


# ---- to learn from


def test_notes_sound_when_the_tempo_says(reel: Score) -> None:
    plain, fast = in_seconds(reel), in_seconds(at_speed(reel, 1.25))
    assert [note.pitch for note in plain[:4]] == [67, 69, 71, 72]
    assert [note.start for note in fast] == pytest.approx([note.start / 1.25 for note in plain])


def test_what_is_played_is_the_middle_and_begins_at_zero(reel: Score) -> None:
    whole, middle = in_seconds(reel), played(reel, most=10)
    start = (whole[-1].end - 10) / 2
    inside = [note for note in whole if start <= note.start < start + 10]
    assert middle[0].start == 0 and [note.pitch for note in middle] == [note.pitch for note in inside]
    assert middle[-1].end <= 10


def test_worn_notes_are_fewer_and_lie_near_their_places(reel: Score) -> None:
    notes = in_seconds(reel)
    told = worn(notes, np.random.default_rng(0))
    assert told == worn(notes, np.random.default_rng(0)) != worn(notes, np.random.default_rng(1))
    low = [
        note for note in told if any(note.pitch == one.pitch and abs(note.start - one.start) < 0.05 for one in notes)
    ]
    assert 0.75 * len(notes) < len(low) < 0.95 * len(notes)
    assert from_zero([Sounded(2.0, 3.0, 60, 0.5)]) == (Sounded(0.0, 1.0, 60, 0.5),)


# ---- the front


def test_bars_are_named_by_when_they_sound_and_can_be_taken_away() -> None:
    notes = [Sounded(place * 0.5, place * 0.5 + 0.4, 72, 0.7) for place in range(24)]
    notes += [Sounded(place * 2.0, place * 2.0 + 1.5, 41, 0.7) for place in range(6)]
    item = Transcript(score_of(sorted(notes, key=lambda note: (note.start, note.pitch))), 60.0)
    front = NotesFront()
    assert list(front.parts(item))[:2] == ["1:00 to 1:02", "1:02 to 1:04"]
    less = front.without(item, {1})
    assert less.count == item.count - 5 and less.start == 60.0
    assert front.vectors([item, less]).shape[0] == 2


def test_only_one_stretch_at_the_rate_of_the_network_is_heard() -> None:
    stretch = Stretch(0.0, np.zeros(RATE, np.float32))
    with pytest.raises(InputError, match="one at 22,050 is needed"):
        transcribe(Recording((stretch,), 16_000, 1.0, "WAV", 1, 16_000), wheel())


def test_a_reel_that_is_played_is_heard_in_its_scale(sound: Path) -> None:
    wheel()
    answer, transcript = style_of_notes(sound)
    assert answer.kind == "notes" and len(answer.guesses) == 3
    assert {one.style for one in answer.guesses} <= set(shipped_head().styles)
    assert all(" to " in one.what for one in answer.guesses[0].because)
    assert set(transcript.score.key.scale) == {7, 9, 11, 0, 2, 4, 6}  # of G major, or of E minor
    assert any("notes are heard" in notice for notice in answer.notice)


def test_a_few_notes_and_noise_tell_no_style(tmp_path: Path) -> None:
    wheel()
    few, noise = tmp_path / "few.wav", tmp_path / "noise.wav"
    notes = Notes.of([Note(Fraction(0), Fraction(4), 60)])
    few.write_bytes(write(Score((Part(notes),), (Bar(),))))
    drawn = np.random.default_rng(0).standard_normal((3 * RATE, 1)).astype(np.float32) * 0.1
    noise.write_bytes(pack(Sound(drawn, RATE)))
    for file, why in ((few, "too few"), (noise, "noise")):
        answer, _ = style_of_notes(file)
        assert answer.guesses == () and not answer.is_sure and why in answer.notice[0]


# ---- together


def test_a_recording_is_told_by_sound_notes_and_what_it_calls_itself(sound: Path) -> None:
    wheel()
    before = Recognizer().together(sound, is_explained=False)
    assert not {"notes", "named"} & {one.kind for one in before.witnesses}
    file = WAVE(sound)
    file.add_tags()
    assert isinstance(file.tags, ID3)
    file.tags.add(TCON(encoding=3, text=["Reggae"]))
    file.save()
    told = Recognizer().together(sound, hears_notes=True, is_explained=False)
    kinds = [one.kind for one in told.witnesses]
    assert told.kind == "all" and kinds[0] == "audio" and kinds[-2:] == ["notes", "named"]
    assert told.guesses[0].style != "reggae"  # one voice among others, and a quiet one
    assert "the file calls itself Reggae" in told.notice
    assert sum(guess.probability for guess in told.guesses) <= 1 + 1e-6


@pytest.mark.usefixtures("reel")
def test_a_score_is_told_by_its_notes(tmp_path: Path) -> None:
    file = tmp_path / "reel.abc"
    told = Recognizer().together(file, is_explained=False)
    assert [one.kind for one in told.witnesses] == ["score"] and told.guesses[0].style == "folk"
    assert told.guesses[0].because[0].what.startswith("the score (folk ")


def test_chords_of_a_lead_sheet_are_heard_beside_its_notes(tmp_path: Path) -> None:
    file = tmp_path / "standard.abc"
    file.write_text(STANDARD, encoding="utf-8")
    told = Recognizer().together(file, is_explained=False)
    assert [one.kind for one in told.witnesses] == ["score", "chords"]
    assert told.witnesses[1].guesses[0].style == "jazz" and told.guesses[0].style == "jazz"
    assert told.guesses[0].because[0].what.startswith("the chords (jazz ")
