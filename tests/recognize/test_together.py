"""All that a file holds is told together; words stand beside the witnesses and move nothing."""

from __future__ import annotations

from pathlib import Path

import mutagen
import numpy as np
import soundfile
from mutagen.id3 import USLT

from segue.formats import read_file
from segue.music.score import Score
from segue.recognize.recognizer import Recognizer
from segue.recognize.together import tell_together, words_sung
from tests.recognize.test_recognizer_kinds import SHUIDIAO

RATE = 22_050
ENGLISH = "Amazing grace how sweet the sound\nThat saved a wretch like me\nI once was lost but now am found"
SONG = 'X:1\nM:4/4\nL:1/4\nK:C\n"C"CEGE|"F"FAcA|"G"GBdB|"C"c4|\nw: Down by the riv-er I saw my true love go-ing home\n'


def recording(folder: Path, words: str = "", name: str = "song") -> Path:
    """Three seconds of a chord with a beat, with words in its tags."""
    path = folder / f"{name}.mp3"
    times = np.arange(3 * RATE) / RATE
    sound = sum(np.sin(2 * np.pi * hertz * times) for hertz in (220, 277, 330)) * (0.1 + 0.1 * (times % 0.5 < 0.1))
    soundfile.write(path, np.asarray(sound, np.float32), RATE, format="MP3")
    if words:
        file = mutagen.File(path)
        file.add_tags()
        file.tags.add(USLT(encoding=3, lang="eng", desc="", text=words))
        file.save()
    return path


def test_words_in_the_tags_of_a_recording_are_told_and_move_nothing(tmp_path: Path) -> None:
    recognizer = Recognizer()
    bare = tell_together(recognizer, recording(tmp_path), is_explained=False)
    for words, said in ((SHUIDIAO, "the form of 水调歌头"), (ENGLISH, "have no vote: 3 lines")):
        told = tell_together(recognizer, recording(tmp_path, words, "sung"), is_explained=False)
        assert [one.kind for one in told.witnesses] == [*(one.kind for one in bare.witnesses), "lyrics"]
        assert [said in one for one in told.notice].count(True) == 1
        assert (told.guesses, told.is_sure) == (bare.guesses, bare.is_sure)


def test_words_that_a_score_sings_are_told(tmp_path: Path) -> None:
    (tmp_path / "a.abc").write_text(SONG)
    score = read_file(tmp_path / "a.abc")
    assert isinstance(score, Score)
    words = words_sung(score)
    assert words is not None
    assert " ".join(line.text for line in words.lines) == "Down by the river I saw my true love going home"
    told = tell_together(Recognizer(), tmp_path / "a.abc", is_explained=False)
    assert told.witnesses[-1].kind == "lyrics" and told.witnesses[-1].guesses == ()
    assert any("which have no vote" in notice for notice in told.notice)
