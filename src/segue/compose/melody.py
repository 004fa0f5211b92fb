"""A melody over chords: free, from a given rhythm, going on from a phrase or answering it, with range and contour."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from fractions import Fraction
from itertools import pairwise

from segue.compose.drawing import SAMPLING, Narrow
from segue.compose.excerpt import head_of
from segue.compose.ground import HarmonyOf
from segue.compose.guides import Harmony, LineGuide, RangeGuide, between, of_classes
from segue.compose.likeness import CONTOURS, contour_fit
from segue.compose.offer import Offer
from segue.compose.stretches import Task as VoiceTask
from segue.compose.stretches import Told, Voice, draw_voices, in_batches, silent
from segue.compose.theory import Setting, checked_rules, narrowing
from segue.errors import InputError, did_you_mean
from segue.models.engine.protocol import Engine
from segue.models.engine.sampling import Sampling
from segue.music.instruments import INSTRUMENTS, Instrument
from segue.music.language import vocabulary as v
from segue.music.language.lanes import is_one_voice, mono_lanes
from segue.music.note import Note, Notes
from segue.music.pitch import name
from segue.music.roman import parse_roman
from segue.music.score import Bar, ChordAt, Part, Progression, Score

_LANE = 1  # of the melody: the first part
_SPAN = 19  # semitones of a melody whose range is not told: an octave and a fifth
_VOICE = 57  # the lowest pitch of one for a voice, A3
_NARROWEST = 4  # semitones on both sides of a contour's line
_CORRIDOR = 0.3  # of the range on both sides of it
_REPEATS = 3  # times in a row that a pitch may come


@dataclass(frozen=True)
class MelodyWish:
    """What a melody shall be like.

    `low` and `high` are MIDI pitches that it never leaves (None: a range that suits the instrument, or the phrase that
    it goes on from), `contour` a name of `CONTOURS` or "" for any, `instrument` a name of
    `segue.music.instruments.INSTRUMENTS`, `style` one of `segue.music.styles.STYLES` or "". `without`
    names rules of `segue.compose.theory` that are switched off; with its "chord-scale" goes that notes which begin a
    bar are tones of the chord.
    """

    low: int | None = None
    high: int | None = None
    contour: str = ""
    instrument: str = "voice"
    style: str = ""
    without: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        names = [one.name for one in INSTRUMENTS]
        if self.instrument not in names:
            near = did_you_mean(self.instrument, names)
            raise InputError(f"instrument {self.instrument!r} is none of {', '.join(names)}{near}")
        if self.contour and self.contour not in CONTOURS:
            near = did_you_mean(self.contour, CONTOURS)
            raise InputError(f"contour {self.contour!r} is none of {', '.join(CONTOURS)}{near}")
        checked_rules(None, self.without)
        low, high = self.player.low, self.player.high
        for end in (self.low, self.high):
            if end is not None and not low <= end <= high:
                raise InputError(
                    f"a melody to {end} ({name(end) if 0 <= end <= 127 else 'no pitch'}): {self.instrument} goes from"
                    f" {low} ({name(low)}) to {high} ({name(high)})"
                )
        if self.low is not None and self.high is not None and self.low > self.high:
            raise InputError(f"a range from {self.low} up to {self.high}: the first is the higher one")

    @property
    def player(self) -> Instrument:
        """The instrument with its range."""
        return next(one for one in INSTRUMENTS if one.name == self.instrument)


@dataclass(frozen=True)
class _Task:
    """A score whose last bars lack their melody, and what is to hold for it."""

    score: Score
    first: int  # bar from which it is to be drawn, from 0
    low: int
    high: int
    rhythm: Notes | None = None  # of the bars from `first` on, at their times in the score
    like: int = 0  # bars of the phrase whose rhythm comes back
    closes: bool = False

    @property
    def bars(self) -> range:
        return range(self.first, len(self.score.bars))


def melody(
    engine: Engine,
    progression: Progression,
    wish: MelodyWish | None = None,
    *,
    rhythm: Notes | None = None,
    n: int = 4,
    sampling: Sampling = SAMPLING,
    told: Told = silent,
) -> list[Offer[Score]]:
    """Draw melodies over a progression, the best first; the chords are kept as they are.

    With a `rhythm` (notes whose pitches do not count, one at a time) the onsets and lengths are those, to the note.
    `told` hears how many bars are done. InputError for a progression without bars, or a rhythm that is empty,
    longer than the bars, or has several notes at once.
    """
    wish = wish or MelodyWish()
    _check_bars(progression.bars, progression.title)
    low, high = range_of(wish, ())
    task = _Task(_with_part(progression.score, wish, Notes.of(())), 0, low, high)
    if rhythm is not None:
        _check_rhythm(rhythm, task.score)
        task = replace(task, rhythm=rhythm)
    return _offers(engine, task, wish, n, sampling, told)


def go_on(
    engine: Engine,
    phrase: Score,
    progression: Progression,
    wish: MelodyWish | None = None,
    *,
    n: int = 4,
    sampling: Sampling = SAMPLING,
    told: Told = silent,
) -> list[Offer[Score]]:
    """Continue the melody of a phrase (its first part) over further chords; the phrase is kept to the note.

    InputError where the phrase has no melody, it lies outside the range wished for, or the progression has no bars.
    """
    wish = wish or MelodyWish()
    return _offers(engine, _after(phrase, progression, wish), wish, n, sampling, told)


def answer(
    engine: Engine,
    phrase: Score,
    progression: Progression | None = None,
    wish: MelodyWish | None = None,
    *,
    n: int = 4,
    sampling: Sampling = SAMPLING,
    told: Told = silent,
) -> list[Offer[Score]]:
    """Answer a phrase by one that begins with its rhythm and closes on the tonic.

    That is the consequent of a period (Caplin, "Classical Form", 1998, ch. 4). The chords are the progression's, or the
    phrase's own with an authentic cadence in its last two bars. Errors as `go_on`.
    """
    wish = wish or MelodyWish()
    _check_bars(phrase.bars, phrase.title)
    task = _after(phrase, progression or _closed(phrase), wish)
    half = max(1, min(len(phrase.bars), len(task.bars)) // 2)
    return _offers(engine, replace(task, like=half, closes=True), wish, n, sampling, told)


# ---- what is given


def _check_bars(bars: Sequence[Bar], title: str) -> None:
    if not bars:
        raise InputError(f"{title or 'this progression'!r} has no bars; at least one bar of chords is needed")


def _check_rhythm(rhythm: Notes, score: Score) -> None:
    if not len(rhythm):
        raise InputError("the rhythm has no notes; at least one is needed")
    if rhythm.end > score.end:
        raise InputError(f"the rhythm ends at {rhythm.end}, the chords at {score.end} quarter notes")
    for one, other in pairwise(rhythm):
        if other.start < one.end:
            raise InputError(f"two notes of the rhythm sound at {other.start} quarter notes; a melody has one")


def _with_part(score: Score, wish: MelodyWish, notes: Notes) -> Score:
    return score.replace(parts=(Part(notes, "Melody", wish.player.program),), style=wish.style or score.style)


def range_of(wish: MelodyWish, known: Sequence[int]) -> tuple[int, int]:
    """Return the lowest and the highest pitch: as wished, else around what is known, else what suits the instrument."""
    player = wish.player
    lowest = _VOICE if player.name == "voice" else (player.low + player.high - _SPAN) // 2
    low = min(known) - 3 if known else lowest
    high = max(known) + 3 if known else low + _SPAN
    low = wish.low if wish.low is not None else max(player.low, min(low, (wish.high or high) - _SPAN // 2))
    high = wish.high if wish.high is not None else min(player.high, max(high, low + _SPAN // 2))
    return low, high


def _after(phrase: Score, progression: Progression, wish: MelodyWish) -> _Task:
    """The phrase with the bars of a progression behind it."""
    notes = phrase.parts[0].notes if phrase.parts else Notes.of(())
    if not len(notes):
        raise InputError(f"the phrase {phrase.title!r} has no melody in its first part; at least one note is needed")
    _check_bars(progression.bars, progression.title)
    low, high = range_of(wish, notes.pitches)
    for note in notes:
        if (wish.low is not None and note.pitch < low) or (wish.high is not None and note.pitch > high):
            raise InputError(
                f"the phrase has {name(note.pitch)} at {note.start} quarter notes, outside the range {name(low)} to"
                f" {name(high)} that was wished for"
            )
    end = phrase.end
    chords = (*phrase.chords, *(replace(one, start=one.start + end) for one in progression.chords))
    whole = phrase.replace(
        parts=(phrase.parts[0],),
        bars=(*phrase.bars, *progression.bars),
        chords=chords,
        style=wish.style or phrase.style,
    )
    return _Task(whole, len(phrase.bars), low, high)


def _closed(phrase: Score) -> Progression:
    """The chords of a phrase, the last two bars being dominant and tonic; without chords those two alone."""
    key, starts, count = phrase.bars[-1].key, phrase.bar_starts, len(phrase.bars)
    tonic = "i" if key.mode in ("minor", "dorian", "phrygian", "locrian") else "I"
    first = max(count - 2, 0)
    close = [ChordAt(starts[first], parse_roman("V", key)), ChordAt(starts[count - 1], parse_roman(tonic, key))]
    kept = tuple(one for one in phrase.chords if one.start < starts[first])
    bars = tuple(replace(bar, section="", repeats_from=False, repeats_to=1, ending=()) for bar in phrase.bars)
    return Progression((*kept, *(close if count > 1 else close[1:])), bars)


# ---- what may come


def _offers(
    engine: Engine, task: _Task, wish: MelodyWish, n: int, sampling: Sampling, told: Told
) -> list[Offer[Score]]:
    head = head_of(task.score.parts[0], task.score.key.tonic.pc, "mono", (task.low + task.high) // 2)

    holes = frozenset((bar, _LANE) for bar in task.bars)

    def asked(seed: int) -> VoiceTask:
        guide = LineGuide(
            _LANE, _pitches(task, wish), _endings(task), _rhythm(task), shortest=3, final=v.TICKS, repeats=_REPEATS,
            must_sound=lambda bar, ticks: (bar, ticks) == (task.first, 0) and task.rhythm is None,
        )  # fmt: skip
        ruled = narrowing(checked_rules(None, wish.without), Setting(task.score, holes))
        narrow: tuple[Narrow, ...] = (RangeGuide(_LANE, between(task.low, task.high)), guide, *ruled)
        voice = Voice(0, task.bars, None if task.first else head, narrow, "melody")
        return VoiceTask(task.score, voice, replace(sampling, seed=seed))

    def together(seeds: Sequence[int]) -> tuple[list[Offer[Score]], bool]:
        drawings = draw_voices(engine, [asked(seed) for seed in seeds], told)
        offers = []
        for seed, made in zip(seeds, drawings, strict=True):
            score = _in_time(task, made.score)
            stopped = (f"stopped after bar {made.bars}",) if made.is_stopped else ()
            offers.append(Offer(score, made.fit, seed, (*_reasons(task, wish, score), *stopped)))
        return offers, any(made.is_stopped for made in drawings)

    return in_batches(n, sampling.seed, together)


def _pitches(task: _Task, wish: MelodyWish) -> Harmony:
    harmony = HarmonyOf(task.score)
    whole = between(task.low, task.high)
    begin, end = harmony.starts[task.first], harmony.starts[-1]
    shape = CONTOURS.get(wish.contour)
    values = [shape(step / 32) for step in range(33)] if shape else []
    width = max(_NARROWEST, round(_CORRIDOR * (task.high - task.low)))

    def pitches(bar: int, ticks: int, _: int) -> int:
        time = harmony.at(bar, ticks)
        found = whole
        if shape:
            height = (shape(float((time - begin) / (end - begin))) - min(values)) / (max(values) - min(values))
            middle = round(task.low + height * (task.high - task.low))
            found &= between(middle - width, middle + width)
        if not ticks and "chord-scale" not in wish.without:
            found = found & harmony.chord_tones(time) or found
        return found

    return pitches


def _endings(task: _Task) -> dict[int, int]:
    """The last note is a tone of the chord there; of an answer the tonic, or its triad where that is out of range."""
    last = len(task.score.bars) - 1
    harmony = HarmonyOf(task.score)
    tones = harmony.chord_tones(task.score.end - Fraction(1, v.TICKS))
    whole = between(task.low, task.high)
    if task.closes:
        scale = task.score.bars[last].key.scale
        triad = of_classes(frozenset(scale[step] for step in (0, 2, 4)))
        tones = whole & of_classes(frozenset(scale[:1])) or triad
    tones &= whole
    return {last: tones} if tones else {}


def _rhythm(task: _Task) -> dict[int, tuple[int, ...]]:
    """The tokens of a given rhythm, bar by bar; only the lengths of its notes count."""
    score = task.score
    bounds = [round(start * v.TICKS) for start in score.bar_starts]
    bases = [0] * len(score.bars)
    if task.rhythm is not None:
        rows, _ = is_one_voice([(start, 0, length) for start, length, _, _ in task.rhythm.in_ticks(v.TICKS)])
        lanes = mono_lanes(rows, bounds, bases, {}).bars
        return {bar: lanes[bar] for bar in task.bars}
    if not task.like:
        return {}
    rows = sorted((start, 0, length) for start, length, _, _ in score.parts[0].notes.in_ticks(v.TICKS))
    lanes = mono_lanes(_topmost(rows), bounds, bases, {}).bars
    pickup = int(score.bars[0].is_irregular)
    found: dict[int, tuple[int, ...]] = {}
    for place in range(task.like):
        theirs, mine = place + pickup, place + task.first
        if theirs < task.first and score.bars[theirs].length == score.bars[mine].length:
            found[mine] = lanes[theirs] if place else tuple(map(_as_rest, lanes[theirs]))
    return found


def _topmost(rows: Sequence[tuple[int, int, int]]) -> list[tuple[int, int, int]]:
    """One note for each onset, each cut where the next begins."""
    longest = {start: length for start, _, length in rows}
    return [
        (start, 0, length if then is None else min(length, then - start))
        for (start, length), then in zip(longest.items(), [*longest, None][1:], strict=True)
    ]


def _as_rest(token: int) -> int:
    """A hold as a rest of the same length, where there is no note that could be held."""
    return token - v.HOLD.start + v.REST.start if token in v.HOLD else token


def _in_time(task: _Task, score: Score) -> Score:
    """Give the drawn notes the very times of the rhythm, which may lie between ticks."""
    if task.rhythm is None:
        return score
    drawn = score.parts[0].notes.in_ticks(v.TICKS)
    starts = [row[0] for row in drawn]
    kept = []
    for note, (start, _, _, _) in zip(task.rhythm, task.rhythm.in_ticks(v.TICKS), strict=True):
        place = max(bisect_right(starts, start) - 1, 0)
        kept.append(replace(note, pitch=drawn[place][2]))
    return score.replace(parts=(replace(score.parts[0], notes=Notes.of(kept)), *score.parts[1:]))


# ---- what came


def _new(task: _Task, score: Score) -> list[Note]:
    begin = score.bar_starts[task.first]
    return [note for note in score.parts[0].notes if note.start >= begin]


def _reasons(task: _Task, wish: MelodyWish, score: Score) -> Iterator[str]:
    harmony, new = HarmonyOf(score), _new(task, score)
    if not new:
        yield "the melody rests in all bars"
        return
    low, high = min(new, key=lambda note: note.pitch), max(new, key=lambda note: note.pitch)
    yield f"from {harmony.name(low)} to {harmony.name(high)} (bar {harmony.bar(high.start) + 1})"
    strong = list(harmony.strong(score.parts[0].notes, task.first))
    if strong:
        yield f"{sum(fits for _, fits in strong)} of {len(strong)} notes on strong beats are tones of their chords"
        told = max((note for note, fits in strong if fits), key=lambda note: note.length, default=None)
        if told is not None:
            yield f"bar {harmony.bar(told.start) + 1}: {harmony.name(told)} is {harmony.tone(told)}"
    if wish.contour:
        yield f"{wish.contour}: the correlation of its pitches with that shape is {contour_fit(new, wish.contour):.2f}"
    if task.rhythm is not None:
        yield f"the rhythm given is kept: {len(new)} notes"
    answered = sorted(_rhythm(task)) if task.like else []
    if answered:
        yield f"bars {answered[0] + 1} to {answered[-1] + 1} take up the rhythm of the phrase"
    yield from _closing_reason(harmony, new[-1])


def _closing_reason(harmony: HarmonyOf, last: Note) -> Iterator[str]:
    key = harmony.score.bars[-1].key
    tone = harmony.tone(last)
    if last.pitch % 12 == key.tonic.pc:
        yield f"closes on the tonic {key.tonic}" + (f", {tone}" if tone else "")
    elif tone:
        yield f"ends on {harmony.name(last)}, {tone}"
