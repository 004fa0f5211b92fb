"""The coach: rules out of books that read a musician's piece and say what could be better, where, and how.

A new rule is one entry in the RULES of its family; a new family is one file and one line in FAMILIES.
"""

from __future__ import annotations

from collections.abc import Collection

from segue.compose.coach import harmony, melody, ranges, shape, singing, tendencies, voices, words
from segue.compose.coach.reading import Reading
from segue.compose.coach.rule import SEVERITIES, Found, Remark, Rule
from segue.errors import InputError, did_you_mean
from segue.music.score import Score
from segue.music.styles import STYLES, UNKNOWN, style_named

__all__ = ["ALL", "Found", "Remark", "Rule", "review"]

FAMILIES = (shape, ranges, singing, words, voices, tendencies, melody, harmony)
ALL: tuple[Rule, ...] = tuple(rule for family in FAMILIES for rule in family.RULES)
BY_NAME: dict[str, Rule] = {rule.name: rule for rule in ALL}


def review(score: Score, *, style: str = "", off: Collection[str] = ()) -> tuple[Remark, ...]:
    """Return what the rules find in a piece, by time, the gravest first at equal times.

    `style` stands for the piece's own (rules of voice leading apply to chorales, hymns, renaissance, baroque and
    classical pieces in three to six voices); `off` names rules that are not asked. InputError for an unknown name.
    """
    for name in off:
        if name not in BY_NAME:
            raise InputError(f"rule {name!r} is none of {', '.join(BY_NAME)}{did_you_mean(name, BY_NAME)}")
    if style and style_named(style) == UNKNOWN:
        raise InputError(f"style {style!r} is none of {', '.join(STYLES)}{did_you_mean(style, STYLES)}")
    if not score.bars:
        return ()
    reading = Reading(score, style)
    remarks = [_remark(reading, rule, found) for rule in ALL if rule.name not in off for found in rule.find(reading)]
    return tuple(sorted(remarks, key=lambda one: (one.start, SEVERITIES.index(one.severity))))


def _remark(reading: Reading, rule: Rule, found: Found) -> Remark:
    return Remark(
        rule=rule.name,
        severity=rule.severity,
        bar=reading.number_of(found.start),
        beat=reading.beat_of(found.start),
        start=found.start,
        parts=found.parts,
        what=found.what,
        proposal=found.proposal,
        source=rule.source,
    )
