"""Where styles of one's own are kept: files read to vectors, the record of what was learned from them, telling by it.

Below a folder `styles/NAME/KIND` lie `head.json` and `head.safetensors` (see `segue.recognize.head`), `record.json`
with a line for each example, and `examples.safetensors` with its vector by the hash of its file, so that a file that
was learned from may move or go.
"""

from __future__ import annotations

import hashlib
import json
import re
from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from safetensors import SafetensorError
from safetensors.numpy import load_file, save_file

from segue.errors import FormatError, InputError, NotFoundError, SegueError, did_you_mean
from segue.music.score import Score
from segue.recognize.answering import SHIPPED, answered
from segue.recognize.front import Front
from segue.recognize.guess import Answer
from segue.recognize.head import Floats, load_head
from segue.recognize.items import Item, kind_of, music_below, read_item
from segue.recognize.learning import FEWEST, Learned, StyleScores, learn_head

if TYPE_CHECKING:
    from segue.recognize.audio import AudioFront

KINDS = ("score", "chords", "lyrics", "audio")
SAID = ""  # where an example comes from that was named alone, in no folder
STYLES, VECTORS = "styles", "cache/vectors"  # folders below the home: what was learned, vectors of files
_RECORD, _VECTORS = "record.json", "examples.safetensors"
_NAME = re.compile(r"\w[\w .-]*")


@dataclass(frozen=True, eq=False)
class Example:
    """A file as it is learned from: its label ("" where it has none), place, hash, kind and vector (d), and the folder
    of labels that it came with, or `SAID`."""

    label: str
    file: Path
    sha256: str
    kind: str
    vector: Floats
    origin: str = SAID


@dataclass(frozen=True, eq=False)
class Book:
    """What is known of the labels of a name: the examples, and what is to be known about them."""

    examples: tuple[Example, ...] = ()
    notices: tuple[str, ...] = ()

    def with_said(self, examples: Iterable[Example]) -> Book:
        """Return the book with examples that were named one by one; they stand against what folders say."""
        held = {one.sha256: one for one in self.examples} | {one.sha256: one for one in examples}
        return Book(tuple(held.values()), self.notices)

    def with_folder(self, origin: str, examples: Sequence[Example]) -> Book:
        """Return the book with all that a folder of labels holds now, in place of what it held; InputError where one
        content lies under two labels."""
        held = {one.sha256: one for one in self.examples if one.origin != origin}
        said = {key for key, one in held.items() if one.origin == SAID}
        found: dict[str, Example] = {}
        for one in examples:
            other = found.setdefault(one.sha256, one)
            if other.label != one.label:
                raise InputError(
                    f"{other.file} ({other.label}) and {one.file} ({one.label}) are the same; one label each"
                )
        held |= {key: one for key, one in found.items() if key not in said}
        return Book(tuple(held.values()), self.notices)


# ---- from files to vectors


@lru_cache(maxsize=len(KINDS))
def front_of(kind: str) -> Front[Any]:
    """Return the front end of a kind; UnavailableError where the networks that hear recordings are absent."""
    if kind == "score":
        return StyleScores()
    if kind == "chords":
        from segue.recognize.chords import ChordsFront

        return ChordsFront()
    if kind == "lyrics":
        from segue.recognize.lyrics import LyricsFront

        return LyricsFront()
    return _ears()


@lru_cache(maxsize=1)
def _ears() -> AudioFront:
    from segue.recognize.audio import AudioFront  # loads PyTorch

    return AudioFront()


@lru_cache(maxsize=len(KINDS))
def mark_of(kind: str) -> str:
    """Return what vectors of a kind must share to be held against each other: the networks behind those of scores."""
    if kind == "score":
        return hashlib.sha256((SHIPPED / kind / "nets.safetensors").read_bytes()).hexdigest()[:12]
    return "1"


def hash_of(path: Path) -> str:
    """Return the SHA-256 of a file's kind of name (its suffix) and its content; InputError where it cannot be read."""
    digest = hashlib.sha256(path.suffix.lower().encode() + b"\0")
    try:
        with path.open("rb") as stream:
            for block in iter(lambda: stream.read(1 << 20), b""):
                digest.update(block)
    except OSError as error:
        raise InputError(f"{path} cannot be read: {error.strerror or error}") from error
    return digest.hexdigest()


def example_of(path: Path, cache: Path, label: str = "", origin: str = SAID) -> Example:
    """Read a file to a vector, or take that from the cache where the same content was read before.

    See `read_item` and `Tagger.load` for the errors; InputError where there is nothing in it to tell a style from.
    """
    sha256 = hash_of(path)
    for kind in KINDS:
        kept = cache / f"{kind}-{mark_of(kind)}" / sha256[:2] / f"{sha256}.npy"
        if kept.is_file():
            return Example(label, path, sha256, kind, np.load(kept), origin)
    item = read_item(path)
    kind = kind_of(item)
    vector = _vector(item, path)
    kept = cache / f"{kind}-{mark_of(kind)}" / sha256[:2] / f"{sha256}.npy"
    kept.parent.mkdir(parents=True, exist_ok=True)
    partial = kept.with_suffix(".partial")
    with partial.open("wb") as stream:
        np.save(stream, vector)
    partial.replace(kept)
    return Example(label, path, sha256, kind, vector, origin)


def _vector(item: Item, path: Path) -> Floats:
    if isinstance(item, Score) and not any(len(part.notes) for part in item.parts):
        raise FormatError("it has no notes", file=path.name)
    vector: Floats = front_of(kind_of(item)).vectors([_heard(item)])[0]
    if not vector.any():
        raise FormatError(f"there is nothing in its {kind_of(item)} to tell a style from", file=path.name)
    return vector


def _heard(item: Item) -> Any:
    """What a front end takes of an item: a recording is heard first."""
    return _ears().listen(item) if isinstance(item, Path) else item


def read_examples(
    files: Iterable[tuple[str, Path]], cache: Path, origin: str = SAID
) -> tuple[list[Example], list[SegueError]]:
    """Read files with their labels ("" for none); those that cannot be read are told beside the others."""
    found: list[Example] = []
    broken: list[SegueError] = []
    for label, file in files:
        try:
            found.append(example_of(file, cache, label, origin))
        except SegueError as error:
            broken.append(error)
    return found, broken


def labelled_below(folder: Path) -> Iterator[tuple[str, Path]]:
    """Yield the files of music below a folder with their labels, the names of its subfolders; hidden ones are left out.

    InputError where it is no folder, or has no subfolder.
    """
    if not folder.is_dir():
        raise InputError(f"{folder} is no folder; one with a subfolder for each label is needed")
    below = sorted(one for one in folder.iterdir() if one.is_dir() and not one.name.startswith("."))
    if not below:
        raise InputError(f"{folder} has no subfolders; one for each label, with some 5 files each, is needed")
    for one in below:
        for file in music_below(one):
            yield one.name, file


# ---- what was learned


def learn(place: Path, book: Book, seed: int = 0) -> tuple[dict[str, Learned], Book]:
    """Learn a head for each kind of example, write it below `place` with the record, and tell how well it does.

    Labels with one example of a kind wait for a second, and kinds with one label for another; the book tells so.
    """
    learned: dict[str, Learned] = {}
    notices = list(book.notices)
    for kind in KINDS:
        mine = [one for one in book.examples if one.kind == kind]
        often = Counter(one.label for one in mine)
        known = [one for one in mine if often[one.label] >= FEWEST]
        lone = sorted(label for label, count in often.items() if count < FEWEST)
        if len({one.label for one in known}) >= 2:
            learned[kind] = learn_head(np.stack([one.vector for one in known]), [one.label for one in known], seed)
            notices += [f"{kind}: {label!r} has 1 file, and is told from {FEWEST} on" for label in lone]
        elif mine:
            told = ", ".join(f"{label} ({count})" for label, count in sorted(often.items()))
            notices.append(f"{kind}: not told yet: {told}; two labels with {FEWEST} files each are needed")
        if mine or (place / kind / _RECORD).is_file():
            _save(place / kind, mine, learned.get(kind), seed)
    return learned, Book(book.examples, tuple(notices))


def check_learnable(examples: Sequence[Example], labels: Collection[str]) -> None:
    """Raise InputError for a single label, or where one of `labels` has fewer than `FEWEST` examples."""
    often = Counter(one.label for one in examples)
    if len(often) < 2:
        raise InputError(f"one label ({', '.join(often) or 'none'}): two or more are needed to tell them apart")
    for label in sorted(labels):
        if often[label] < FEWEST:
            raise InputError(f"label {label!r} has {often[label]} file; {FEWEST} or more are needed, some 5 are better")


def _save(folder: Path, examples: Sequence[Example], learned: Learned | None, seed: int) -> None:
    """Write the vectors, then the record, then the head; each is there whole or not at all."""
    from segue.tune.run import versions

    folder.mkdir(parents=True, exist_ok=True)
    if examples:
        partial = folder / f"{_VECTORS}.partial"
        save_file({one.sha256: np.ascontiguousarray(one.vector) for one in examples}, partial)
        partial.replace(folder / _VECTORS)
    facts: dict[str, object] = {
        "labels": dict(sorted(Counter(one.label for one in examples).items())),
        "seed": seed,
        "versions": versions(),
        "mark": mark_of(folder.name),
        "examples": [
            {"label": one.label, "file": str(one.file.resolve()), "sha256": one.sha256, "origin": one.origin}
            for one in examples
        ],
    }
    if learned is not None:
        facts |= {
            "files": learned.files,
            "accuracy": learned.accuracy,
            "accuracy_error": learned.error,
            "commonest": learned.commonest,
            "penalty": learned.penalty,
        }
    partial = folder / f"{_RECORD}.partial"
    partial.write_text(json.dumps(facts, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")
    partial.replace(folder / _RECORD)
    if learned is not None:
        learned.head.save(folder)
    else:
        for name in ("head.json", "head.safetensors"):
            (folder / name).unlink(missing_ok=True)


def load_book(place: Path, cache: Path) -> Book:
    """Load what was learned from; an empty book where nothing was. FormatError where a record is damaged.

    Where the networks behind the vectors are others now, files are read again, and those that went are left out.
    """
    examples: list[Example] = []
    notices: list[str] = []
    for kind in KINDS:
        folder = place / kind
        if not (folder / _RECORD).is_file():
            continue
        facts = _record(folder)
        try:
            rows = [(row["label"], Path(row["file"]), row["sha256"], row["origin"]) for row in facts["examples"]]
            held = load_file(folder / _VECTORS) if rows else {}
            mine = [Example(label, file, key, kind, held[key], origin) for label, file, key, origin in rows]
        except (OSError, SafetensorError, KeyError, TypeError) as error:
            raise FormatError(f"no examples: {error!r}", file=str(folder)) from error
        if facts.get("mark") != mark_of(kind):
            mine, lost = _read_again(mine, cache)
            notices += [f"{file} went, and what was learned from it" for file in lost]
        examples += mine
    return Book(tuple(examples), tuple(notices))


def _read_again(examples: Sequence[Example], cache: Path) -> tuple[list[Example], list[Path]]:
    found, lost = [], []
    for one in examples:
        try:
            again = example_of(one.file, cache, one.label, one.origin)
        except SegueError:
            lost.append(one.file)
            continue
        if again.sha256 == one.sha256:
            found.append(again)
        else:
            lost.append(one.file)
    return found, lost


def _record(folder: Path) -> Mapping[str, Any]:
    try:
        facts: Mapping[str, Any] = json.loads((folder / _RECORD).read_text("utf-8"))
    except (OSError, ValueError) as error:
        raise FormatError(f"no record: {error!r}", file=str(folder)) from error
    return facts


# ---- telling


def place_of(styles: Path, name: str, *, must_be: bool = False) -> Path:
    """Return where the styles of a name are kept; InputError for a name that is none, NotFoundError where it `must_be`
    there and is not."""
    if not _NAME.fullmatch(name):
        raise InputError(f"name {name!r}: letters, digits, blanks, '.', '_' and '-' are accepted")
    place = styles / name
    if must_be and not place.is_dir():
        known = sorted(one.name for one in styles.iterdir() if one.is_dir()) if styles.is_dir() else []
        told = f"there are {', '.join(known)}" if known else "nothing was learned yet"
        raise NotFoundError(f"no styles named {name!r}; {told}{did_you_mean(name, known)}")
    return place


def tell(place: Path, path: Path, *, is_explained: bool = True) -> Answer:
    """Tell a file by what was learned of its kind; see `read_item` for the errors.

    InputError where the head was learned from vectors of other networks: it must be learned again.
    """
    item = read_item(path)
    kind = kind_of(item)
    if not (place / kind / "head.json").is_file():
        return Answer(kind, (), False, (f"{place.name!r} holds no {kind} that it could be told by",))
    if _record(place / kind).get("mark") != mark_of(kind):
        raise InputError(f"{place.name!r} was learned with other networks than these; learn it again")
    if isinstance(item, Score) and not any(len(part.notes) for part in item.parts):
        return Answer(kind, (), False, ("it has no notes",))
    return answered(front_of(kind), load_head(place / kind), _heard(item), is_explained=is_explained)
