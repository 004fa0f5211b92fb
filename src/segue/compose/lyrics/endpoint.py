"""Lyrics by a language model behind an OpenAI-compatible address (Ollama, llama.cpp, vLLM): asked, checked, repaired.

Such a model tells no probabilities, so its lines are candidates: each is held against the frame by `check`. What does
not keep it is asked for again, with what is wrong with it in words; what still does not is written by another writer,
if there is one, around the words that the model gave, or else the answer is refused. What the model says is text to be
checked, never an instruction.
"""

from __future__ import annotations

import json
import re
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from segue.compose import care
from segue.compose.lyrics import chinese, english
from segue.compose.lyrics.checking import check
from segue.compose.lyrics.frame import Frame
from segue.compose.lyrics.holding import Holding
from segue.compose.lyrics.writer import Writer
from segue.compose.lyrics.writing import Wish, given_texts, lyric_of, write_lyrics
from segue.compose.offer import Offer, check_count
from segue.errors import InputError, UnavailableError
from segue.music.lyric import Lyric

_NUMBERED = re.compile(r"^\s*(?:[-*•]\s+|\(?\d{1,3}[.):、]\s*)")
_MOST_ANSWER = 1_000_000  # bytes
_NAMES = {"en": "English", "zh": "Chinese"}


@dataclass(frozen=True)
class Endpoint:
    """Where a model is asked: the address up to /v1, its name there, a key if it wants one, the most seconds that an
    answer may take, and how often lines that do not fit are asked for again."""

    url: str
    model: str
    key: str = field(default="", repr=False)
    seconds: float = 60.0
    rounds: int = 3

    def __post_init__(self) -> None:
        if not re.fullmatch(r"https?://[^\s/]+\S*", self.url):
            raise InputError(f"address {self.url[:80]!r} is none; such as http://127.0.0.1:11434/v1")
        if not self.model.strip():
            raise InputError("an endpoint needs the name of its model, such as llama3.2")
        if not 0 <= self.rounds <= 20 or not 0 < self.seconds <= 3600:
            raise InputError(f"{self.rounds} rounds, {self.seconds:g} s: 0 to 20 and up to 3,600 are accepted")


def ask_lyrics(
    frame: Frame,
    endpoint: Endpoint,
    wish: Wish | None = None,
    n: int = 1,
    seed: int = 0,
    other: Writer | None = None,
    queue: care.Holds | None = None,
) -> list[Offer[Lyric]]:
    """Have a model behind an address write n lyrics to a frame; what it cannot make fit, `other` writes.

    Reasons say how many lines were asked for again and which `other` wrote. UnavailableError where the address does
    not answer, or lines do not fit after all rounds and there is no other writer; InputError where the frame cannot be
    kept. What care holds is put into the `queue`, where there is one; a theme or kept line that it holds is refused.
    """
    check_count(n)
    wish = wish or Wish()
    Holding(wish.level, queue).check_given(given_texts(wish))
    offers = []
    for turn in range(n):
        holding = Holding(wish.level, queue, f"lyrics by {endpoint.model}, seed {seed + turn}")
        offers.append(_Asking(frame, endpoint, wish, seed + turn, other, holding).offer())
    return offers


class _Asking:
    def __init__(
        self, frame: Frame, endpoint: Endpoint, wish: Wish, seed: int, other: Writer | None, holding: Holding
    ) -> None:
        self.frame, self.endpoint, self.wish, self.seed, self.other = frame, endpoint, wish, seed, other
        self.holding = holding
        self.messages = [{"role": "user", "content": _prompt(frame, wish)}]
        self.texts: list[str] = [""] * len(frame.lines)

    def offer(self) -> Offer[Lyric]:
        self._keep(self._lines(self._ask()))
        wrong = self._wrong()
        asked = 0
        for _ in range(self.endpoint.rounds):
            if not wrong:
                break
            asked += len(wrong)
            numbers = sorted(wrong)
            self.messages.append({"role": "user", "content": _again(wrong, self.frame)})
            answer = self._lines(self._ask())
            for number, text in zip(numbers, answer, strict=False):
                self._try(number, text)
            wrong = self._wrong()
        reasons = [f"written by {self.endpoint.model}; {asked} lines asked for again"]
        if wrong:
            reasons.append(self._repair(wrong))
        reasons += self.holding.reasons()
        return Offer(lyric_of(self.frame, self.texts, self.wish.title), float("nan"), self.seed, tuple(reasons))

    def _keep(self, lines: Sequence[str]) -> None:
        for number, text in enumerate(lines[: len(self.texts)]):
            self.texts[number] = text
        for number, text in self.wish.keep.items():
            if not 1 <= number <= len(self.texts):
                raise InputError(f"line {number} is to be kept; the frame has lines 1 to {len(self.texts)}")
            self.texts[number - 1] = text

    def _try(self, number: int, text: str) -> None:
        """Take a new line where less is wrong with the whole than before."""
        before, held = len(self._wrong()), self.texts[number - 1]
        self.texts[number - 1] = text
        if len(self._wrong()) > before:
            self.texts[number - 1] = held

    def _wrong(self) -> dict[int, str]:
        """The lines, from 1 on, that break the frame or use words that are avoided or held, and how."""
        lyric = lyric_of(self.frame, self.texts, "")
        wrong: dict[int, str] = {}
        for finding in check(self.frame, lyric, self.wish.strictness):
            if finding.is_broken and finding.line not in self.wish.keep:
                wrong.setdefault(finding.line, finding.says)
        for number, text in enumerate(self.texts, 1):
            words = map(english.folded, english.words_of(text)) if self.frame.language == "en" else text
            found = self.wish.avoid & set(words)
            if not self.holding.passes(text, f"line {number}"):
                words_held = ", ".join(care.check(text, self.wish.level)[0].words)
                wrong.setdefault(number, f"{words_held!r} is not to be used")
            if found and number not in self.wish.keep:
                wrong.setdefault(number, f"{min(found)!r} is not to be used")
        return wrong

    def _repair(self, wrong: dict[int, str]) -> str:
        """Have the other writer write what does not fit, around the words that the model gave."""
        if self.other is None:
            number = min(wrong)
            raise UnavailableError(
                f"{self.endpoint.model} at {self.endpoint.url} did not make line {number} fit in {self.endpoint.rounds}"
                f" rounds ({wrong[number]}; {len(wrong)} lines in all); more rounds, or another model, may"
            )
        kept = {number: text for number, text in enumerate(self.texts, 1) if number not in wrong}
        theme = " ".join([self.wish.theme, *(self.texts[number - 1] for number in wrong)])
        if care.check(theme, self.wish.level):
            theme = self.wish.theme
        wish, queue = replace(self.wish, theme=theme, keep=kept), self.holding.queue
        (offer,) = write_lyrics(self.frame, self.other, wish, 1, self.seed, queue)
        self.texts = [line.text for line in offer.value.lines]
        return f"lines {', '.join(map(str, sorted(wrong)))} written by {self.other.name}, around the model's words"

    def _lines(self, answer: str) -> list[str]:
        """The lines of an answer: headings, numbers, quotation marks and what is no line of the language left out."""
        found = []
        for line in answer.splitlines():
            text = _NUMBERED.sub("", line).strip().strip("\"“”'*_").strip()
            has_words = chinese.characters_of(text) if self.frame.language == "zh" else english.words_of(text)
            if has_words and not re.fullmatch(r"[\[(#].*|.*[:：]", text):
                found.append(text)
        return found

    def _ask(self) -> str:
        answer = _post(
            self.endpoint, {"messages": self.messages, "seed": self.seed, "temperature": self.wish.temperature}
        )
        self.messages.append({"role": "assistant", "content": answer})
        return answer


def _post(endpoint: Endpoint, body: dict[str, Any]) -> str:
    """Ask for a completion; UnavailableError where none comes."""
    import httpx

    headers = {"Authorization": f"Bearer {endpoint.key}"} if endpoint.key else {}
    place = f"{endpoint.url.rstrip('/')}/chat/completions"
    try:
        with httpx.Client(timeout=endpoint.seconds, trust_env=False) as client:
            request = client.build_request("POST", place, json={"model": endpoint.model, **body}, headers=headers)
            response = client.send(request, stream=True)
            response.raise_for_status()
            data = b""
            for part in response.iter_bytes():
                data += part
                if len(data) > _MOST_ANSWER:
                    raise UnavailableError(f"{place}: an answer of more than {_MOST_ANSWER:,} bytes")
        return _content(data, place)
    except httpx.HTTPStatusError as error:
        raise UnavailableError(
            f"{place} answered {error.response.status_code}; is model {endpoint.model!r} there?"
        ) from error
    except httpx.HTTPError as error:
        raise UnavailableError(f"{place} cannot be asked: {error or type(error).__name__}") from error


def _content(data: bytes, place: str) -> str:
    try:
        content = json.loads(data)["choices"][0]["message"]["content"]
    except (ValueError, KeyError, IndexError, TypeError) as error:
        raise UnavailableError(f"{place}: the answer is no chat completion") from error
    if not isinstance(content, str):
        raise UnavailableError(f"{place}: the answer has no text")
    return content


# ---- what is said to the model


def _prompt(frame: Frame, wish: Wish) -> str:
    unit = "characters" if frame.language == "zh" else "syllables"
    told = [
        f"Write song lyrics in {_NAMES[frame.language]}: {len(frame.lines)} lines, one below the other, nothing else.",
        *(f"{name}: {value}" for name, value in (("Tune", frame.tune), ("Title", wish.title)) if value),
        *(f"{name}: {value}" for name, value in (("Theme", wish.theme), ("Mood", wish.mood)) if value),
        "Each line is asked to be so long, and lines with the same letter rhyme, but end in different words:",
        *(
            f"{number}. {line.length} {unit}" + (f", rhyme {line.rhyme}" if line.rhyme else "") + _beats(line.strong)
            for number, line in enumerate(frame.lines, 1)
        ),
        *(f'Line {number} is given: "{text}"' for number, text in sorted(wish.keep.items())),
    ]
    return "\n".join(told)


def _beats(strong: Sequence[bool]) -> str:
    return ", stress " + "".join("/" if beat else "-" for beat in strong) if any(strong) else ""


def _again(wrong: dict[int, str], frame: Frame) -> str:
    rows = [f"Line {number}: {says}. It needs {_needs(frame, number)}." for number, says in sorted(wrong.items())]
    return "\n".join(["Some lines do not fit. Write these anew, in this order, nothing else:", *rows])


def _needs(frame: Frame, number: int) -> str:
    if not 1 <= number <= len(frame.lines):
        return f"{len(frame.lines)} lines"
    line = frame.lines[number - 1]
    unit = "characters" if frame.language == "zh" else "syllables"
    others = [str(other + 1) for other in frame.rhyme_groups.get(line.rhyme, []) if other + 1 != number]
    return f"{line.length} {unit}" + (f" and a rhyme with line {', '.join(others)}" if others else "")
