"""Groups of commands in which one command need not be said: `segue review song.abc` is `segue review file song.abc`."""

from __future__ import annotations

from typing import Any, ClassVar

from typer.core import TyperGroup


class FirstUnsaid(TyperGroup):
    """Puts the command `unsaid` before arguments that begin with no command of the group."""

    unsaid: ClassVar[str]

    def parse_args(self, ctx: Any, args: list[str]) -> list[str]:  # typer carries a click of its own
        """Parse arguments, with the command that was not said."""
        is_named = bool(args) and (args[0] in self.commands or args[0] in ("--help", "-h"))
        return super().parse_args(ctx, args if is_named or not args else [self.unsaid, *args])
