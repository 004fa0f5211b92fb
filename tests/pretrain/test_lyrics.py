"""A lyric model comes out of folders of verse, split by poem, with vocabulary and runs; it writes what was asked."""

from __future__ import annotations

import json
import signal
from pathlib import Path

import numpy as np
import pytest

from segue.compose.lyrics.checking import check
from segue.compose.lyrics.coding import code_line
from segue.compose.lyrics.frame import Frame, LineFrame
from segue.compose.lyrics.own import load_writer
from segue.compose.lyrics.writing import Wish, write_lyrics
from segue.corpora.verse import VerseLine, read_text
from segue.errors import ConflictError, FormatError, InputError, StoppedError
from segue.models.lyrics.runs import Runs
from segue.models.lyrics.vocabulary import BEGIN, END, FIRST, SECTION, SPELL, CodedLine, LyricVocabulary, windows
from segue.models.score.folder import load_score_model
from segue.pretrain.lyric_sizes import lyric_recipe
from segue.pretrain.lyrics import LyricOrder, gather_lyrics, make_lyrics
from segue.pretrain.pretraining import Budget
from tests.tune.small import KillAt

SIGNS = "春风花月山水江楼人心"
RECIPE = lyric_recipe().replace(
    lr=0.02, precision="fp32", max_steps=40, epochs=40, evaluate_every=20, checkpoint_every=5
)
ORDER = LyricOrder("zh", (32, 1, 2, 48), Budget(batch_tokens=512))


def coder(line: VerseLine) -> CodedLine:
    return code_line(line.text, "zh", line.sign, begins=line.begins)


@pytest.fixture(scope="module")
def root(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Poems in which the characters of a line follow each other in a ring, so that the model has something to learn."""
    folder = tmp_path_factory.mktemp("sets")
    place = folder / "chinese_poetry"
    (place / "ci").mkdir(parents=True)
    rng = np.random.default_rng(0)
    poems = []
    for number in range(120):
        starts = rng.integers(0, 10, 4)
        lines = ["".join(SIGNS[(start + step) % 10] for step in range(5)) for start in starts]
        poems.append(
            {
                "author": f"{number}",
                "rhythmic": "春江",
                "paragraphs": [f"{lines[0]}，{lines[1]}。", f"{lines[2]}，{lines[3]}。"],
            }
        )
    (place / "ci" / "ci.song.0.json").write_text(json.dumps(poems, ensure_ascii=False))
    for name in ("yuanqu", "shijing", "chuci", "nalan", "caocao", "tang300_shuimo"):
        (place / f"{name}.json").write_text("[]")
    return folder


@pytest.fixture(scope="module")
def made(root: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("model")
    found = make_lyrics(root, folder, RECIPE, ORDER, coder)
    assert found.pretrained.fit.best["nats"] < found.pretrained.fit.before["nats"] - 1
    return folder


def test_the_folder_has_all_that_a_writer_needs(made: Path) -> None:
    assert {file.name for file in made.iterdir()} >= {
        *("config.json", "model.safetensors", "vocabulary.json", "runs.npz", "README.md", "curve.png", "metrics.json"),
    }
    card = (made / "README.md").read_text(encoding="utf-8")
    assert "| ci | MIT" in card and "bits_per_note" in card


def test_what_it_made_writes_lines_as_it_learned_them(made: Path) -> None:
    """In nearly all lines drawn without wishes a character is followed by its neighbour in the ring."""
    frame = Frame((LineFrame(5, sign="，"), LineFrame(5, sign="。")), "zh")
    offers = write_lyrics(frame, load_writer("zh", made), Wish(temperature=0.5, tries=4), n=8)
    pairs = [
        pair for offer in offers for line in offer.value.lines for pair in zip(line.text, line.text[1:5], strict=False)
    ]
    followed = sum(SIGNS[(SIGNS.index(one) + 1) % 10] == other for one, other in pairs)
    assert followed > 0.6 * len(pairs)
    assert all(not check(frame, offer.value) for offer in offers)


def test_a_stopped_training_ends_in_the_weights_of_an_unbroken_one(root: Path, made: Path, tmp_path: Path) -> None:
    with pytest.raises(StoppedError, match="goes on from there"):
        make_lyrics(root, tmp_path, RECIPE, ORDER, coder, lambda _: [KillAt(7, signal.SIGINT)])
    make_lyrics(root, tmp_path, RECIPE, ORDER, coder)
    one, other = (load_score_model(folder).state_dict() for folder in (made, tmp_path))
    assert all(bool((one[name] == other[name]).all()) for name in one)


def test_a_folder_with_a_training_on_other_words_is_refused(root: Path, tmp_path: Path) -> None:
    more = tmp_path / "more.txt"
    more.write_text("春风花月山\n水江楼人心\n", encoding="utf-8")
    few = RECIPE.replace(max_steps=1)
    make_lyrics(root, tmp_path / "a", few, ORDER, coder)
    with pytest.raises(ConflictError, match="holds a training on other words"):
        make_lyrics(root, tmp_path / "a", few, LyricOrder("zh", ORDER.shape, ORDER.budget, (more,)), coder)


def test_splits_share_no_poem_and_words_come_from_train_alone(root: Path) -> None:
    data = gather_lyrics(root, "zh", coder)
    keys = {split: {verse.key for verse in held} for split, held in data.verses.items()}
    assert not keys["train"] & keys["test"] and not keys["train"] & keys["valid"] and keys["test"] and keys["valid"]
    assert set(data.vocabulary.items) == set(SIGNS)
    with pytest.raises(InputError, match="there is no folder"):
        gather_lyrics(root / "nowhere", "zh", coder)


# ---- tokens and runs


def test_a_line_is_said_from_its_end_after_its_length() -> None:
    vocabulary = LyricVocabulary("en", ("love", "my", "is"))
    lines = [CodedLine(("my", "love"), 2, begins=True), CodedLine(("is", "orange"), 3)]
    tokens = vocabulary.encode(lines)
    assert tokens[:5] == [BEGIN, SECTION, 8, FIRST, FIRST + 1]
    assert tokens[5:7] == [9, SPELL]  # three syllables; orange is spelled
    assert tokens[-2:] == [FIRST + 2, END]
    assert len(tokens) == 5 + 1 + len("orange") + 2 + 2
    assert LyricVocabulary("zh", ("月", "水")).encode([CodedLine(("水", "月"), 2, "。")], "月·") == [
        0,
        3,
        FIRST,
        8,
        32,
        FIRST,
        FIRST + 1,
        1,
    ]


def test_a_vocabulary_comes_back_from_its_file(tmp_path: Path) -> None:
    vocabulary = LyricVocabulary.of("en", [CodedLine(("a", "b", "a"), 3), CodedLine(("b", "c"), 2)], least=2, most=5)
    assert vocabulary.items == ("a", "b")
    vocabulary.save(tmp_path)
    assert LyricVocabulary.load(tmp_path) == vocabulary
    (tmp_path / "vocabulary.json").write_text('{"language": "en"}')
    with pytest.raises(FormatError, match="not the vocabulary"):
        LyricVocabulary.load(tmp_path)
    with pytest.raises(InputError, match="cannot be read"):
        LyricVocabulary.load(tmp_path / "nowhere")


def test_windows_are_cut_where_lines_begin_and_lose_nothing() -> None:
    vocabulary = LyricVocabulary("en", ("a", "b"))
    tokens = vocabulary.encode([CodedLine(("a", "b", "a"), 3, begins=place % 4 == 0) for place in range(40)])
    found = windows([(tokens, 120)], 32)
    assert [token for part, _ in found for token in part.tolist()] == tokens
    assert all(len(part) <= 32 for part, _ in found)
    assert all(part[0] in (BEGIN, SECTION, 9) for part, _ in found)
    assert sum(syllables for _, syllables in found) == pytest.approx(120, abs=3)


def test_runs_hold_what_they_were_given_and_little_else(tmp_path: Path) -> None:
    rng = np.random.default_rng(0)
    text = [str(number) for number in rng.integers(0, 1000, 3000)]
    runs = Runs.of([text])
    assert all(runs.holds(text[start : start + 8]) for start in range(0, len(text) - 8, 7))
    others = [[str(number) for number in rng.integers(0, 1000, 8)] for _ in range(3000)]
    assert sum(map(runs.holds, others)) < 0.02 * len(others)
    assert runs.copied([*others[0], *text[10:19]], 9)
    assert not runs.copied([*text[10:17], *others[0][:2]], 2)
    runs.save(tmp_path)
    assert np.array_equal(Runs.load(tmp_path).bits, runs.bits)
    (tmp_path / "runs.npz").write_bytes(b"PK nothing")
    with pytest.raises(FormatError, match="not the runs"):
        Runs.load(tmp_path)


def test_a_text_of_ones_own_is_songs_apart_by_blank_lines(tmp_path: Path) -> None:
    file = tmp_path / "own.txt"
    file.write_text("My first line\nmy second\n\nAnother song\n", encoding="utf-8")
    first, second = read_text(file, "en")
    assert [line.text for line in first.lines] == ["My first line", "my second"]
    assert first.lines[0].begins and not first.lines[1].begins and second.lines[0].begins
    with pytest.raises(InputError, match="cannot be read as text"):
        read_text(tmp_path / "nowhere.txt", "en")
    assert lyric_recipe("tiny").epochs == 1
    with pytest.raises(InputError, match="size 'huge' is none of tiny, small, base"):
        lyric_recipe("huge")
