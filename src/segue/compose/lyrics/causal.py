"""A writer over any causal language model: its tokens are walked so that only whole items that are legal come out.

The items are words (or characters) of a list, each as the tokens that the model's tokenizer makes of it, in a tree. An
item is drawn token by token along the branches that still lead to a legal one; where an item ends and a longer one goes
on, ending has the probability of all tokens that do not go on. So the model's own distribution decides, renormalised at
each token among what is legal (as in Willard & Louf, "Efficient guided generation for large language models", 2023).
It writes forward: a line's last item is drawn among those that rhyme and fill the line (see `decoding`).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from segue.compose.lyrics.coding import said_as
from segue.compose.lyrics.frame import Language, LineFrame
from segue.compose.lyrics.writer import Bias, Brief, Legal
from segue.errors import InputError
from segue.models.causal import CausalModel, CausalState

_NAMES = {"en": "English", "zh": "Chinese"}


@dataclass
class _Node:
    """A prefix of tokens: where it goes on, and which item ends here (-1: none). Items below it are `first` to before
    `after` in the order of the tree."""

    children: dict[int, _Node] = field(default_factory=dict)
    item: int = -1
    first: int = 0
    after: int = 0


class CausalWriter:
    """A causal model as a writer of items; `affinity` knows only the items of the theme itself, the prompt tells the
    model the rest."""

    is_backward = False

    def __init__(self, model: CausalModel, items: Sequence[str], language: Language = "en") -> None:
        if not items:
            raise InputError("a writer needs items: the words or characters that it may use")
        self.model, self.language, self.name = model, language, model.name
        before, space = ("a", " ") if language == "en" else ("一", "")
        rows: dict[str, tuple[tuple[int, ...], tuple[int, ...]]] = {}
        taken: tuple[set[tuple[int, ...]], set[tuple[int, ...]]] = (set(), set())
        for item in items:
            text = said_as(item, language)
            inside, opening = model.encode_after(before, space + text), model.encode_after("\n", _capital(text))
            is_told = all(told and model.unknown not in told for told in (inside, opening))
            if is_told and tuple(inside) not in taken[0] and tuple(opening) not in taken[1]:
                rows[item] = (tuple(inside), tuple(opening))
                taken[0].add(tuple(inside))
                taken[1].add(tuple(opening))
        if not rows:
            raise InputError(f"the tokenizer of {model.name} knows none of the {len(items)} items")
        self.items = tuple(rows)  # those that the tokenizer tells apart
        self.inside = _tree([inside for inside, _ in rows.values()])
        self.opening = _tree([opening for _, opening in rows.values()])

    def open(self, brief: Brief, title: str = "") -> _Lines:
        """Begin a lyric with a prompt that tells theme, mood and title."""
        told = [f"Write song lyrics in {_NAMES[self.language]}, one line below the other."]
        told += [f"{name}: {value}." for name, value in _asked(brief, title)]
        return _Lines(self, self.model.opening(" ".join(told)))

    def affinity(self, text: str) -> NDArray[np.float32]:
        """Return 1 for the items of the text itself."""
        wanted = set(text.lower().split()) if self.language == "en" else set(text)
        return np.array([item in wanted for item in self.items], dtype=np.float32)


def _tree(told: Sequence[Sequence[int]]) -> tuple[_Node, NDArray[np.int64]]:
    """The tree of some items' tokens, and the items in its order."""
    root = _Node()
    for number, tokens in enumerate(told):
        node = root
        for token in tokens:
            node = node.children.setdefault(token, _Node())
        node.item = number
    order: list[int] = []
    _number(root, order)
    return root, np.array(order, dtype=np.int64)


def _asked(brief: Brief, title: str) -> list[tuple[str, str]]:
    rows = (("Theme", brief.theme), ("Mood", brief.mood), ("Title", brief.title or title))
    return [(name, value) for name, value in rows if value]


def _capital(text: str) -> str:
    return text[:1].upper() + text[1:]


def _number(node: _Node, order: list[int]) -> None:
    """Number the items below each node so that they lie side by side."""
    node.first = len(order)
    if node.item >= 0:
        order.append(node.item)
    for child in node.children.values():
        _number(child, order)
    node.after = len(order)


class _Lines:
    def __init__(self, writer: CausalWriter, prompt: str) -> None:
        self.writer = writer
        self.prompt: list[int] = writer.model.encode(prompt)
        self.lines: list[list[int]] = []
        self.state: CausalState | None = None

    def begin(self, line: LineFrame, rows: int) -> _Tries:
        """Begin so many tries at the next line; the first lines are forgotten where the model cannot see all."""
        room = 8 * line.length + 16
        if self.state is None or self.state.length + room > self.writer.model.longest:
            kept = self.lines
            while kept and len(self.prompt) + sum(map(len, kept)) + room > self.writer.model.longest:
                kept = kept[1:]
            start = [*self.prompt, *(token for held in kept for token in held)]
            self.state = self.writer.model.read(start or self.writer.model.encode("\n"))
            self.lines = kept
        return _Tries(self.writer, self.state, rows)

    def accept(self, line: LineFrame, items: Sequence[int]) -> None:
        """Take a line for good."""
        names = [said_as(self.writer.items[item], self.writer.language) for item in items]
        text = (" " if self.writer.language == "en" else "").join(names)
        tokens = self.writer.model.encode(_capital(text) + line.sign + "\n")
        self.lines.append(tokens)
        if self.state is not None:
            has_room = self.state.length + len(tokens) <= self.writer.model.longest
            self.state = self.state.then(tokens) if has_room else None


class _Tries:
    def __init__(self, writer: CausalWriter, state: CausalState, rows: int) -> None:
        self._writer = writer
        self._states = [state] * rows
        self._begun = [False] * rows
        self._is_own = [False] * rows  # whether a row's state is no longer that of the lines before

    def draw(
        self, rows: Sequence[int], legal: Legal, bias: Bias, temperature: float, rng: np.random.Generator
    ) -> tuple[NDArray[np.int64], NDArray[np.float64]]:
        """Draw the next items; see `LineSession`. A bias moves a branch by the largest of its items."""
        drawn, nats = [], []
        for place, row in enumerate(rows):
            item, cost = self._walk(row, legal[place], bias[place], temperature, rng)
            drawn.append(item)
            nats.append(cost)
        return np.array(drawn, dtype=np.int64), np.array(nats, dtype=np.float64)

    def _walk(
        self,
        row: int,
        legal: NDArray[np.bool_],
        bias: NDArray[np.float32],
        temperature: float,
        rng: np.random.Generator,
    ) -> tuple[int, float]:
        node, order = self._writer.inside if self._begun[row] else self._writer.opening
        self._begun[row] = True
        allowed, added = legal[order], np.where(legal, bias, -np.inf)[order]
        total = 0.0
        while True:
            branches = [
                (token, child) for token, child in node.children.items() if allowed[child.first : child.after].any()
            ]
            may_end = node.item >= 0 and bool(legal[node.item])
            if may_end and not branches:
                return node.item, total
            scores, biases = _scores(self._states[row].logits, branches, may_end, added, node, bias)
            choice = _choose(scores + biases, temperature, rng)
            total += float(scores[choice] - np.logaddexp.reduce(scores))
            if may_end and choice == len(branches):
                return node.item, total
            token, node = branches[choice]
            if self._is_own[row]:
                self._states[row].extend([token])
            else:
                self._states[row], self._is_own[row] = self._states[row].then([token]), True


def _scores(
    logits: NDArray[np.float32],
    branches: Sequence[tuple[int, _Node]],
    may_end: bool,
    added: NDArray[np.float32],
    node: _Node,
    bias: NDArray[np.float32],
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Log-probabilities of the branches, and of ending where that may be; and what is added to each."""
    known = logits.astype(np.float64)
    known -= np.logaddexp.reduce(known)
    scores = known[[token for token, _ in branches]] if branches else np.zeros(0)
    best = [float(added[child.first : child.after].max()) for _, child in branches]
    if may_end:
        going_on = float(np.exp(known[list(node.children)]).sum())
        scores = np.append(scores, np.log(max(1 - going_on, 1e-6)))
        best.append(float(bias[node.item]))
    return scores, np.array(best)


def _choose(scores: NDArray[np.float64], temperature: float, rng: np.random.Generator) -> int:
    if temperature == 0:
        return int(scores.argmax())
    return int((scores / temperature + rng.gumbel(size=len(scores))).argmax())
