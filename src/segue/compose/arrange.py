"""Arranging a lead sheet: bass, piano, guitar, drums, a second voice, or the other voices of a choir, by style.

The parts are drawn one after another, each hearing those before it; melody and chords stay the very same.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from segue.compose.coach.reading import Reading
from segue.compose.coach.voices import crossings, parallel_fifths, parallel_octaves
from segue.compose.drawing import SAMPLING
from segue.compose.drumming import drum_part, is_border
from segue.compose.ground import HarmonyOf, bass_of
from segue.compose.offer import Offer
from segue.compose.roles import ROLES, Role, check_parts, check_style, parts_of, silent_part
from segue.compose.stretches import Drawing, Told, draw_voice, opening, several, silent
from segue.compose.voicing import Desk
from segue.errors import InputError
from segue.models.engine.protocol import Engine
from segue.models.engine.sampling import Sampling
from segue.music.pitch import name
from segue.music.score import Part, Score

_TRIES = 4  # times that a choir is drawn until no fifths or octaves are in parallel
_SINGABLE = (57, 84)  # a melody that lies outside altogether is refused
_SUNG = (60, 81)  # the soprano's range, as a melody that a choir sings should keep it


def arrange(
    engine: Engine,
    sheet: Score,
    style: str = "",
    parts: Sequence[str] = (),
    *,
    n: int = 1,
    sampling: Sampling = SAMPLING,
    told: Told = silent,
) -> list[Offer[Score]]:
    """Arrange a lead sheet (the melody is its first part with notes but drums), `n` times, the likeliest first.

    `style` is a style's name (the sheet's own without), `parts` names of `ROLES` or "satb" (those that the style has
    without). All parts and chords of the sheet stay the very same. `told` hears how many bars of which part are done;
    Ctrl-C keeps the parts and stretches that are done. InputError for an empty or unplayable melody, a style or a part
    that there is not.
    """
    named = check_style(style or sheet.style)
    roles = check_parts(parts or parts_of(named))
    tune = _tune_of(sheet, roles)
    sheet = sheet.replace(style=named or sheet.style)

    def once(seed: int) -> tuple[Offer[Score], bool]:
        made = _Arranging(engine, sheet, tune, roles, replace(sampling, seed=seed), told).made()
        return Offer(made.score, made.fit, seed, tuple(_reasons(sheet, tune, made))), bool(made.stopped)

    return several(n, sampling.seed, once)


def _tune_of(sheet: Score, roles: Sequence[Role]) -> int:
    """The number of the melody: the first part with notes that is no drums; InputError where that cannot be."""
    found = next((number for number, part in enumerate(sheet.parts) if len(part.notes) and not part.is_drums), None)
    if found is None:
        raise InputError(f"{sheet.title or 'this sheet'!r} has no melody: at least one note of a part that is no drums")
    low, high = min(sheet.parts[found].notes.pitches), max(sheet.parts[found].notes.pitches)
    if any(role.kind == "choir" for role in roles) and (high < _SINGABLE[0] or low > _SINGABLE[1]):
        wanted = f"{name(_SUNG[0])} to {name(_SUNG[1])}"
        raise InputError(f"a melody from {name(low)} to {name(high)} is no soprano's; transpose it to {wanted}")
    return found


@dataclass(frozen=True)
class _Made:
    score: Score
    fit: float
    roles: tuple[Role, ...]
    stopped: str = ""  # what Ctrl-C ended


@dataclass(frozen=True)
class _Arranging:
    """One arrangement: what is to be drawn, by which model."""

    engine: Engine
    sheet: Score
    tune: int
    roles: tuple[Role, ...]
    sampling: Sampling
    told: Told

    def made(self) -> _Made:
        """Draw part after part."""
        score = self.sheet
        fits: list[float] = []
        done: list[Role] = []
        for place, role in enumerate(self.roles):
            sampling = replace(self.sampling, seed=self.sampling.seed * 97 + place)
            try:
                score, fit, stopped = self._with(score, role, tuple(done), sampling)
            except KeyboardInterrupt:
                if not done:
                    raise
                return _Made(score, _mean(fits), tuple(done), f"stopped before the {role.name}")
            done.append(role)
            fits.append(fit)
            if stopped:
                return _Made(score, _mean(fits), tuple(done), f"stopped in the {role.name} {stopped}")
        return _Made(score, _mean(fits), tuple(done))

    def _with(self, score: Score, role: Role, done: tuple[Role, ...], sampling: Sampling) -> tuple[Score, float, str]:
        """The score with a role's part, how likely that is, and where Ctrl-C ended it."""
        number = len(self.sheet.parts) + sum(other.order < role.order for other in done)
        parts = (*score.parts[:number], silent_part(role), *score.parts[number:])
        if role.kind == "drums":
            notes, fit = drum_part(self.engine, self.sheet, sampling)
            self.told(role.name, len(score.bars), len(score.bars))
            drums = replace(parts[number], notes=notes)
            return score.replace(parts=(*parts[:number], drums, *parts[number + 1 :])), fit, ""
        desk = Desk(score.replace(parts=parts), number, role, self.tune, self._others(done, role, number))
        tries: list[tuple[int, Drawing]] = []
        while not tries or (role.kind == "choir" and len(tries) < _TRIES and min(faults for faults, _ in tries)):
            seeded = replace(sampling, seed=sampling.seed + len(tries))
            drawn = draw_voice(self.engine, desk.score, desk.voice(), seeded, self.told)
            sung = drawn.score.replace(parts=_singing(drawn.score, self.tune, (*done, role)))
            tries.append((len(list(_faults(sung))), drawn))
            if drawn.is_stopped:
                break
        _, drawn = min(tries, key=lambda one: one[0])
        return drawn.score, drawn.fit, f"after bar {drawn.bars}" if drawn.is_stopped else ""

    def _others(self, done: tuple[Role, ...], role: Role, number: int) -> tuple[int, ...]:
        """The numbers, in the score with the new part, of the voices that it is led with."""
        first = len(self.sheet.parts)
        if role.kind != "choir":
            return (self.tune,)
        ordered = sorted((*done, role), key=lambda one: one.order)
        choir = [first + place for place, one in enumerate(ordered) if one.kind == "choir"]
        return tuple(one for one in (self.tune, *choir) if one != number)


def _mean(fits: Sequence[float]) -> float:
    known = [fit for fit in fits if not math.isnan(fit)]
    return sum(known) / len(known) if known else math.nan


def _faults(score: Score) -> Iterator[str]:
    """Fifths and octaves in parallel, voices that cross, among voices that sing together."""
    for rule in (parallel_fifths, parallel_octaves, crossings):
        for found in rule(Reading(score, "chorale")):
            yield found.what


# ---- what came


def _reasons(sheet: Score, tune: int, made: _Made) -> Iterator[str]:
    score, harmony = made.score, HarmonyOf(made.score)
    new = {role.name: part for role in made.roles for part in score.parts if _is_of(part, role)}
    for role in made.roles:
        notes = new[role.name].notes
        if not len(notes):
            yield f"{role.name}: rests throughout"
        elif role.kind == "drums":
            yield _drum_reason(score, new[role.name])
        else:
            low, high = min(notes.pitches), max(notes.pitches)
            signature = score.key.signature
            fitting = _fitting(harmony, new[role.name], role)
            yield f"{role.name}: {name(low, signature)} to {name(high, signature)}{fitting}"
    if any(role.kind == "choir" for role in made.roles):
        faults = list(_faults(score.replace(parts=_singing(score, tune, made.roles))))
        yield "no fifths or octaves in parallel, no voices cross" if not faults else "; ".join(faults[:3])
        sung = sheet.parts[tune].notes.pitches
        low, high = min(sung), max(sung)
        if low < _SUNG[0] or high > _SUNG[1]:
            yield f"the melody's {name(low)} to {name(high)} leaves the soprano's {name(_SUNG[0])} to {name(_SUNG[1])}"
    if made.stopped:
        yield made.stopped


def _is_of(part: Part, role: Role) -> bool:
    return part.name == role.name.capitalize() and part.program == role.program


def _singing(score: Score, tune: int, roles: Sequence[Role]) -> tuple[Part, ...]:
    choir = [role for role in roles if role.kind == "choir"]
    return (score.parts[tune], *(part for part in score.parts if any(_is_of(part, role) for role in choir)))


def _fitting(harmony: HarmonyOf, part: Part, role: Role) -> str:
    """How far a part keeps to the chords: a bass where they begin, others on strong beats."""
    if role.kind == "bass":
        begins = {one.start: one.chord for one in harmony.score.chords if one.chord.root is not None}
        met = [(note.pitch % 12, begins[note.start]) for note in part.notes if note.start in begins]
        roots = sum(pitch == bass_of(chord) for pitch, chord in met)
        return f", the chord's bass at {roots} of {len(begins)} changes" if begins else ""
    strong = list(harmony.strong(part.notes))
    fits = sum(fit for _, fit in strong)
    return f", {fits} of {len(strong)} notes on strong beats are tones of their chords" if strong else ""


def _drum_reason(score: Score, part: Part) -> str:
    fills = sum(is_border(score, number) for number in range(1, len(score.bars)))
    told = f", {fills} fill{'s' if fills > 1 else ''} before what begins then" if fills else ""
    return f"drums: a groove of two bars{told}, {len(part.notes)} strokes"


__all__ = ["ROLES", "arrange", "opening"]
