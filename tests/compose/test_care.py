"""Care: what is held and why, disguises that do not help, and plain words that pass."""

from __future__ import annotations

import codecs
import json
import os
from pathlib import Path

import pytest

from segue.compose.care import LEVELS, check, rules, screen
from segue.errors import InputError
from segue.listens.sql import SqlStore, open_store

SLUR = codecs.decode("xvxr", "rot13")


def held(text: str, level: str = "explicit") -> list[tuple[str, tuple[str, ...]]]:
    return [(one.rule, one.words) for one in check(text, level)]  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("text", "rule", "words"),
    [
        (f"You dirty {SLUR}, go home", "slur", (SLUR,)),
        ("so go and kill yourself tonight", "self-harm", ("kill", "yourself")),
        ("We will kill all the immigrants", "incitement", ("kill", "immigrants")),
        ("a song about a nude schoolgirl", "sexual-minors", ("schoolgirl", "nude")),
        ("你去死，没有人爱你", "self-harm", ("你去死",)),
        ("把犹太人都……不，杀光犹太人", "incitement", ("杀光", "犹太人")),
        ("写一首未成年少女的色情歌", "sexual-minors", ("未成年", "色情")),
    ],
)
def test_what_nobody_should_publish_is_held_at_every_level(text: str, rule: str, words: tuple[str, ...]) -> None:
    for level in LEVELS:
        assert (rule, words) in held(text, level)


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("ＫＹＳ", ("ＫＹＳ",)),
        ("k y s", ("k y s",)),
        ("k.y.s please", ("k.y.s",)),
        ("k1ll y0urself", ("k1ll", "y0urself")),
        ("kill yoursélf", ("kill", "yoursélf")),
        ("kiiiill yourself", ("kiiiill", "yourself")),
        ("ki\u200bll yourself", ("ki\u200bll", "yourself")),
        ("你 去 死", ("你 去 死",)),
        ("你*去*死", ("你*去*死",)),
    ],
)
def test_a_disguise_does_not_help_and_the_words_are_told_as_written(text: str, words: tuple[str, ...]) -> None:
    assert held(text) == [("self-harm", words)]


def test_strong_words_are_for_the_user_to_allow() -> None:
    strong, coarse = "what the f**k", "go to hell"
    assert held(strong, "explicit") == [] and held(coarse, "mild") == []
    assert held(strong, "mild") == [("explicit-language", ("f**k",))]
    assert held("fuckin' rain", "mild") == [("explicit-language", ("fuckin'",))]
    assert held(coarse, "clean") == [("mild-language", ("go", "to", "hell"))]
    with pytest.raises(
        InputError, match=r"level 'cleen' is none of clean, mild, explicit \(did you mean \"clean\"\?\)"
    ):
        check("x", "cleen")  # type: ignore[arg-type]


@pytest.mark.parametrize(
    "text",
    [
        "Scunthorpe, Essex and Sussex classes assess the bass",
        "Kill the lights and hold yourself",
        "I would die for you, my love will never end",
        "The child was crying in the rain",
        "A B C D E F G, k then y then s",
        "2 of 3 at 10:15 * 7 + 1",
        "Kokain, Spickzettel, gookie",
        "生当作人杰，死亦为鬼雄",
        "死去元知万事空",
        "十年生死两茫茫",
        "",
        "！？，。",
    ],
)
def test_plain_words_pass(text: str) -> None:
    assert held(text, "clean") == []


def test_the_place_of_what_is_held_is_told() -> None:
    (one,) = check("oh no: go die")
    assert "oh no: go die"[one.start : one.end] == "go die" and one.why


def test_every_rule_has_a_reason_and_holds_somewhere() -> None:
    assert len({rule.name for rule in rules()}) == len(rules()) == 6
    for rule in rules():
        assert rule.why and rule.holds_at <= set(LEVELS) and rule.english and rule.chinese


@pytest.fixture
def store(tmp_path: Path) -> SqlStore:
    return open_store(tmp_path / "care.db")


def test_what_is_held_waits_and_passes_once_a_person_accepts_it(store: SqlStore) -> None:
    lines = ["a fine line", "go die, says the villain"]
    first = screen(lines, store.held, origin="lyrics")
    assert (first.passed, [row.text for row in first.held]) == (("a fine line",), [lines[1]])
    assert [row.words for row in store.held.list("waiting")] == [("go", "die")]
    store.held.judge(first.held[0].id, "rejected")
    assert screen(lines, store.held, origin="lyrics").passed == ("a fine line",)
    store.held.judge(first.held[0].id, "accepted")
    assert screen(lines, store.held, origin="lyrics").passed == tuple(lines)
    store.close()


def test_old_chinese_poems_pass() -> None:
    root = Path(__file__).resolve().parents[2]
    folder = Path(os.environ.get("SEGUE_DATA") or root.parent / "shared" / "data") / "chinese_poetry"
    if not folder.is_dir():
        pytest.skip(f"no Chinese poems in {folder} (SEGUE_DATA names another place)")
    file = min(folder.rglob("ci.song.[0-9]*.json"))
    poems = json.loads(file.read_text(encoding="utf-8"))[:150]
    lines = [line for poem in poems for line in poem["paragraphs"]]
    assert len(lines) > 500
    assert [line for line in lines if check(line, "clean")] == []
