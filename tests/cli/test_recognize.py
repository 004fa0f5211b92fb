"""`segue recognize`: styles of files and folders, evidence by bar, and what it cannot read or does not know."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import orjson
import pytest
from typer.testing import CliRunner

from segue.cli import app
from segue.errors import FormatError, InputError
from segue.formats import read_file
from segue.recognize.answering import SHIPPED
from segue.recognize.making import FEWEST, label, part_of
from segue.recognize.nets import load_nets
from segue.recognize.scores import BROUGHT
from tests.pretrain.tunes import pieces

JIG = """X:1
T:A jig
M:6/8
L:1/8
K:D
|:A|dAF DFA|ded cBA|dcd efg|fdf ecA|dAF DFA|ded cBA|Bcd ecA|d3 d2:|
|:e|fed faf|ede gfe|fed fga|bag age|fed faf|ede gfe|fdf ecA|d3 d2:|
"""


@pytest.fixture(autouse=True)
def _home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SEGUE_HOME", str(tmp_path / ".home"))


@pytest.fixture
def jig(tmp_path: Path) -> Path:
    file = tmp_path / "jig.abc"
    file.write_text(JIG, encoding="utf-8")
    return file


def run(*words: object) -> Any:
    done = CliRunner().invoke(app, ["recognize", *map(str, words), "--json"], catch_exceptions=False)
    assert done.exit_code == 0, done.output
    return orjson.loads(done.stdout)


def test_a_jig_is_a_jig_because_of_bars_that_it_has(jig: Path) -> None:
    told = run(jig)
    assert told["kind"] == "score" and told["guesses"][0]["style"] == "jig"
    assert len(told["guesses"]) == 3 and sum(guess["probability"] for guess in told["guesses"]) <= 1
    for one in told["guesses"][0]["because"]:
        assert one["what"] == f"bar {one['place'] + 1}" and 0 <= one["place"] < 18 and one["drop"] > 0
    heat = told["heat"]
    assert [one["place"] for one in heat] == list(range(len(heat))) and len(heat) > 12
    assert told["guesses"][0]["because"] == sorted(heat, key=lambda one: -one["drop"])[:3]
    done = CliRunner().invoke(app, ["recognize", str(jig)], catch_exceptions=False)
    first, second, *_ = done.output.splitlines()
    assert first == f"jig.abc: {told['sentence']}" and second.startswith("   jig ")


def test_the_sentence_names_bars_and_what_is_left_without_them_in_both_languages(jig: Path) -> None:
    told, chinese = run(jig), run(jig, "--language", "zh")
    guess = told["guesses"][0]
    if told["is_sure"]:
        assert told["sentence"].startswith("Probably a jig (") and chinese["sentence"].startswith("很可能是吉格舞曲（")
        assert all(f"{one['place'] + 1}" in told["sentence"] for one in guess["because"])
    else:
        assert told["sentence"].startswith("Not sure: ") and chinese["sentence"].startswith("不能确定：")
    bars = [one["place"] for one in guess["because"]]
    score = read_file(jig)
    vectors = BROUGHT.vectors([BROUGHT.without(score, bars)])
    nets = load_nets(SHIPPED / "score")
    assert guess["without"] == pytest.approx(nets.probabilities(vectors)[0][nets.styles.index("jig")], abs=1e-4)


def test_a_picture_is_written_beside_and_of_a_folder_one_for_each_file(jig: Path, tmp_path: Path) -> None:
    told = run(jig, "--picture", tmp_path / "jig.svg")
    assert told["picture"] == str(tmp_path / "jig.svg")
    drawn = (tmp_path / "jig.svg").read_text("utf-8")
    assert f"<title>{told['sentence']}</title>" in drawn and "A jig" in drawn
    for folder in ("one", "two"):
        (tmp_path / "many" / folder).mkdir(parents=True)
        (tmp_path / "many" / folder / "jig.abc").write_text(JIG, encoding="utf-8")
    rows = run(tmp_path / "many", "--picture", tmp_path / "heat", "--language", "zh")["answers"]
    assert [Path(row["picture"]).name for row in rows] == ["jig.abc.svg", "jig.abc-2.svg"]
    for row in rows:
        assert row["sentence"] in Path(row["picture"]).read_text("utf-8")
    with pytest.raises(InputError, match=r"jig\.pdf: pictures"):
        run(jig, "--picture", tmp_path / "jig.pdf")


@pytest.mark.usefixtures("jig")
def test_of_a_folder_what_cannot_be_read_is_named_and_the_rest_is_told(tmp_path: Path) -> None:
    (tmp_path / "broken.mid").write_bytes(b"MThd")
    (tmp_path / "silent.abc").write_text("X:1\nM:4/4\nL:1/4\nK:C\nz4|z4|\n", encoding="utf-8")
    (tmp_path / "notes.docx").write_text("no music", encoding="utf-8")
    told = run(tmp_path)
    by_name = {Path(row["file"]).name: row for row in told["answers"]}
    assert by_name.keys() == {"jig.abc", "silent.abc"}
    assert by_name["silent.abc"]["guesses"] == [] and by_name["silent.abc"]["notice"] == ["it has no notes"]
    assert not by_name["silent.abc"]["is_sure"]
    (why,) = told["broken"]
    assert "broken.mid" in why


def test_a_file_alone_that_cannot_be_read_is_an_error(tmp_path: Path) -> None:
    (tmp_path / "broken.mid").write_bytes(b"MThd")
    with pytest.raises(FormatError, match=r"broken\.mid"):
        run(tmp_path / "broken.mid")
    (tmp_path / "none").mkdir()
    with pytest.raises(InputError, match="holds no file of music"):
        run(tmp_path / "none")


def test_a_recording_is_told_by_its_sound_and_a_silent_one_is_not_sure(jig: Path, tmp_path: Path) -> None:
    done = CliRunner().invoke(app, ["render", str(jig), str(tmp_path / "jig.wav")], catch_exceptions=False)
    assert done.exit_code == 0, done.output
    told = run(tmp_path / "jig.wav")
    assert told["kind"] == "audio" and len(told["guesses"]) == 3
    assert any("resampled from 44,100" in notice for notice in told["notice"])
    soundfile = pytest.importorskip("soundfile")
    soundfile.write(tmp_path / "silence.flac", np.zeros(44_100 * 4, np.float32), 44_100)
    silent = run(tmp_path / "silence.flac")
    assert not silent["is_sure"] and "nothing but silence is heard" in silent["notice"]


# ---- making the networks


def test_pieces_of_one_group_lie_in_one_part() -> None:
    some = [
        piece.__class__(f"{n}", piece.score, "groove", "reel", f"drummer{n % 3}") for n, piece in enumerate(pieces(30))
    ]
    for drummer in range(3):
        assert len({part_of(piece) for piece in some if piece.group == f"drummer{drummer}"}) == 1


def test_styles_too_rare_are_left_out_and_one_style_is_refused() -> None:
    some = pieces(3 * FEWEST)
    styled = [replace(piece, style="jig" if number < 10 else "reel") for number, piece in enumerate(some)]
    with pytest.raises(InputError, match="two styles of 20 scores each are needed"):
        label(styled)
