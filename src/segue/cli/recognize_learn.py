"""`segue recognize learn` and `ask`: styles of one's own from a few files each, and which files to label next."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from rich.console import Console
from rich.progress import track

from segue.cli.home import JsonOption, home
from segue.cli.output import console, print_json
from segue.errors import InputError, SegueError

if TYPE_CHECKING:
    from segue.recognize.guess import Answer
    from segue.recognize.learning import Learned
    from segue.recognize.own_styles import Book, Example

_NAMED = 3  # broken files that are named


def register(group: typer.Typer) -> None:
    """Add the commands to the group of recognizing."""
    group.command()(learn)
    group.command()(ask)


def learn(
    paths: Annotated[
        list[Path],
        typer.Argument(metavar="PATH...", help="A folder with a subfolder of files for each label; with --as, files."),
    ],
    label: Annotated[str | None, typer.Option("--as", metavar="LABEL", help="What the named files are.")] = None,
    name: Annotated[
        str | None, typer.Option("--name", help="What the styles are called; without it as the folder.")
    ] = None,
    seed: Annotated[int, typer.Option(min=0, help="Seed of all that is random.")] = 0,
    json: JsonOption = False,
) -> None:
    """Learn styles of your own from some 5 files each: scores, chords, words, recordings; the subfolder is the label.

    Called again it learns from what the folder holds then, and from the files that were named with --as.
    Tell with them: segue recognize tune.abc --with "my styles"

    Example: segue recognize learn "my styles"

    Example: segue recognize learn --as "slip jig" tune.abc --name "my styles"
    """
    from segue.recognize import own_styles as own

    cache = _cache()
    if label is None:
        if len(paths) != 1:
            raise InputError(f"{len(paths)} paths: one folder with a subfolder for each label; with --as, any files")
        place = own.place_of(_styles(), name or paths[0].resolve().name)
        origin = str(paths[0].resolve())
        examples, broken = _read(list(own.labelled_below(paths[0])), cache, origin, is_quiet=json)
        book = own.load_book(place, cache).with_folder(origin, examples)
        own.check_learnable(book.examples, {one.label for one in examples})
    else:
        if name is None or not label.strip():
            raise InputError(f"--as {label!r} needs a label, and --name with what the styles are called")
        place = own.place_of(_styles(), name)
        files = [(label.strip(), file) for path in paths for file in _music(path)]
        examples, broken = _read(files, cache, own.SAID, is_quiet=json)
        book = own.load_book(place, cache).with_said(examples)
    learned, book = own.learn(place, book, seed)
    if json:
        print_json(_facts(place, learned, book, broken))
        return
    _show(place, learned, book)
    _show_broken(broken)


def ask(
    folder: Annotated[Path, typer.Argument(metavar="FOLDER", help="Where the files lie that have no label.")],
    name: Annotated[str, typer.Option("--name", help="What the styles are called.")],
    count: Annotated[int, typer.Option("-n", min=1, help="How many files to ask for.")] = 5,
    seed: Annotated[int, typer.Option(min=0, help="Seed of all that is random.")] = 0,
    json: JsonOption = False,
) -> None:
    """Say which files to label next: those that the styles are least sure of, unlike each other.

    Before anything was learned under the name, those that are most typical of the folder.

    Example: segue recognize ask unsorted --name "my styles" -n 5
    """
    from segue.recognize import own_styles as own

    cache, place = _cache(), own.place_of(_styles(), name)
    book = own.load_book(place, cache)
    if not folder.is_dir():
        raise InputError(f"{folder} is no folder; one with files to label is needed")
    examples, broken = _read([("", file) for file in _music(folder)], cache, own.SAID, is_quiet=json)
    known = {one.sha256 for one in book.examples}
    pool = [one for one in examples if one.sha256 not in known]
    rows = [row for one in own.KINDS for row in _asked(place, one, pool, book, (count, seed))]
    if json:
        print_json({"name": name, "unlabelled": len(pool), "files": rows, "broken": [str(one) for one in broken]})
        return
    out = console()
    for row in rows:
        out.print(f"{row['file']}: {row['why']}", markup=False, soft_wrap=True)
    if rows:
        told = f'segue recognize learn --as LABEL FILE --name "{name}"'
        out.print(f"{len(pool)} files have no label; label these with {told}", markup=False, soft_wrap=True)
    else:
        out.print("every file that can be read has its label", markup=False)
    _show_broken(broken)


def teller(name: str, model: Path | None = None) -> Callable[..., Answer]:
    """Return what tells a file by the styles of a name; NotFoundError where there are none, InputError where other
    networks are named too."""
    from functools import partial

    from segue.recognize.own_styles import place_of, tell

    if model is not None:
        raise InputError(f"--with {name!r} and --model {model}: one of them is accepted")
    return partial(tell, place_of(_styles(), name, must_be=True))


def _styles() -> Path:
    from segue.recognize.own_styles import STYLES

    return home() / STYLES


def _cache() -> Path:
    from segue.recognize.own_styles import VECTORS

    return home() / VECTORS


def _music(path: Path) -> list[Path]:
    from segue.recognize.items import music_below

    return list(music_below(path)) if path.is_dir() else [path]


def _read(
    files: Sequence[tuple[str, Path]], cache: Path, origin: str, *, is_quiet: bool
) -> tuple[list[Example], list[SegueError]]:
    """Read files with their labels, the progress on stderr; the first error where none of them can be read."""
    from segue.recognize.own_styles import read_examples

    shown = track(files, "reading", console=Console(stderr=True, highlight=False), disable=is_quiet, transient=True)
    examples, broken = read_examples(shown, cache, origin)
    if broken and not examples:
        raise broken[0]
    if not examples:
        raise InputError("no file of music is there")
    return examples, broken


def _asked(
    place: Path, kind: str, pool: Sequence[Example], book: Book, asked: tuple[int, int]
) -> list[dict[str, object]]:
    """What to label of a kind: its share of the count that is `asked`, by a seed."""
    import numpy as np

    from segue.recognize.asking import ask as choose
    from segue.recognize.asking import shares_of_kinds
    from segue.recognize.head import load_head
    from segue.recognize.own_styles import KINDS

    count, seed = asked
    sizes = [sum(one.kind == each for one in pool) for each in KINDS]
    share = shares_of_kinds(sizes, count)[KINDS.index(kind)]
    if not share:
        return []
    mine = [one for one in pool if one.kind == kind]
    vectors = np.stack([one.vector for one in mine])
    held = [one.vector for one in book.examples if one.kind == kind]
    head = load_head(place / kind) if (place / kind / "head.json").is_file() else None
    rows: list[dict[str, object]] = []
    for one in choose(vectors, share, head, np.stack(held) if held else None, seed):
        row: dict[str, object] = {"file": str(mine[one.place].file), "kind": kind, "doubt": one.doubt}
        if head is None:
            rows.append({**row, "why": "typical of what is here", "guesses": []})
            continue
        shares = head.probabilities(vectors[[one.place]])[0]
        best = np.argsort(-shares, kind="stable")[:2]
        guesses = [{"style": head.styles[place], "probability": float(shares[place])} for place in best]
        told = " or ".join(f"{head.styles[place]} ({shares[place]:.0%})" for place in best)
        rows.append({**row, "why": told, "guesses": guesses})
    return rows


def _facts(place: Path, learned: dict[str, Learned], book: Book, broken: Sequence[SegueError]) -> dict[str, object]:
    kinds = {
        kind: {
            "labels": list(one.head.styles),
            "files": one.files,
            "accuracy": one.accuracy,
            "accuracy_error": one.error,
            "commonest": one.commonest,
            "penalty": one.penalty,
            "threshold": one.head.threshold,
        }
        for kind, one in learned.items()
    }
    return {
        "name": place.name,
        "folder": str(place),
        "learned": kinds,
        "files": len(book.examples),
        "notices": list(book.notices),
        "broken": [str(one) for one in broken],
    }


def _show(place: Path, learned: dict[str, Learned], book: Book) -> None:
    out = console()
    for kind, one in learned.items():
        told = f"{one.accuracy:.0%} ± {one.error:.0%} right when left out (the commonest label: {one.commonest:.0%})"
        names = ", ".join(one.head.styles)
        out.print(f"{kind}: {names} from {one.files} files; {told}", markup=False, soft_wrap=True)
        if one.head.threshold > 1:
            out.print("   note: too few were right to be sure of any; more files help", markup=False, soft_wrap=True)
    for notice in book.notices:
        out.print(f"   note: {notice}", markup=False, soft_wrap=True)
    if learned:
        out.print(f'tell with them: segue recognize FILE --with "{place.name}"', markup=False, soft_wrap=True)


def _show_broken(broken: Sequence[SegueError]) -> None:
    if broken:
        more = f", and {len(broken) - _NAMED} more" if len(broken) > _NAMED else ""
        told = f"{len(broken)} files not read: {'; '.join(map(str, broken[:_NAMED]))}{more}"
        Console(stderr=True, highlight=False).print(told, markup=False, soft_wrap=True)
