"""A recommender on disk: `recommender.json`, `arrays.safetensors`, `songs.jsonl`; nothing in it is ever executed."""

from __future__ import annotations

import shutil
import tempfile
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import numpy as np
import orjson
from numpy.typing import NDArray
from safetensors import SafetensorError
from safetensors.numpy import load_file, save_file

from segue.errors import ConflictError, FormatError, InputError, NotFoundError
from segue.listens.song import Song
from segue.recommend.calibration import Calibration
from segue.recommend.catalogue import Catalogue
from segue.recommend.fusion import Fusion
from segue.recommend.newcomer import Encode
from segue.recommend.parts import PARTS, Part
from segue.recommend.recommender import Recommender

VERSION = 1
FIELDS: dict[str, Any] = {"artist": str, "title": str, "album": str, "year": int, "tags": list, "ids": dict}
FIELDS["heard"] = list
ABOUT, ARRAYS, SONGS = "recommender.json", "arrays.safetensors", "songs.jsonl"


@dataclass(frozen=True)
class About:
    """What `recommender.json` says: the format's version, each part's (kind, name), the head, the songs it was
    fitted on, and the calibration.
    """

    version: int
    parts: tuple[tuple[str, str], ...]
    fusion: Fusion
    fitted: int
    calibration: Calibration


def save(recommender: Recommender, folder: Path) -> None:
    """Write a recommender into a folder of its own, in one step: a reader sees the whole old one or the whole new one.

    ConflictError where the folder holds anything else.
    """
    if folder.exists() and any(folder.iterdir()) and not (folder / ABOUT).exists():
        raise ConflictError(f"{folder} holds something that is not a recommender; name a new or empty folder")
    folder.parent.mkdir(parents=True, exist_ok=True)
    made = Path(tempfile.mkdtemp(dir=folder.parent, prefix=f".{folder.name}."))
    try:
        write_into(recommender, made)
        made.chmod(0o755)
        if folder.exists():
            old = Path(tempfile.mkdtemp(dir=folder.parent, prefix=f".{folder.name}.old."))
            folder.rename(old / folder.name)
            made.rename(folder)
            shutil.rmtree(old)
        else:
            made.rename(folder)
    finally:
        shutil.rmtree(made, ignore_errors=True)


def write_into(recommender: Recommender, folder: Path) -> None:
    """Write the three files into a folder that exists, beside whatever else it holds."""
    parts = recommender.parts
    arrays: dict[str, NDArray[Any]] = {}
    for number, part in enumerate(parts):
        arrays |= {f"{number}.{name}": np.ascontiguousarray(array) for name, array in part.arrays().items()}
    save_file(arrays, folder / ARRAYS)
    with (folder / SONGS).open("wb") as file:
        for song in recommender.catalogue:
            file.write(orjson.dumps(song_record(song), option=orjson.OPT_APPEND_NEWLINE))
    kinds = tuple((part.kind, part.name) for part in parts)
    about = About(VERSION, kinds, recommender.fusion, recommender.scorer.fitted, recommender.calibration)
    (folder / ABOUT).write_bytes(orjson.dumps(asdict(about), option=orjson.OPT_INDENT_2 | orjson.OPT_APPEND_NEWLINE))


def load(folder: Path, encode: Encode | None = None) -> Recommender:
    """Read what `save` wrote.

    NotFoundError where there is no recommender, ConflictError where it was written by a newer Segue, FormatError where
    a file is not what it should be.
    """
    if not (folder / ABOUT).is_file():
        raise NotFoundError(f"no recommender in {folder}: there is no {ABOUT}; make one with `segue tune recommend`")
    about = read_about(folder / ABOUT)
    catalogue = Catalogue(read_songs(folder / SONGS))
    try:
        arrays = load_file(folder / ARRAYS)
    except (SafetensorError, OSError) as error:
        raise FormatError(f"not readable as safetensors: {error}", file=str(folder / ARRAYS)) from error
    classes = {part.kind: part for part in PARTS}
    parts: list[Part] = []
    for number, (kind, name) in enumerate(about.parts):
        if kind not in classes:
            raise FormatError(f"part kind {kind!r} is none of {', '.join(classes)}", file=str(folder / ABOUT))
        own = {key.split(".", 1)[1]: array for key, array in arrays.items() if key.startswith(f"{number}.")}
        try:
            parts.append(classes[kind].from_arrays(name, own))
        except KeyError as error:
            raise FormatError(f"part {name!r} lacks the array {error}", file=str(folder / ARRAYS)) from error
    head, fitted, calibration = about.fusion, about.fitted, about.calibration
    return Recommender(catalogue, parts, head, encode=encode, fitted=fitted, calibration=calibration)


def read_about(path: Path) -> About:
    """Read `recommender.json`."""
    try:
        row = orjson.loads(path.read_bytes())
        if row["version"] > VERSION:
            raise ConflictError(f"{path} is of version {row['version']}; this Segue reads up to {VERSION}: update it")
        head = row["fusion"]
        fusion = Fusion(tuple(head["parts"]), tuple(head["linear"]), tuple(head["log"]), float(head["bias"]))
        parts = tuple((kind, name) for kind, name in row["parts"])
        calibration = Calibration(**row["calibration"])
        return About(row["version"], parts, fusion, int(row["fitted"]), calibration)
    except (orjson.JSONDecodeError, KeyError, TypeError) as error:
        raise FormatError(f"not a recommender's description: {error!r}", file=str(path)) from error


def read_songs(path: Path) -> list[Song]:
    """Read the songs, one JSON object on each line."""
    songs = []
    try:
        lines = path.read_bytes().splitlines()
    except OSError as error:
        raise FormatError(f"the songs cannot be read: {error}", file=str(path)) from error
    for number, line in enumerate(lines, start=1):
        try:
            songs.append(song_of(orjson.loads(line)))
        except (orjson.JSONDecodeError, KeyError, TypeError, InputError) as error:
            raise FormatError(f"not a song: {error}", file=str(path), place=f"line {number}") from error
    return songs


def song_record(song: Song) -> dict[str, object]:
    """A song as JSON: what is not known is left out."""
    record = {
        "artist": song.artist,
        "title": song.title,
        "album": song.album,
        "year": song.year,
        "tags": list(song.tags),
        "duration": song.duration,
        "ids": dict(song.ids),
        "heard": list(song.heard),
    }
    return {name: value for name, value in record.items() if value}


def song_of(record: dict[str, Any]) -> Song:
    """The song of such JSON; InputError where a field is not of its type."""
    for name, value in record.items():
        if name in FIELDS and not isinstance(value, FIELDS[name]):
            raise InputError(f"{name} {str(value)[:40]!r} is not of type {FIELDS[name]}")
    return Song(**{**record, **{name: tuple(record.get(name, ())) for name in ("tags", "heard")}})
