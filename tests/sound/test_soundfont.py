"""A SoundFont is played where the library and a font are there; what is missing is said with what to do."""

from __future__ import annotations

import sys
from fractions import Fraction
from importlib import util
from pathlib import Path

import numpy as np
import pytest

from segue.errors import FormatError, InputError, UnavailableError
from segue.music.note import Note, Notes
from segue.music.score import Bar, Part, Score
from segue.sound import soundfont
from segue.sound.render import RATE
from segue.sound.tone import frequency

F = Fraction
SCORE = Score(
    (
        Part(Notes.of([Note(F(0), F(1), 69), Note(F(2), F(1), 81)]), program=19),
        Part(Notes.of([Note(F(0), F(1), 36)]), is_drums=True),
    ),
    (Bar(),),
)


def font() -> Path:
    """A font that a development library carries; none is shipped with this one."""
    found = util.find_spec("pretty_midi")
    path = Path(found.origin or "").with_name("TimGM6mb.sf2") if found else Path("none")
    if not path.is_file() or not util.find_spec("tinysoundfont"):
        pytest.skip("no SoundFont, or no tinysoundfont")
    return path


def test_a_missing_library_is_said_with_its_command(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "tinysoundfont", None)
    with pytest.raises(UnavailableError, match="needs tinysoundfont: pip install --no-deps tinysoundfont"):
        soundfont.render(SCORE, Path("font.sf2"))


def test_a_score_is_heard_through_the_font() -> None:
    sound = soundfont.render(SCORE, font())
    assert 0.5 < np.abs(sound).max() <= 0.96
    for start, pitch in ((0.25, 69), (1.25, 81)):
        part = sound[round(start * RATE) : round((start + 0.25) * RATE)].mean(axis=1)
        strength = np.abs(np.fft.rfft(part * np.hanning(len(part)), 8 * len(part)))
        hertz = np.fft.rfftfreq(8 * len(part), 1 / RATE)
        near = strength[np.abs(hertz - frequency(pitch)) < 8].max()
        assert near > 20 * np.median(strength)
    assert not sound[-10:].any() or np.abs(sound[-10:]).max() < 1e-3


def test_what_is_no_font_is_refused(tmp_path: Path) -> None:
    font()
    with pytest.raises(InputError, match=r"no SoundFont at .*none\.sf2"):
        soundfont.render(SCORE, tmp_path / "none.sf2")
    wrong = tmp_path / "wrong.sf2"
    wrong.write_bytes(b"RIFF" + bytes(100))
    with pytest.raises(FormatError, match="this is no SoundFont that can be read"):
        soundfont.render(SCORE, wrong)
