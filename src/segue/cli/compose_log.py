"""`segue compose log`: what was offered to you, what became of it, and how to forget it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from rich.table import Table
from rich.text import Text

from segue.cli.home import JsonOption, StoreOption, open_home_store
from segue.cli.output import console, print_json
from segue.errors import ConflictError, FormatError, InputError, UnavailableError

if TYPE_CHECKING:
    from segue.compose.log import Value
    from segue.compose.offer import Offer, T
    from segue.listens.offered import Acceptance, LoggedOffer, OfferLog


class HomeRecorder:
    """Writes offers into the home's store, opened only then; a store that cannot be opened stops nobody."""

    def offered(
        self,
        verb: str,
        offers: Sequence[Offer[T]],
        *,
        given: Value | None = None,
        wish: Mapping[str, object] | None = None,
    ) -> str:
        """Log a call with its offers; what stands in the way is told on stderr."""
        from segue.compose.log import Recorder

        try:
            with open_home_store() as opened:
                return Recorder(opened.offers).offered(verb, offers, given=given, wish=wish)
        except (ConflictError, FormatError, UnavailableError) as error:
            typer.echo(f"segue: not logged: {error}", err=True)
            return ""


def register(group: typer.Typer) -> None:
    """Add the command to `segue compose`."""
    group.command("log")(log)


def log(
    verb: Annotated[str | None, typer.Option(help="Only offers of this verb: chords, melody ...")] = None,
    number: Annotated[int, typer.Option("-n", "--number", min=1, help="How many offers to show.")] = 20,
    accept: Annotated[int, typer.Option(metavar="NUMBER", help="Say that you took this offer.")] = 0,
    edited: Annotated[
        Path | None, typer.Option(metavar="FILE", help="With --accept: what you made of the offer.")
    ] = None,
    decline: Annotated[int, typer.Option(metavar="NUMBER", help="Say that you did not want this offer.")] = 0,
    delete: Annotated[bool, typer.Option("--delete", help="Forget all offers, or those of --verb.")] = False,
    yes: Annotated[bool, typer.Option("--yes", help="With --delete: really do it.")] = False,
    store: StoreOption = None,
    json: JsonOption = False,
) -> None:
    """Show what was offered to you, what became of it, and the share of calls taken by verb; all stays on this machine.

    Example: segue compose log --accept 12 --edited my-version.abc
    """
    if delete and not yes:
        raise InputError(f"this removes {'the offers of ' + verb if verb else 'all offers'} for good: say --yes")
    if edited is not None and not accept:
        raise InputError("--edited names what you made of an offer: say which by --accept NUMBER")
    with open_home_store(store) as opened:
        if delete:
            _tell_deleted(opened.offers.delete(verb=verb), json)
            return
        if accept or decline:
            _tell_judged([_judge(opened.offers, *one) for one in _asked(accept, edited, decline)], json)
            return
        rows, rates = opened.offers.list(verb=verb, limit=number), opened.offers.acceptance()
    from segue.compose.log import logged_as_json, rate_as_json

    if json:
        print_json({"offers": [logged_as_json(row) for row in rows], "verbs": [rate_as_json(rate) for rate in rates]})
    else:
        _show(rows, rates)


def _asked(accept: int, edited: Path | None, decline: int) -> list[tuple[int, bool, Path | None]]:
    asked: list[tuple[int, bool, Path | None]] = []
    if accept:
        asked.append((accept, True, edited))
    if decline:
        asked.append((decline, False, None))
    return asked


def _judge(log: OfferLog, number: int, is_taken: bool, edited: Path | None) -> LoggedOffer:
    from segue.compose.log import Recorder
    from segue.formats import read_any

    row, recorder = log.row(number), Recorder(log)
    if not is_taken:
        return recorder.declined(row.call, row.place)
    if edited is None:
        return recorder.accepted(row.call, row.place)
    return recorder.edited(row.call, row.place, read_any(edited))


def _tell_deleted(gone: int, json: bool) -> None:
    if json:
        print_json({"deleted": gone})
    else:
        console().print(f"{gone:,} offers are forgotten")


def _tell_judged(rows: list[LoggedOffer], json: bool) -> None:
    from segue.compose.log import logged_as_json

    if json:
        print_json([logged_as_json(row) for row in rows])
        return
    for row in rows:
        console().print(Text(f"offer {row.id} of {row.verb}: {row.state}"))


def _show(rows: Sequence[LoggedOffer], rates: Sequence[Acceptance]) -> None:
    out = console()
    if not rates:
        out.print("nothing was offered yet")
        return
    table = Table("number", "offered (UTC)", "verb", "of call", "seed", "wish", "became")
    for row in rows:
        at = row.at.strftime("%Y-%m-%d %H:%M")
        call = f"{row.call[:6]}/{row.place}"
        table.add_row(str(row.id), at, row.verb, call, str(row.seed), Text(row.wish), row.state)
    out.print(table)
    table = Table("verb", "calls", "taken", "offers", "accepted", "edited", "declined")
    for rate in rates:
        counts = (rate.offers, rate.accepted, rate.edited, rate.declined)
        table.add_row(rate.verb, f"{rate.calls:,}", f"{rate.rate:.0%}", *(f"{count:,}" for count in counts))
    out.print(table)
