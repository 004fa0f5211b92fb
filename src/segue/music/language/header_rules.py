"""The rules of the grammar before the first bar: the header, the voices, and pieces that are changes alone."""

from __future__ import annotations

from typing import TYPE_CHECKING

from segue.music.language import masks as m
from segue.music.language import vocabulary as v
from segue.music.language.layout import DRUM_HEAD, Head

if TYPE_CHECKING:
    from segue.music.language.grammar import State


def legal_header(state: State) -> int:
    """Return the words of the header's next field."""
    return m.HEADER[len(state.head)]


def step_header(state: State, token: int) -> None:
    """Take a field of the header."""
    state.head = (*state.head, token)
    if token in v.METRE:
        state.metre = token
    elif token in v.TONIC:
        state.tonic = token - v.TONIC.start
    elif token in v.MODE:
        state.mode = token
    if len(state.head) == len(m.HEADER):
        state.task = state.head[0] - v.TASK.start
        state.phase = "changes" if state.task > 1 else "opening"


def _is_triads(state: State) -> bool:
    return state.task == v.TASKS.index("triads")


def legal_changes(state: State) -> int:
    """Return what may follow in a piece of changes: a chord, its bass, or the end."""
    if _is_triads(state):
        return m.ROOTS | 1 << v.END
    starts = m.ROOTS if state.at == v.NO_CHORD else m.CHORD_STARTS
    return starts | 1 << v.END | (m.BASSES if state.just_noted else 0)


def step_changes(state: State, token: int) -> None:
    """Take a root, a bass, no chord, or the end."""
    state.just_noted = False
    if token == v.NO_CHORD:
        state.at = token
    if token == v.END:
        state.phase = "ended"
    elif token in v.ROOT:
        state.phase, state.is_entry, state.at = "change", token != state.at, token


def legal_change(state: State) -> int:
    """Return the qualities that may follow a root."""
    if not _is_triads(state):
        return m.QUALITIES
    return m.TRIADS if state.is_entry else m.TRIADS & ~(1 << state.lane)  # a change is to another triad


def step_change(state: State, token: int) -> None:
    """Take a quality."""
    state.phase, state.just_noted, state.lane = "changes", True, token


def legal_opening(state: State) -> int:
    """Return what may follow the header: voices, then the first bar."""
    mask = state.next_bars()
    if len(state.voices) < v.VOICES:
        mask |= 1 << v.VOICE.start + len(state.voices)
    if not state.voices and v.LATER not in state.head:
        mask |= 1 << v.LATER
    return mask


def step_opening(state: State, token: int) -> None:
    """Take `later`, a voice, or the first bar."""
    if token == v.LATER:
        state.head = (*state.head, token)
    elif token in v.VOICE:
        state.phase, state.lane = "kind", token
    else:
        state.begin_bar(token)


def step_kind(state: State, token: int) -> None:
    """Take a voice's kind; of drums nothing else is said."""
    state.phase, state.pitch = "instrument", token
    if token == DRUM_HEAD.kind:
        _declare(state, DRUM_HEAD)


def step_instrument(state: State, token: int) -> None:
    """Take a voice's instrument."""
    state.phase, state.pos = "register", token


def step_register(state: State, token: int) -> None:
    """Take a voice's register, which declares it."""
    _declare(state, Head(state.pitch, state.pos, token))


def _declare(state: State, head: Head) -> None:
    state.voices, state.open = (*state.voices, head), (*state.open, False)
    state.phase = "opening"
