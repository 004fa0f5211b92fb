"""Pieces are split once, by key; what repeats a tune or a song that is held out is in no train part."""

from __future__ import annotations

import json
from fractions import Fraction
from pathlib import Path

import pytest

from segue.corpora.corpus import Piece, split_of
from segue.corpora.gathering import Gathered, gather, plain_title
from segue.errors import InputError
from segue.formats import mxl
from segue.music.chord import Chord
from segue.music.score import ChordAt
from tests.corpora.conftest import TUNE, melody
from tests.corpora.test_duplicates import walk
from tests.corpora.test_readers import put, rock_song

HELD_OUT, TAUGHT = ("Held", "Quintet"), ("Taught", "Somebody else")


def grid(steps: list[tuple[int, float]], tonic: int) -> list[list[int]]:
    """A melody as a chorale on sixteenths whose other voices rest."""
    return [[tonic + step, -1, -1, -1] for step, length in steps for _ in range(int(4 * length))]


def abc(steps: list[tuple[int, float]]) -> str:
    """A melody as ABC in eighths, in C."""
    names = ["C", "^C", "D", "^D", "E", "F", "^F", "G", "^G", "A", "^A", "B"]
    notes = [names[step % 12] + ("," if step < 0 else "'" if step > 11 else "") + str(int(2 * n)) for step, n in steps]
    return "X:1\nT:A tune\nM:4/4\nL:1/8\nK:C\n" + "|".join(
        "".join(notes[at : at + 4]) for at in range(0, len(notes), 4)
    )


def salami(title: str, artist: str, labels: str) -> str:
    bars = " | ".join(labels.split())
    return f"# title: {title}\n# artist: {artist}\n# metre: 4/4\n# tonic: C\n\n0.0\tA, verse, | {bars} |\n9.0\tend\n"


def world(folder: Path) -> Path:
    """A root with a tune of Nottingham's in two chorales, and a held-out song of Billboard's among the rock songs."""
    chorales = {
        "train": [grid(walk(1), 60), grid(TUNE, 62)],
        "valid": [grid(walk(2), 60)],
        "test": [grid(walk(3), 60), grid(TUNE, 65)],
    }
    put(folder / "jsb", {"Jsb16thSeparated.json": json.dumps(chorales)})
    put(folder / "nottingham/ABC_cleaned", {"jigs.abc": abc(TUNE)})
    put(folder / "rock_corpus", rock_song())
    (folder / "rock_corpus/source/data/rs200_harmony/song_dt.har").write_text("% Held\n", encoding="utf-8")
    songs = {
        "1000/salami_chords.txt": salami(*HELD_OUT, "C:maj F:maj G:maj C:maj"),
        "1001/salami_chords.txt": salami(*TAUGHT, "C:maj F:maj G:maj"),
        "1002/salami_chords.txt": salami(*TAUGHT, "C:maj F:maj G:maj"),
        "1003/salami_chords.txt": "no song",
    }
    return put(folder / "mcgill_billboard", songs).parent


def key_of_song(song: tuple[str, str]) -> str:
    return repr(song).lower()


def names(pieces: list[Piece]) -> list[str]:
    return [piece.name for piece in pieces]


@pytest.fixture
def root(tmp_path: Path) -> Path:
    """The small world."""
    return world(tmp_path)


def test_the_songs_of_the_small_world_lie_where_it_needs_them() -> None:
    assert split_of(key_of_song(HELD_OUT)) != "train"
    assert split_of(key_of_song(TAUGHT)) == "train"
    assert split_of("song") == "train"


def test_a_tune_of_nottingham_is_never_trained_on(root: Path) -> None:
    gathered = gather(root, ["jsb"])
    assert names(gathered.train) == ["jsb/Jsb16thSeparated.json train/0"]
    (repeat,) = gathered.repeats
    assert (repeat.piece.key, repeat.of, repeat.share) == ("train/1", "nottingham/jigs/A tune 1", 1.0)


def test_what_is_measured_on_stays_whole(root: Path) -> None:
    gathered = gather(root, ["jsb"])
    assert [len(pieces) for pieces in (gathered.valid, gathered.test)] == [1, 2]


def test_a_song_held_out_under_one_name_is_not_taught_under_another(root: Path) -> None:
    gathered = gather(root, ["rock_corpus", "mcgill_billboard"])
    assert {repeat.piece.corpus: repeat.of for repeat in gathered.repeats} == {
        "rock_corpus": "mcgill_billboard/1000",
        "mcgill_billboard": "mcgill_billboard/1001",  # the equal chart of the same song
    }
    assert names(gathered.train) == ["mcgill_billboard/1001"]


def test_a_broken_file_is_named_and_ends_nothing(root: Path) -> None:
    gathered = gather(root, ["mcgill_billboard"])
    broken = [one for one in gathered.broken if one.name.startswith("mcgill_billboard")]
    assert [one.name for one in broken] == ["mcgill_billboard/1003/salami_chords.txt"]
    assert len(gathered.train) == 1


def test_sets_that_only_guard_may_be_absent_but_are_named(root: Path) -> None:
    gathered = gather(root, ["jsb"])
    assert {one.name for one in gathered.broken} == {"openewld", "jazz_bunks"}
    with pytest.raises(InputError, match="corpus lieder: there is no folder"):
        gather(root, ["lieder"])


def test_equal_folders_give_equal_lists(root: Path) -> None:
    def said(gathered: Gathered) -> list[list[str]]:
        return [names(pieces) for pieces in (gathered.train, gathered.valid, gathered.test)]

    chosen = ["mcgill_billboard", "jsb", "rock_corpus"]
    assert said(gather(root, chosen)) == said(gather(root, chosen[::-1]))


def test_each_set_is_told(root: Path) -> None:
    told: list[str] = []
    gather(root, ["jsb"], tell=told.append)
    assert "jsb: 5 pieces read" in told
    assert told[-1] == "1 repeats left out, 2 could not be read"


def test_weights_that_are_shipped_are_not_trained_on_every_set(root: Path) -> None:
    with pytest.raises(InputError, match=r"corpus nottingham \(GPL-3\.0\): weights that are shipped"):
        gather(root, ["nottingham"])
    assert names(gather(root, ["nottingham"], shipped=False).train) == ["nottingham/jigs/A tune 1"]


def test_a_name_that_is_none_gets_the_nearest(root: Path) -> None:
    with pytest.raises(InputError, match=r"corpus 'jbs' is none of .*did you mean \"jsb\""):
        gather(root, ["jbs"])


def test_splits_take_a_tenth_each() -> None:
    splits = [split_of(f"{number}") for number in range(10_000)]
    assert 900 < splits.count("test") < 1100
    assert 900 < splits.count("valid") < 1100


def test_titles_are_compared_by_their_letters() -> None:
    assert plain_title("Für Élise (Bagatelle)") == "fur elise"
    assert plain_title("I Can't Help It") == plain_title("i can’t  HELP it!")
    assert plain_title("(untitled)") == "untitled"


CHORDS = (ChordAt(Fraction(0), Chord.parse("C")),)


def test_of_two_that_are_taught_the_one_with_chords_stays(root: Path) -> None:
    for name, song in (("Song1", melody(walk(40))), ("Song2", melody(walk(40)).replace(chords=CHORDS))):
        place = root / f"lieder/scores/Somebody/{name}/lc{name[-1]}.mxl"
        place.parent.mkdir(parents=True)
        place.write_bytes(mxl.write(song))
    gathered = gather(root, ["lieder"])
    assert len(gathered.train) == 1 and gathered.train[0].score.chords
    assert [not repeat.piece.score.chords for repeat in gathered.repeats] == [True]


def test_a_measured_set_keeps_what_it_teaches_beside_an_edition_with_chords(root: Path) -> None:
    place = root / "openewld/dataset/Somebody/Song1/Song1.mxl"
    place.parent.mkdir(parents=True)
    place.write_bytes(mxl.write(melody(walk(1), title="Song").replace(chords=CHORDS)))
    gathered = gather(root, ["jsb", "openewld"])
    assert names(gathered.train) == [
        "jsb/Jsb16thSeparated.json train/0",
        "openewld/dataset/Somebody/Song1/Song1.mxl",
    ]
    assert {(repeat.piece.key, repeat.of) for repeat in gathered.repeats} == {("train/1", "nottingham/jigs/A tune 1")}


def test_another_tune_with_the_title_of_one_that_no_weights_may_see_is_left_out(root: Path) -> None:
    for number, title in enumerate(("A_tune", "The_Reel", "Another_tune")):
        place = root / f"openewld/dataset/Somebody/{title}/{title}.mxl"
        place.parent.mkdir(parents=True)
        place.write_bytes(mxl.write(melody(walk(50 + number))))
    gathered = gather(root, ["openewld"])
    assert len(gathered.train) + len(gathered.valid) + len(gathered.test) == 2
    assert [(repeat.piece.score.title, repeat.of) for repeat in gathered.repeats] == [
        ("A tune", "nottingham/jigs/A tune 1")
    ]
