"""The rules of the grammar inside a lane: chords, one voice, many notes, drums."""

from __future__ import annotations

from typing import TYPE_CHECKING

from segue.music.language import masks as m
from segue.music.language import vocabulary as v
from segue.music.language.lanes import LONGEST

if TYPE_CHECKING:
    from segue.music.language.grammar import State

_FAR, _AT, _LATE = 1, 2, 3  # what of a position was said last

# ---- positions, which chords, notes at once and drums share


def _legal_positions(state: State) -> int:
    if state.building == _LATE:
        return 0
    if state.building == _AT:
        return m.lates(state.at, state.before - state.far, state.bar_ticks - state.far)
    before = state.before if state.building else state.pos
    mask = m.positions(before - state.far, min(state.bar_ticks - state.far, v.FAR))
    return mask | 1 << v.FAR_TOKEN if state.bar_ticks > state.far + v.FAR else mask


def _has_place(state: State) -> bool:
    """Whether something may begin at the present position."""
    return state.building in (0, _LATE) or (state.building == _AT and state.pos > state.before)


def _step_position(state: State, token: int) -> bool:
    """Take a token of a position; False where it is another one."""
    if token != v.FAR_TOKEN and token not in v.AT and token not in v.LATE_BY:
        return False
    if not state.building:
        state.before, state.far = state.pos, 0
    if token == v.FAR_TOKEN:
        state.building, state.far = _FAR, state.far + v.FAR
    elif token in v.AT:
        state.building, state.at, state.pos = _AT, token, state.far + v.TICKS_OF[token]
    else:
        state.building, state.pos = _LATE, state.pos + v.TICKS_OF[token]
    state.pitch, state.length = -1, 0
    return True


def _settle(state: State) -> None:
    """Something begins at the present position: it is said."""
    state.building, state.far, state.at = 0, 0, -1


# ---- chords


def legal_chords(state: State) -> int:
    """Return what may follow in the chord lane; `pitch` is 0 once a chord stands there, 1 while it may have a bass."""
    is_said = state.pitch >= 0
    mask = _legal_positions(state) | state.openers()
    if is_said:
        return mask | state.after_lane() | (m.BASSES if state.pitch else 0)
    return mask | m.CHORD_STARTS if _has_place(state) else mask


def step_chords(state: State, token: int) -> None:
    """Take a token of the chord lane."""
    if state.is_entry and state.step_opener(token):
        return
    if _step_position(state, token):
        return
    if token in v.ROOT:
        _settle(state)
        state.phase, state.at = "quality", token
    elif token == v.NO_CHORD:
        _settle(state)
        state.pitch = 0
    elif token in v.BASS:
        state.pitch = 0
    else:
        state.leave_lane(token)


def step_quality(state: State, _: int) -> None:
    """Take a chord's quality."""
    state.phase, state.pitch, state.at = "chords", 1, -1


# ---- notes


def _legal_notes(state: State, lowest: int, ticks: int) -> int:
    """Return note tokens and octave shifts for pitches from `lowest` on that last at most `ticks`."""
    low, high = state.reach
    low = max(low, lowest) - state.base
    high -= state.base
    if low > high:
        return 0
    first = v.HIGHEST - 11 if state.shift > 0 else v.LOWEST
    last = v.LOWEST + 11 if state.shift < 0 else v.HIGHEST
    octaves = 12 * state.shift
    mask = m.notes(max(first, low - octaves), min(last, high - octaves), ticks)
    if state.shift >= 0 and high - octaves > v.HIGHEST:
        mask |= 1 << v.UP
    if state.shift <= 0 and low - octaves < v.LOWEST:
        mask |= 1 << v.DOWN
    return mask


def _step_note(state: State, token: int) -> bool:
    """Take an octave shift or a note; False where it is another token."""
    if token in (v.UP, v.DOWN):
        _settle(state)
        state.shift += 1 if token == v.UP else -1
        return True
    if token not in v.NOTE:
        return False
    _settle(state)
    state.pitch = state.base + 12 * state.shift + v.step_of(token)
    state.shift, state.length, state.just_noted = 0, v.TICKS_OF[token], True
    return True


def legal_mono(state: State) -> int:
    """Return what may follow in a lane of one voice: what fits into the rest of the bar."""
    left = state.bar_ticks - state.pos
    if not left:
        return state.after_lane() | (m.SYLLABLES if state.just_noted else 0)
    mask = _legal_notes(state, 0, left)
    if state.shift:
        return mask
    mask |= m.rests(left - 1 if state.must_sound else left) | state.openers()
    if state.just_noted:
        mask |= m.SYLLABLES
    is_held = state.open[state.lane - 1] is not False if state.is_entry else state.length > 0
    return mask | m.holds(left) if is_held else mask


def step_mono(state: State, token: int) -> None:
    """Take a token of one voice; `length` is 0 while it rests."""
    is_first = state.is_entry
    if is_first and state.step_opener(token):
        return
    is_note = _step_note(state, token)
    state.just_noted = is_note and state.shift == 0
    if is_note:
        state.pos += v.TICKS_OF[token]
    elif token in v.REST:
        state.pos, state.length = state.pos + v.TICKS_OF[token], 0
    elif token in v.HOLD:
        if is_first and state.open[state.lane - 1] is None:
            state.mark_entered()
        state.pos, state.length = state.pos + v.TICKS_OF[token], state.length + v.TICKS_OF[token]
    elif token not in v.SYLLABLE:
        state.leave_lane(token)
        return
    if state.pos == state.bar_ticks:
        state.set_sounding(state.length > 0)


def legal_poly(state: State) -> int:
    """Return what may follow in a lane of many notes: those of one position ascend."""
    mask = state.openers()
    if not state.shift:
        mask |= _legal_positions(state)
    if _has_place(state):
        mask |= _legal_notes(state, state.pitch + 1, min(LONGEST, state.room))
    if state.shift or state.building:
        return mask
    if not state.is_entry:
        mask |= state.after_lane()
    if state.just_noted:
        mask |= m.SYLLABLES
    return mask | m.holds(min(LONGEST, state.room) - state.length) if state.length else mask


def step_poly(state: State, token: int) -> None:
    """Take a token of many notes; of those at one position the lowest may be sung."""
    if state.is_entry and state.step_opener(token):
        return
    is_lowest = state.pitch < 0
    is_note = _step_note(state, token)
    state.just_noted = is_note and state.shift == 0 and is_lowest
    if is_note or token in v.SYLLABLE or _step_position(state, token):
        pass
    elif token in v.HOLD:
        state.length += v.TICKS_OF[token]
    else:
        state.leave_lane(token)
        return
    if state.length:
        state.ring = max(state.ring, state.tick + state.length)


def legal_drums(state: State) -> int:
    """Return what may follow in a lane of drums: those of one position ascend."""
    mask = state.openers() | _legal_positions(state)
    if _has_place(state):
        mask |= m.drums(state.pitch)
    return mask if state.is_entry or state.building else mask | state.after_lane()


def step_drums(state: State, token: int) -> None:
    """Take a token of drums."""
    if state.is_entry and state.step_opener(token):
        return
    if token in v.DRUM:
        _settle(state)
        state.pitch = v.DRUMS.start + token - v.DRUM.start
    elif not _step_position(state, token):
        state.leave_lane(token)
