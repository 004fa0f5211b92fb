"""docs/score-language.md is the specification: its examples are said as the code says them, its figures are true."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from segue.music.language import vocabulary as v
from segue.music.language.decode import decode
from segue.music.language.encode import encode
from segue.music.language.lanes import LONGEST
from segue.music.language.layout import DRUM_TICKS

DOC = (Path(__file__).parents[2] / "docs" / "score-language.md").read_text(encoding="utf-8")
EXAMPLES = re.findall(r"```score\n(.*?)```", DOC, re.DOTALL)


def test_there_are_examples() -> None:
    assert len(EXAMPLES) == 5


@pytest.mark.parametrize("text", EXAMPLES)
def test_an_example_is_what_the_code_says(text: str) -> None:
    tokens = [v.ID[word] for word in text.split()]
    score = decode(tokens)
    task, source = text.split()[0].removeprefix("task:"), text.split()[1].removeprefix("source:")
    masks = [(1, 0), (2, 0)] if "mask" in text else []
    assert list(encode(score, task, source=source, masks=masks).tokens) == tokens


def test_every_word_it_names_exists() -> None:
    named = {word for span in re.findall(r"`([^`\n]+)`", DOC) for word in span.split()}
    prefixes = {word.split(":")[0] + ":" for word in v.TOKENS if ":" in word}
    said = {word for word in named if any(word.startswith(prefix) for prefix in prefixes)}
    templates = {
        "bar:n",
        "at:t",
        "root:k",
        "quality:q",
        "bass:b",
        "note:s:t",
        "hold:t",
        "rest:t",
        "tonic:",
        "mode:",
        "metre:",
    }
    assert said - templates <= set(v.TOKENS)
    assert len(said) > 40


def test_its_figures_are_the_codes() -> None:
    assert f"vocabulary of {v.SIZE} words" in DOC
    assert f"{v.TICKS} to a quarter note" in DOC
    assert f"one of {len(v.METRES)};" in DOC
    for lengths in (v.NOTE_TICKS[:-1], v.REST_TICKS[:-1]):
        assert ", ".join(map(str, lengths)) in DOC
    assert f"{v.LOWEST} to {v.HIGHEST}" in DOC
    assert f"most {LONGEST} ticks" in " ".join(DOC.split())
    assert f"a sixteenth ({DRUM_TICKS} ticks)" in DOC
    assert f"`far` before it adds {v.FAR} ticks" in " ".join(DOC.split())
