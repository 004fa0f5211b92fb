"""Tune names of ci: reading poems, and a head made from a small world of forms, with a form that has no name."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest

from segue.errors import FormatError, InputError
from segue.music.lyric import Line, Lyric
from segue.recognize.ci_tunes import FRONT, OTHER, commonest, make_tunes, part_of, read_ci
from segue.recognize.head import load_head

SIGNS = list("春花秋月何时了往事知多少小楼昨夜又东风故国不堪回首明中雕栏玉砌应犹在只是朱颜改")
FORMS = {"浣溪沙": (7, 7, 7, 7, 7, 7), "如梦令": (6, 6, 5, 6, 2, 2, 6)}
SONGS = (4, 4, 4, 4, 4, 4, 4, 4)  # of the Shijing


def lines(rng: np.random.Generator, lengths: tuple[int, ...]) -> list[str]:
    return ["".join(rng.choice(SIGNS, length)) + "。" for length in lengths]


def row(tune: str, author: str, paragraphs: list[str]) -> dict[str, object]:
    return {"rhythmic": tune, "author": author, "paragraphs": paragraphs}


def put(root: Path, rows: list[dict[str, object]], songs: list[list[str]]) -> Path:
    folder = root / "chinese_poetry"
    (folder / "ci").mkdir(parents=True)
    (folder / "ci" / "ci.song.0.json").write_text(json.dumps(rows), encoding="utf-8")
    for name in ("yuanqu", "chuci", "nalan", "caocao", "tang300_shuimo"):
        (folder / f"{name}.json").write_text("[]")
    told = [{"title": "国风", "content": content} for content in songs]
    (folder / "shijing.json").write_text(json.dumps(told), encoding="utf-8")
    return folder


def test_poems_are_read_once_under_their_usual_names(tmp_path: Path) -> None:
    rng = np.random.default_rng(0)
    text, other = lines(rng, (5, 5)), lines(rng, (7, 7))
    rows = [
        row("望江南・忆江南", "甲", text),
        row("忆江南", "乙", [line.replace("。", "，") for line in text]),  # the same characters
        row("失调名", "甲", other),
        row("浣溪沙", "甲", []),
        row("浣溪沙", "丙", other),
    ]
    poems = read_ci(put(tmp_path, rows, []))
    assert [(poem.tune, poem.author) for poem in poems] == [("忆江南", "甲"), ("浣溪沙", "丙")]
    assert poems[0].text == "\n".join(text)
    assert [line.text for line in poems[0].unsigned.lines] == [line[:-1] for line in text]
    assert commonest([poems[0], poems[1], poems[1]], 1) == ["浣溪沙"]


def test_a_folder_without_poems_and_a_damaged_file(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="holds no ci"):
        read_ci(tmp_path)
    folder = put(tmp_path, [], [])
    (folder / "ci" / "ci.song.0.json").write_text("[{")
    with pytest.raises(FormatError):
        read_ci(folder)


def test_a_head_names_tunes_and_what_is_none(tmp_path: Path) -> None:
    rng = np.random.default_rng(1)
    rows = [
        row(tune, f"author {number % 30}", lines(rng, lengths))
        for number in range(120)
        for tune, lengths in FORMS.items()
    ]
    put(tmp_path / "data", rows, [lines(rng, SONGS) for _ in range(120)])
    made = make_tunes(tmp_path / "data", tmp_path / "head")
    assert made.metrics["accuracy"] == 1
    assert sum(made.counts.values()) == 360
    head = load_head(tmp_path / "head")
    assert head.styles == tuple(sorted((*FORMS, OTHER)))
    for lengths, style in (*((lengths, tune) for tune, lengths in FORMS.items()), (SONGS, OTHER)):
        shown = Lyric((("", tuple(map(Line, lines(rng, lengths)))),))
        assert head.styles[int(head.probabilities(FRONT.vectors([shown])).argmax())] == style
    assert json.loads((tmp_path / "head" / "metrics.json").read_text())["test"] == made.metrics


def test_an_author_lies_on_one_side(tmp_path: Path) -> None:
    rng = np.random.default_rng(2)
    rows = [row("浣溪沙", f"author {number % 20}", lines(rng, (7, 7))) for number in range(100)]
    parts: dict[str, set[str]] = {}
    for poem in read_ci(put(tmp_path, rows, [])):
        parts.setdefault(poem.author, set()).add(part_of(poem))
    assert all(len(sides) == 1 for sides in parts.values())
    assert len(set.union(*parts.values())) == 3
