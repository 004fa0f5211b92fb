"""Collecting phrases: those of the corpora's tunes, by split, each once, kept in a file."""

from __future__ import annotations

import zlib
from collections.abc import Callable, Iterable, Sequence
from io import BytesIO
from pathlib import Path
from zipfile import BadZipFile

import numpy as np
from numpy.typing import NDArray

from segue.compose.phrases.phrase import Phrase, phrases_in
from segue.corpora import BY_NAME
from segue.corpora.corpus import SPLITS, Piece
from segue.corpora.gathering import Gathered, gather
from segue.errors import ConflictError, FormatError, InputError
from segue.music.language.layout import lay_out
from segue.music.quantize import quantize

Told = Callable[[str, int, int], None]


def phrases_of(root: Path, file: Path, corpora: Sequence[str], tell: Told) -> dict[str, list[Phrase]]:
    """Return the phrases of each split, each once, none in two of them; kept in a file, from which they are read."""
    if file.exists():
        return _read(file, corpora)
    found = phrases_in_pieces(gather(root, corpora, tell=lambda line: tell(line, 0, 1)), tell)
    if not found["train"]:
        raise InputError(f"no phrases in the train part of {', '.join(corpora) or 'the corpora'}")
    save_phrases(found, file, corpora)
    return found


def phrases_in_pieces(gathered: Gathered, tell: Told) -> dict[str, list[Phrase]]:
    """Return the phrases of gathered pieces by split; what occurs in train is in neither valid nor test."""
    found: dict[str, list[Phrase]] = {}
    seen: set[Phrase] = set()
    for split in SPLITS:
        tell(f"phrases of {split}", 0, 1)
        rows = list(dict.fromkeys(phrase for piece in getattr(gathered, split) for phrase in _in_piece(piece)))
        found[split] = [phrase for phrase in rows if _anywhere(phrase) not in seen]
        seen |= {_anywhere(phrase) for phrase in found[split]}
    return found


def _anywhere(phrase: Phrase) -> Phrase:
    """A phrase without its style: what is the same music is the same phrase."""
    return Phrase(0, phrase.mode, phrase.metre, phrase.body)


def _in_piece(piece: Piece) -> Iterable[Phrase]:
    is_played = piece.corpus in BY_NAME and BY_NAME[piece.corpus].kind == "performed"
    score = quantize(piece.score).score if is_played else piece.score
    return phrases_in(lay_out(score)) if score.bars and score.parts else ()


def save_phrases(found: dict[str, list[Phrase]], file: Path, corpora: Sequence[str] = ()) -> None:
    """Write the phrases of corpora by split, whole or not at all."""
    file.parent.mkdir(parents=True, exist_ok=True)
    arrays: dict[str, NDArray[np.generic]] = {"corpora": np.array(",".join(corpora))}
    for split, phrases in found.items():
        arrays[f"{split}_bodies"] = np.array([token for phrase in phrases for token in phrase.body], dtype=np.uint16)
        rows = [(one.style, one.mode, one.metre, len(one.body)) for one in phrases]
        arrays[f"{split}_rows"] = np.array(rows, dtype=np.uint16).reshape(-1, 4)
    partial = file.with_name(f"{file.name}.partial")
    with partial.open("wb") as stream:
        np.savez_compressed(stream, **arrays)  # type: ignore[arg-type]
    partial.replace(file)


def _read(file: Path, corpora: Sequence[str]) -> dict[str, list[Phrase]]:
    found: dict[str, list[Phrase]] = {}
    try:
        with np.load(BytesIO(file.read_bytes()), allow_pickle=False) as held:
            if str(held["corpora"]) != ",".join(corpora):
                raise ConflictError(
                    f"{file} holds phrases of {held['corpora']} (now {','.join(corpora)}; nothing means all that may "
                    "train): give another folder"
                )
            for split in SPLITS:
                bodies, rows = held[f"{split}_bodies"].tolist(), held[f"{split}_rows"].tolist()
                at, phrases = 0, []
                for style, mode, metre, length in rows:
                    phrases.append(Phrase(style, mode, metre, tuple(bodies[at : at + length])))
                    at += length
                found[split] = phrases
    except (OSError, ValueError, KeyError, BadZipFile, NotImplementedError, zlib.error) as error:
        raise FormatError(f"not the phrases of a training: {str(error)[:100]}", file=str(file)) from error
    return found
