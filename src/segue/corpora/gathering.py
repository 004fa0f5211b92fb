"""Gathering pieces of many corpora into train, valid and test, so that no tune lies in two of them."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from segue.corpora import BY_NAME, CORPORA
from segue.corpora.corpus import Broken, Corpus, Piece
from segue.corpora.duplicates import Shelf, fingerprint
from segue.errors import InputError, did_you_mean
from segue.music.score import ChordAt

# Sets on which figures are measured: what they hold out is in no train part, whichever corpora are gathered.
MEASURED = ("nottingham", "jsb", "mcgill_billboard", "openewld", "jazz_bunks")
# Of these also what they do not hold out, and every tune of a title of theirs: figures on them are for weights that
# never saw the set.
UNSEEN = ("nottingham",)
# Sets of songs: of these an equal title is an equal song, whatever was written down of it. Two transcriptions of a song
# may serve the same split, but not two.
SONGS = ("mcgill_billboard", "rock_corpus", "openewld", "jazz_bunks", "jazz_standards_ireal")


_PLAIN_WORDS = frozenset(("a", "an", "and", "of", "the", "air", "hornpipe", "jig", "march", "polka", "reel", "waltz"))


@dataclass(frozen=True)
class Repeat:
    """A piece that was left out because another has its tune (`share` of the smaller one's shingles) or its title."""

    piece: Piece
    of: str
    share: float


@dataclass(frozen=True)
class Gathered:
    """Pieces by split, in the order of the corpora; what was left out as a repeat; and what could not be read."""

    train: list[Piece] = field(default_factory=list)
    valid: list[Piece] = field(default_factory=list)
    test: list[Piece] = field(default_factory=list)
    repeats: list[Repeat] = field(default_factory=list)
    broken: list[Broken] = field(default_factory=list)


def gather(
    root: Path,
    names: Sequence[str] = (),
    *,
    shipped: bool = True,
    tell: Callable[[str], None] = lambda _: None,
) -> Gathered:
    """Read corpora below a root and split them; equal folders give equal lists.

    `names` are of `CORPORA`, none means all that shipped weights may be trained on; `shipped` refuses the others with
    an InputError. Held-out pieces of the sets that figures are measured on (`MEASURED`) come first, then canonical
    splits, then test, valid and train: whatever repeats a tune before it is left out. Of two in train with one tune the
    one whose notes have chords is kept; beside a piece of a measured set, which stays, it is a second edition. `tell`
    hears a line after each corpus.
    """
    chosen = _chosen(names, shipped)
    gathered = Gathered()
    kept: list[Piece] = []
    for corpus in CORPORA:
        if corpus.name in chosen or corpus.name in MEASURED:
            pieces = _read(root, corpus, corpus.name in chosen, gathered.broken)
            kept += pieces
            tell(f"{corpus.name}: {len(pieces)} pieces read")
    filed = _Filed()
    split = {"train": gathered.train, "valid": gathered.valid, "test": gathered.test}
    places: dict[str, int] = {}
    for piece in sorted(kept, key=_turn):
        repeat = filed.file(piece)
        if piece.corpus not in chosen:
            continue
        twin = _twin_in_train(gathered.train, places, repeat) if repeat else None
        if repeat is None or (twin is not None and gathered.train[twin].corpus in MEASURED):
            places[piece.name] = len(split[piece.part])
            split[piece.part].append(piece)
        elif twin is not None:
            gathered.repeats.append(Repeat(gathered.train[twin], piece.name, repeat.share))
            gathered.train[twin] = piece
        else:
            gathered.repeats.append(repeat)
    tell(f"{len(gathered.repeats)} repeats left out, {len(gathered.broken)} could not be read")
    return gathered


def _twin_in_train(train: list[Piece], places: dict[str, int], repeat: Repeat) -> int | None:
    """Where in train the piece without chords lies whose tune a piece in train has with chords; None without one."""
    piece, at = repeat.piece, places.get(repeat.of, len(train))
    is_both_in_train = piece.part == "train" and at < len(train) and train[at].name == repeat.of
    has_harmony = piece.score.parts and piece.score.chords
    return at if is_both_in_train and has_harmony and not train[at].score.chords else None


def _chosen(names: Sequence[str], shipped: bool) -> set[str]:
    for name in names:
        if name not in BY_NAME:
            raise InputError(f"corpus {name!r} is none of {', '.join(BY_NAME)}{did_you_mean(name, BY_NAME)}")
        if shipped and not BY_NAME[name].may_train:
            raise InputError(
                f"corpus {name} ({BY_NAME[name].licence}): weights that are shipped may not be trained on it"
            )
    return set(names) or {corpus.name for corpus in CORPORA if corpus.may_train}


def _read(root: Path, corpus: Corpus, is_chosen: bool, broken: list[Broken]) -> list[Piece]:
    """The pieces of a corpus; of one that is only measured on, an absent folder is named as broken."""
    try:
        folder = corpus.place(root)
    except InputError as error:
        if is_chosen:
            raise
        broken.append(Broken(corpus.name, str(error)))
        return []
    pieces = []
    for found in corpus.read(folder):
        if isinstance(found, Piece):
            pieces.append(found)
        elif is_chosen:
            broken.append(Broken(f"{corpus.name}/{found.name}", found.why))
    return pieces


def _is_held_out(piece: Piece) -> bool:
    """Whether figures are measured on the piece."""
    return piece.corpus in UNSEEN or (piece.corpus in MEASURED and piece.part != "train")


def _turn(piece: Piece) -> int:
    """Who keeps a tune: pieces that are measured on, then canonical splits as they are, then test, valid, train."""
    if _is_held_out(piece):
        return 0
    return 1 if piece.split else 2 + ("test", "valid", "train").index(piece.part)


class _Filed:
    """What was met so far: tunes by fingerprint, songs by title, charts by song and chords."""

    def __init__(self) -> None:
        self._tunes = Shelf()
        self._titles: dict[str, Piece] = {}
        self._charts: dict[tuple[str, tuple[ChordAt, ...]], str] = {}
        self._unseen: dict[str, str] = {}

    def file(self, piece: Piece) -> Repeat | None:
        """File a piece, unless it repeats one that is there; what is measured on is filed in any case."""
        shingles, title = fingerprint(piece.score), plain_title(piece.score.title)
        if not _is_held_out(piece):
            match = self._tunes.find(shingles, _bare(title))
            if match is not None:
                return Repeat(piece, match.name, match.share)
            if twin := self._twin(piece, title):
                return Repeat(piece, twin, 1.0)
        elif piece.corpus in UNSEEN and _bare(title):
            self._unseen.setdefault(_bare(title), piece.name)
        self._tunes.add(piece.name, shingles, _bare(title))
        if piece.corpus in SONGS and title:
            self._titles.setdefault(title, piece)
        if not piece.score.parts:
            self._charts.setdefault((piece.key, piece.score.chords), piece.name)
        return None

    def _twin(self, piece: Piece, title: str) -> str:
        """A tune of that title which no weights may see, the song of that title in another corpus and split, or the
        equal chart of the same song; "" without one."""
        if unseen := self._unseen.get(_bare(title)):
            return unseen
        song = self._titles.get(title) if piece.corpus in SONGS else None
        if song is not None and song.corpus != piece.corpus and song.part != piece.part:
            return song.name
        return "" if piece.score.parts else self._charts.get((piece.key, piece.score.chords), "")


def plain_title(title: str) -> str:
    """Return a title as it is compared: letters and digits in lower case, without accents or what brackets hold."""
    bare = unicodedata.normalize("NFKD", re.sub(r"\(.*?\)|\[.*?\]", "", title) or title)
    letters = "".join(letter for letter in bare if not unicodedata.combining(letter) and letter not in "'’")
    return re.sub(r"[^\w]+|_", " ", letters.casefold()).strip()


def _bare(title: str) -> str:
    """The words of a plain title in alphabetical order, without articles and the names of dances."""
    return " ".join(sorted(word for word in title.split() if word not in _PLAIN_WORDS))
