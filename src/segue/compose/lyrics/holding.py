"""What care holds while lyrics are written: it waits in the review queue, and is used once a person accepts it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from segue.compose.care import Holds, Level, check, screen
from segue.errors import InputError
from segue.listens.held import HeldText


class Holding:
    """Asks `segue.compose.care` about the texts of one lyric.

    What a level holds is put into the `queue` where there is one, with `origin` and the text's place as where it came
    from; there a person may accept it, and it passes from then on. Without a queue what is held never passes.
    """

    def __init__(self, level: Level, queue: Holds | None = None, origin: str = "lyrics") -> None:
        self.level, self.queue, self.origin = level, queue, origin
        self.held: dict[int, HeldText] = {}
        self._asked: dict[str, bool] = {}

    def passes(self, text: str, place: str) -> bool:
        """Whether a text may be used: no rule holds it, or a person accepted it for each rule that does."""
        if text not in self._asked:
            self._asked[text] = not text.strip() or not check(text, self.level) or self._is_accepted(text, place)
        return self._asked[text]

    def _is_accepted(self, text: str, place: str) -> bool:
        if self.queue is None:
            return False
        screened = screen([text], self.queue, origin=f"{self.origin}, {place}", level=self.level)
        self.held |= {row.id: row for row in screened.held}
        return not screened.held

    def check_given(self, texts: Mapping[str, str]) -> None:
        """InputError for a text that was given, by its name, and may not be used; it says what may let it pass."""
        for name, text in texts.items():
            if not self.passes(text, name):
                finding = check(text, self.level)[0]
                words = ", ".join(map(repr, finding.words))
                why = f"{name}: {words} is held at level {self.level!r} ({finding.rule}: {finding.why})"
                raise InputError("; ".join([why, *self._advice(text)]))

    def _advice(self, text: str) -> Iterator[str]:
        for row in self.held.values():
            if row.text == text:
                is_new = row.state == "waiting"
                told = "it waits for a person" if is_new else "a person rejected it"
                yield f"{told}: `segue review accept {row.id}` lets it pass"

    def reasons(self) -> tuple[str, ...]:
        """What was held, in words; nothing where nothing was, or where no queue keeps it."""
        lines = len({row.text for row in self.held.values()})
        if not lines:
            return ()
        numbers = ", ".join(map(str, sorted(self.held)))
        return (f"{lines} line{'s' * (lines > 1)} held for review and not used (segue review list: {numbers})",)
