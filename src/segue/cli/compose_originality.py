"""`segue compose originality|originality-index`: what a piece has in common with the tunes learned from."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from rich.table import Table

from segue.cli.home import JsonOption
from segue.cli.output import console, print_json
from segue.cli.stages import Stages

if TYPE_CHECKING:
    from segue.compose.originality import Report


def register(app: typer.Typer) -> None:
    """Add the commands to a group of the command line."""
    app.command("originality")(originality)
    app.command("originality-index")(originality_index)


def originality(
    files: Annotated[list[Path], typer.Argument(metavar="FILE...", help="Music: ABC, MIDI, MusicXML ...")],
    given: Annotated[
        Path | None, typer.Option(help="Music that the files were made from: what is in it is your own.")
    ] = None,
    style: Annotated[str, typer.Option(help="Style by which it is judged; that of the file without.")] = "",
    index: Annotated[Path | None, typer.Option(help="Folder of an index; the shipped one without.")] = None,
    json: JsonOption = False,
) -> None:
    """Say how much of a piece the tunes have that the score model learned from: nearest piece, longest run, limit.

    Example: segue compose originality song.abc --style reel
    """
    from segue.compose.borrowing import check_style
    from segue.compose.originality import DATA, load_originality
    from segue.formats import read_file

    named = check_style(style)
    folder = index or DATA
    judge = load_originality(folder / "tunes.npz", folder / "borrowing.json")
    mine = read_file(given) if given is not None else None
    rows = []
    for file in files:
        report = judge.report(read_file(file), mine, style=named)
        rows.append((file, report, judge.is_original(report)))
    if json:
        print_json([_as_json(*row) for row in rows])
        return
    for file, report, is_original in rows:
        verdict = "original" if is_original else "too near to what was learned from"
        console().print(f"{file}: {verdict}; {report}", markup=False, soft_wrap=True)


def originality_index(
    data: Annotated[Path, typer.Option("--data", envvar="SEGUE_DATA", help="Folder with the corpora, one each.")],
    out: Annotated[Path, typer.Option("--out", help="Folder of the index: tunes.npz and borrowing.json.")],
    corpora: Annotated[str, typer.Option(help="Corpora, comma between; all that may be, if none is named.")] = "",
    json: JsonOption = False,
) -> None:
    """Make the index of tunes anew: the train part of the corpora, and what people borrow, measured on the valid part.

    Example: segue compose originality-index --data ../shared/data --out originality
    """
    from segue.compose.originality_index import make_index

    stages = Stages(is_quiet=json)
    names = tuple(name for name in corpora.split(",") if name)
    made = make_index(data, out, names, lambda what: stages(what, 0, 1))
    kinds = {kind: [[one.score, one.notes] for one in row] for kind, row in made.limits.of_kind.items()}
    if json:
        told = {"pieces": made.pieces, "steps": made.steps, "bytes": made.size, "excerpts": made.limits.excerpts}
        print_json({"folder": str(out), **told, "limits": kinds})
        return
    from segue.compose.borrowing import SIZES

    table = Table("runs of nine notes", *(f"{size} or more" for size in SIZES))
    for kind, row in kinds.items():
        table.add_row(kind, *(f"{score:.1%}, {notes} notes" for score, notes in row))
    console().print(table)
    console().print(
        f"{made.pieces:,} pieces, {made.steps:,} steps, {made.size / 1e6:.1f} MB; limits by {made.limits.excerpts:,} "
        f"excerpts of pieces held out: {out}",
        markup=False,
        soft_wrap=True,
    )


def _as_json(file: Path, report: Report, is_original: bool) -> dict[str, object]:
    longest = report.longest
    return {
        "file": str(file),
        "is_original": is_original,
        "kind": report.kind,
        "ngrams": report.ngrams,
        "score": report.score,
        "score_limit": report.limit.score,
        "nearest": None
        if report.nearest is None
        else {"piece": report.nearest.name, "title": report.nearest.title, "share": report.nearest_share},
        "longest": None
        if longest is None
        else {
            "notes": longest.notes,
            "notes_limit": report.limit.notes,
            "part": longest.part,
            "bars": [longest.first_bar, longest.last_bar],
            "piece": longest.piece.name,
            "corpus": longest.piece.corpus,
        },
    }
