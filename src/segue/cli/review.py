"""`segue review FILE`: what the coach says of a piece; `segue review list|accept|reject`: words that were held."""

from __future__ import annotations

from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from rich.table import Table
from rich.text import Text

from segue.cli.groups import FirstUnsaid
from segue.cli.home import JsonOption, StoreOption, open_home_store
from segue.cli.output import console, print_json
from segue.errors import InputError

if TYPE_CHECKING:
    from segue.compose.care import Level
    from segue.compose.coach import Remark
    from segue.listens.held import HeldState, HeldText
    from segue.music.lyric import Lyric
    from segue.music.score import Score


class FileUnsaid(FirstUnsaid):
    """`segue review song.abc` reviews a file."""

    unsaid = "file"


group = typer.Typer(
    cls=FileUnsaid,
    no_args_is_help=True,
    help="Review a piece (segue review FILE), or words that were held for a person (list, accept, reject).",
)


def register(app: typer.Typer) -> None:
    """Add the group to the command line."""
    app.add_typer(group, name="review")


@group.command("file")
def file(
    path: Annotated[
        Path | None, typer.Argument(metavar="FILE", help="A piece in any format that Segue reads, or a lyric.")
    ] = None,
    style: Annotated[str, typer.Option(help="Judge it as a piece of this style; its own without.")] = "",
    off: Annotated[list[str] | None, typer.Option(metavar="RULE", help="Leave this rule out; may be repeated.")] = None,
    tune: Annotated[int, typer.Option("--tune", min=1, help="Which piece, where the file holds several.")] = 1,
    level: Annotated[str, typer.Option(help="Of words: clean, mild or explicit language is fine.")] = "mild",
    svg: Annotated[Path | None, typer.Option(metavar="OUT", help="Engrave the piece with the bars marked.")] = None,
    png: Annotated[Path | None, typer.Option(metavar="OUT", help="The same as PNG.")] = None,
    rules: Annotated[
        bool, typer.Option("--rules", help="Show the rules with their sources, and nothing else.")
    ] = False,
    json: JsonOption = False,
) -> None:
    """Review a piece: remarks by bar, each with its rule, the book it is from, and a proposal. `file` may be left out.

    Example: segue review file song.musicxml, or shorter segue review song.musicxml --off mud --svg marked.svg
    """
    from segue.formats import read_all
    from segue.music.lyric import Lyric

    if rules:
        _show_rules(json)
        return
    if path is None:
        raise InputError("which piece? segue review FILE, or --rules for the rules alone")
    pieces = read_all(path)
    if tune > len(pieces):
        raise InputError(f"{path.name!r} holds {len(pieces)} pieces; --tune {tune} is beyond the last")
    piece = pieces[tune - 1]
    if isinstance(piece, Lyric):
        if svg or png:
            raise InputError(f"{path.name!r} holds words and no notes: there are no bars to mark")
        _review_words(piece, path, _level(level), json)
    else:
        _review_score(piece, path, (style, off or []), (svg, png), json)


def _review_score(
    score: Score,
    path: Path,
    asked: tuple[str, list[str]],
    pictures: tuple[Path | None, Path | None],
    json: bool,
) -> None:
    from segue.compose.coach import review
    from segue.compose.coach.picture import mark
    from segue.formats import png, replace_file

    remarks = review(score, style=asked[0], off=asked[1])
    drawn = []
    for place, is_png in zip(pictures, (False, True), strict=True):
        if place is not None:
            picture = mark(score, remarks)
            replace_file(place, png.draw(picture.decode()) if is_png else picture)
            drawn.append(str(place))
    if json:
        rows = [asdict(one) | {"beat": float(one.beat), "start": float(one.start)} for one in remarks]
        print_json({"file": str(path), "title": score.title, "bars": len(score.bars), "remarks": rows, "drawn": drawn})
        return
    _show_remarks(remarks, score.title or path.name)
    for name in drawn:
        console().print(Text(f"marked: {name}"), soft_wrap=True)


def _show_remarks(remarks: tuple[Remark, ...], title: str) -> None:
    out = console()
    if not remarks:
        out.print(Text(f"{title}: nothing to remark"), soft_wrap=True)
        return
    table = Table("bar", "beat", "part", "remark", "proposal", "rule", title=None)
    for one in remarks:
        words = Text(f"{one.severity}: {one.what}")
        beat = f"{float(one.beat):g}" if len(str(float(one.beat))) < 6 else f"{float(one.beat):.2f}"
        table.add_row(str(one.bar), beat, Text(", ".join(one.parts)), words, Text(one.proposal), one.rule)
    out.print(Text(f"{title}: {len(remarks)} remarks"), soft_wrap=True)
    out.print(table)


def _show_rules(json: bool) -> None:
    from segue.compose.coach import ALL

    if json:
        names = ("name", "severity", "asks", "source")
        print_json([{name: getattr(rule, name) for name in names} for rule in ALL])
        return
    table = Table("rule", "severity", "asks", "source")
    for rule in ALL:
        table.add_row(rule.name, rule.severity, Text(rule.asks), Text(rule.source))
    console().print(table)


def _level(text: str) -> Level:
    from segue.compose.care import LEVELS
    from segue.errors import did_you_mean

    found = next((one for one in LEVELS if one == text), None)
    if found is None:
        raise InputError(f"level {text!r} is none of {', '.join(LEVELS)}{did_you_mean(text, LEVELS)}")
    return found


def _review_words(lyric: Lyric, path: Path, level: Level, json: bool) -> None:
    from segue.compose.care import check

    rows = [
        {"line": number, "rule": one.rule, "why": one.why, "words": list(one.words), "text": line.text}
        for number, line in enumerate(lyric.lines, 1)
        for one in check(line.text, level)
    ]
    if json:
        print_json({"file": str(path), "title": lyric.title, "lines": len(lyric.lines), "remarks": rows})
        return
    out = console()
    out.print(Text(f"{lyric.title or path.name}: {len(rows)} remarks on {len(lyric.lines)} lines"), soft_wrap=True)
    if rows:
        table = Table("line", "words", "rule", "why")
        for row in rows:
            table.add_row(str(row["line"]), Text(_joined(row["words"])), str(row["rule"]), Text(str(row["why"])))
        out.print(table)


def _joined(words: object) -> str:
    return " … ".join(str(word) for word in words) if isinstance(words, list | tuple) else str(words)


@group.command("list")
def list_(
    everything: Annotated[bool, typer.Option("--all", help="Those that were judged too.")] = False,
    store: StoreOption = None,
    json: JsonOption = False,
) -> None:
    """Show the words that were held and wait for a person: by which rule, for which words.

    Example: segue review list --all
    """
    with open_home_store(store) as opened:
        rows = opened.held.list(None if everything else "waiting")
    if json:
        print_json([held_as_json(row) for row in rows])
        return
    out = console()
    if not rows:
        out.print("nothing waits")
        return
    table = Table("number", "held (UTC)", "from", "rule", "words", "text", "state")
    for row in rows:
        words = Text(_joined(row.words))
        at = row.at.strftime("%Y-%m-%d %H:%M")
        table.add_row(str(row.id), at, row.origin, row.rule, words, Text(row.text), row.state)
    out.print(table)


def held_as_json(row: HeldText) -> dict[str, object]:
    """A held text as one JSON object."""
    return asdict(row) | {"words": list(row.words)}


Numbers = Annotated[list[int], typer.Argument(metavar="NUMBER...", help="Numbers that `segue review list` shows.")]


@group.command("accept")
def accept(numbers: Numbers, store: StoreOption = None, json: JsonOption = False) -> None:
    """Let held words pass, now and whenever they come again.

    Example: segue review accept 3 4
    """
    _judge(numbers, "accepted", store, json)


@group.command("reject")
def reject(numbers: Numbers, store: StoreOption = None, json: JsonOption = False) -> None:
    """Keep held words back for good; they stay in the list.

    Example: segue review reject 5
    """
    _judge(numbers, "rejected", store, json)


def _judge(numbers: list[int], state: HeldState, store: str | None, json: bool) -> None:
    with open_home_store(store) as opened:
        known = {row.id for row in opened.held.list()}
        unknown = [number for number in numbers if number not in known]
        if unknown:
            raise InputError(f"no text number {unknown[0]} in the review queue: nothing was {state}")
        rows = [opened.held.judge(number, state) for number in numbers]
    if json:
        print_json([held_as_json(row) for row in rows])
        return
    for row in rows:
        console().print(Text(f"{row.id} {state}: {row.text}"), soft_wrap=True)
