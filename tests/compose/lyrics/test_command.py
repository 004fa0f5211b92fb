"""What `segue compose lyrics` promises: files whose words fit, and errors that say what is accepted."""

from __future__ import annotations

import json
from fractions import Fraction
from pathlib import Path

import pytest
from typer.testing import CliRunner

from segue.cli import app
from segue.compose.lyrics.checking import check
from segue.compose.lyrics.frame import of_form, of_score
from segue.compose.lyrics.laying import lay
from segue.errors import InputError, SegueError
from segue.formats import read_any, read_file, write_file
from segue.models.lyrics.runs import Runs
from segue.models.score.config import ScoreConfig
from segue.models.score.folder import save_score_model
from segue.music.lyric import Line, Lyric
from segue.music.note import Note, Notes
from segue.music.score import Bar, Part, Score, bars_until

from .writers import own_writer


@pytest.fixture(autouse=True)
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A home of its own: offers are written down there."""
    monkeypatch.setenv("SEGUE_HOME", str(tmp_path / "home"))
    monkeypatch.delenv("SEGUE_STORE", raising=False)


@pytest.fixture(scope="module")
def model(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of an English lyric model that nobody has trained."""
    folder = tmp_path_factory.mktemp("lyrics-en")
    writer = own_writer()
    save_score_model(writer.engine.model, folder)  # type: ignore[attr-defined]
    writer.vocabulary.save(folder)
    Runs.of([["the", "love"] * 8]).save(folder)
    return folder


@pytest.fixture
def tune(tmp_path: Path) -> Path:
    """Two phrases of seven notes, as ABC."""
    notes = [Note(Fraction(place), Fraction(1), 60 + place % 5) for place in (0, 1, 2, 3, 4, 5, 8, 9, 10, 11, 12, 13)]
    notes += [Note(Fraction(6), Fraction(2), 67), Note(Fraction(14), Fraction(2), 60)]
    file = tmp_path / "tune.abc"
    write_file(Score((Part(Notes.of(notes), "Voice"),), bars_until(Fraction(16), Bar()), title="A tune"), file)
    return file


def run(*words: str | Path) -> list[dict[str, object]]:
    done = CliRunner().invoke(app, ["compose", "lyrics", *map(str, words), "--json"], catch_exceptions=False)
    answer: list[dict[str, object]] = json.loads(done.stdout)
    return answer


def refused(*words: str | Path) -> str:
    with pytest.raises(SegueError) as caught:
        CliRunner().invoke(app, ["compose", "lyrics", *map(str, words)], catch_exceptions=False)
    return str(caught.value)


def test_words_are_written_to_a_form(model: Path, tmp_path: Path) -> None:
    file = tmp_path / "song.txt"
    rows = run(
        file, "--form", "[verse] 8 6 8 6 ABAB", "--model", model, "-n", "2", "--seed", "3", "--theme", "the moon"
    )
    assert [row["files"] for row in rows] == [[str(file)], [str(tmp_path / "song-2.txt")]]
    words = read_any(file)
    assert isinstance(words, Lyric)
    assert [name for name, _ in words.sections] == ["verse"]
    assert [each for each in check(of_form("8 6 8 6 ABAB"), words) if each.is_broken] == []


def test_words_are_laid_under_a_melody(model: Path, tune: Path, tmp_path: Path) -> None:
    """What is written as MusicXML reads back with a syllable under each note."""
    file = tmp_path / "song.musicxml"
    run(file, tmp_path / "song.txt", "--melody", tune, "--scheme", "AA", "--model", model)
    (part,) = read_file(file).parts
    assert [word.start for word in part.words] == [note.start for note in part.notes]
    words = read_any(tmp_path / "song.txt")
    assert isinstance(words, Lyric)
    sung = "".join(word.syllable.text + " " * word.syllable.is_end for word in part.words)
    assert sung.split() == " ".join(line.text for line in words.lines).split()


def test_a_rhythm_and_a_chart_will_do(model: Path, tmp_path: Path) -> None:
    (row,) = run("--rhythm", "3/4: 1 1 1 / 1 .5 .5 1", "--model", model)
    assert [len(lines) for _, lines in row["sections"]] == [2]  # type: ignore[attr-defined]
    chart = tmp_path / "song.cho"
    chart.write_text("{start_of_verse}\n[C]one [F]two [G]three [C]four\n{end_of_verse}\n")
    assert run("--chart", chart, "--model", model)


@pytest.mark.parametrize(
    ("words", "match"),
    [
        ((), "nothing to write to is given: one of --melody, --rhythm"),
        (("--form", "8", "--tune", "浣溪沙"), "--form and --tune are given"),
        (("--form", "8", "--language", "fr"), "language 'fr' is none of en, zh"),
        (
            ("--form", "8", "--level", "mildd"),
            "level 'mildd' is none of clean, mild, explicit (did you mean \"mild\"?)",
        ),
        (("--form", "8", "--line", "one"), "line 'one' is not NUMBER:TEXT"),
        (("--form", "8", "--line", "1:too short"), "line 1 is to be kept ('too short'), but breaks the frame"),
        (
            ("--form", "8", "--line", "1:月亮代表我的心"),
            "line 1 is to be kept ('月亮代表我的心'), but breaks the frame",
        ),
        (("--form", "8", "--theme", "月亮"), "theme '月亮' has no English words"),
        (("--form", "8", "--mood", "愁"), "mood '愁' has no English words"),
        (("--form", "7", "--language", "zh", "--theme", "moon"), "theme 'moon' has no Chinese characters"),
        (("song.mid", "--form", "8"), "'song.mid' holds notes; without --melody"),
    ],
)
def test_what_cannot_be_asked_is_told(model: Path, words: tuple[str, ...], match: str) -> None:
    assert match in refused(*words, "--model", model)


def test_a_writer_that_is_no_folder_is_told() -> None:
    assert "'./nowhere' is not a folder" in refused("--form", "8", "--writer", "./nowhere")


def test_laying_refuses_words_and_frames_that_do_not_fit(tune: Path) -> None:
    score = read_file(tune)
    frame = of_score(score)
    words = Lyric((("", tuple(Line("la la la la la la la") for _ in frame.lines)),))
    assert len(lay(words, frame, score).parts[0].words) == 14
    with pytest.raises(InputError, match="1 lines for a frame of 2"):
        lay(Lyric((("", (Line("la"),)),)), frame, score)
    with pytest.raises(InputError, match="the frame is not of the melody"):
        lay(words, of_form("7 7"), score)
    with pytest.raises(InputError, match="6 syllables; 7 are asked for"):
        lay(Lyric((("", (Line("la la la la la la"), Line("la"))),)), frame, score)


def test_a_second_verse_leaves_the_first(tune: Path) -> None:
    score = read_file(tune)
    frame = of_score(score)
    first, second = (Lyric((("", tuple(Line(" ".join([word] * 7)) for _ in frame.lines)),)) for word in ("la", "lo"))
    both = lay(second, frame, lay(first, frame, score), verse=2)
    assert {(word.verse, word.syllable.text.lower()) for word in both.parts[0].words} == {(1, "la"), (2, "lo")}


def test_the_shape_of_the_model_is_that_of_its_vocabulary(model: Path) -> None:
    assert ScoreConfig.from_file(model / "config.json").vocabulary == own_writer().vocabulary.size
