"""What a request for composing asks of the studio: one function per verb, from what was sent to what is called.

They read music and load models, so that they are called in a thread.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from segue.errors import InputError
from segue.likeness import GIVEN, melody_wish
from segue.music.key import Key
from segue.music.metre import Metre
from segue.serve.composing import Shown, Verb, as_abc, model_for, offer_as_json, read_music, shown_like, sounding
from segue.serve.verbs import (
    ArrangeIn,
    ChordsIn,
    HarmonyIn,
    InfillIn,
    LyricsIn,
    MelodyIn,
    PhraseIn,
    PieceIn,
    ReharmonizeIn,
)

if TYPE_CHECKING:  # slow to import, and loaded by the first verb
    from segue.compose.chords import ChordWish
    from segue.compose.lyrics.frame import Frame
    from segue.compose.lyrics.writing import Wish
    from segue.compose.melody import MelodyWish
    from segue.compose.offer import Offer
    from segue.compose.studio import Studio
    from segue.likeness import Model
    from segue.music.score import Score
    from segue.serve.service import Service


@dataclass(frozen=True)
class Call:
    """What the studio is to do, how its offers are shown, and the music that they shall be like."""

    verb: Verb
    shown: Shown = offer_as_json
    liked: Model | None = None

    @classmethod
    def like(cls, verb: Verb, liked: Model | None) -> Call:
        """A call whose offers tell how near they come."""
        return cls(verb, shown_like(liked), liked)


def harmony(asked: HarmonyIn, _: Service) -> Call:
    """Give a melody chords."""
    score, wish, key = read_music(asked.music, asked.format), _chord_wish(asked), _key(asked.key)

    def verb(studio: Studio) -> list[Offer[Score]]:
        return studio.harmonize(score, wish, key=key, bars=asked.bars or None, keep=asked.keep)

    return Call(verb)


def reharmonize(asked: ReharmonizeIn, _: Service) -> Call:
    """Give other chords to music that has some, or bars of them."""
    score, wish = read_music(asked.music, asked.format), _chord_wish(asked)

    def verb(studio: Studio) -> list[Offer[Score]]:
        return studio.reharmonize(score, wish, bars=asked.bars or None, keep=asked.keep)

    return Call(verb)


def chords(asked: ChordsIn, service: Service) -> Call:
    """Write a new progression, or go on from one."""
    from segue.compose.chords import new_progression
    from segue.compose.wording import read_chords

    is_given = bool(asked.after.strip())
    taken = {"tempo": True, "form": True, "bars": True, "instrument": True}
    liked = _liked(service, asked, **taken, key=asked.key or is_given, metre=asked.metre or is_given)
    key, metre, wish = _key(asked.key), _metre(asked.metre), _chord_wish(asked)
    if is_given:
        given, more = read_chords(asked.after, key, metre, asked.section), asked.bars
    else:
        if liked is not None:
            key, metre = key or liked.traits.key, metre or liked.traits.metre
        given, more = new_progression(asked.bars, key, metre, asked.section), 0
    return Call.like(lambda studio: studio.chords(given, wish, more=more), liked)


def melody(asked: MelodyIn, service: Service) -> Call:
    """Write melodies over chords: new ones, one that goes on from a phrase or answers it, or bars of one anew."""
    liked = _liked(service, asked, **GIVEN, instrument=asked.instrument, low=asked.low or asked.high)
    return Call.like(_melody_verb(asked, liked), liked)


def infill(asked: InfillIn, _: Service) -> Call:
    """Rewrite bars of any part; everything else stays as it is."""
    score = read_music(asked.music, asked.format)

    def verb(studio: Studio) -> list[Offer[Score]]:
        return studio.infill(score, asked.bars or None, parts=asked.parts or None, keep=asked.keep)

    return Call(verb)


def arrange(asked: ArrangeIn, service: Service) -> Call:
    """Write parts to a lead sheet."""
    score = read_music(asked.music, asked.format)
    liked = _liked(service, asked, **GIVEN, instrument=True, low=True)
    parts = asked.parts
    if liked is not None:
        liked = liked.unranked
        parts = parts or liked.traits.parts(liked.style)
    return Call.like(lambda studio: studio.arrange(score, parts=parts), liked)


def phrase(asked: PhraseIn, _: Service) -> Call:
    """Write phrases of two or four bars: new ones, variations of one, or steps from one to another."""
    given, key = [read_music(one, "abc") for one in asked.start], _key(asked.key)

    def verb(studio: Studio) -> list[Offer[Score]]:
        if len(given) == 2:
            return studio.between(given[0], given[1])
        if given:
            return studio.vary(given[0], asked.amount) if asked.amount else studio.like(given[0])
        return studio.phrase(key=key, metre=asked.metre, bars=asked.bars)

    return Call(verb)


def piece(asked: PieceIn, service: Service) -> Call:
    """Write a whole piece."""
    from segue.compose.piece import PieceWish
    from segue.compose.traits import Traits
    from segue.likeness import written

    own = {"form": asked.form, "bars": asked.form or asked.bars, "repeated": asked.form or asked.bars}
    named = {"key": asked.key, "metre": asked.metre, "tempo": asked.tempo, "instrument": asked.instrument}
    liked = _liked(service, asked, **own, **named, low=asked.low or asked.high or asked.instrument)
    of, style = (Traits(), asked.style) if liked is None else (liked.traits, liked.style)
    parts = asked.parts or of.parts(style) if liked is not None else asked.parts
    wish = PieceWish(
        form=asked.form or of.form or "AABA",
        bars=asked.bars or of.bars,
        style=style,
        key=_key(asked.key) or of.key,
        metre=_metre(asked.metre) or of.metre,
        tempo=asked.tempo or of.tempo,
        variation=asked.variation,
        melody=_melody_wish(asked, liked, parts),
        parts=parts,
    )

    def verb(studio: Studio) -> list[Offer[Score]]:
        offers = studio.piece(wish)
        has_chords = liked is None or of.has_chords or bool(parts)
        return offers if liked is None else [written(one, wish, of, has_chords=has_chords) for one in offers]

    return Call.like(verb, liked)


def lyrics(asked: LyricsIn, _: Service) -> Call:
    """Write words whose lines fit; to music, each alternative is also that music with the words under its notes."""
    from segue.compose.lyrics.laying import lay

    score = read_music(asked.music, asked.format) if asked.music else None
    frame = _frame(asked, score)
    wish = _lyric_wish(asked, frame)

    def shown(offer: Offer[Any]) -> dict[str, Any]:
        told = offer_as_json(offer)
        return told if score is None else told | {"abc": as_abc(lay(offer.value, frame, score))}

    return Call(lambda studio: studio.lyrics(frame, wish, sung=score), shown)


def _liked(service: Service, asked: ArrangeIn | ChordsIn | MelodyIn | PieceIn, **named: object) -> Model | None:
    """The music that is to be liked, less what is named otherwise."""
    found = model_for(service, asked.like, asked.style)
    return None if found is None else found.without(**named)


def _key(text: str) -> Key | None:
    return Key.parse(text) if text else None


def _metre(text: str) -> Metre | None:
    return Metre.parse(text) if text else None


def _chord_wish(asked: ReharmonizeIn | ChordsIn) -> ChordWish:
    from segue.compose.chords import ChordWish
    from segue.compose.wording import read_cadences, read_span

    return ChordWish(
        complexity=asked.complexity,
        span=read_span(asked.span),
        cadences=read_cadences(asked.cadences),
        without=asked.without,
    )


def _melody_wish(asked: MelodyIn | PieceIn, liked: Model | None, parts: Sequence[str] = ()) -> MelodyWish:
    from segue.compose.wording import read_pitch

    contour = asked.contour if isinstance(asked, MelodyIn) else ""
    ends = read_pitch(asked.low), read_pitch(asked.high)
    return melody_wish(liked, ends, asked.instrument, contour, asked.without, parts)


def _melody_verb(asked: MelodyIn, liked: Model | None) -> Verb:
    """Which of the ways to a melody is asked; InputError where two are at once."""
    score, wish = read_music(asked.music, asked.format), _melody_wish(asked, liked)
    after = read_music(asked.after, asked.format) if asked.after else None
    rhythm = sounding(read_music(asked.rhythm, asked.format))[1] if asked.rhythm else None
    if asked.bars or asked.keep:
        new = ("after", "is_answer", "rhythm", "contour", "low", "high", "like")
        if any(getattr(asked, name) for name in new):
            raise InputError(f"bars and keep are of the melody that is there; {', '.join(new)} are for a new one")
        place, _ = sounding(score)
        return lambda studio: studio.infill(score, asked.bars or None, parts=(place,), keep=asked.keep)
    if rhythm is not None and (after is not None or asked.is_answer):
        raise InputError("rhythm goes with neither after nor is_answer; an answer has the rhythm of its phrase")
    if asked.is_answer:
        phrase, over = (score, None) if after is None else (after, score.progression)
        return lambda studio: studio.answer(phrase, over, wish)
    if after is not None:
        return lambda studio: studio.go_on(after, score.progression, wish)
    return lambda studio: studio.melody(score.progression, wish, rhythm=rhythm)


def _frame(asked: LyricsIn, score: Score | None) -> Frame:
    """How the lines go; InputError unless one thing says so."""
    from segue.compose.lyrics import frame
    from segue.compose.wording import read_rhythm

    if sum(map(bool, (asked.music, asked.chart, asked.rhythm, asked.form, asked.tune))) != 1:
        raise InputError(
            "words fit one thing: music, a chart, a rhythm, a form such as '8 6 8 6 ABAB', or the tune name of a ci"
        )
    if score is not None:
        made = frame.of_score(score, asked.language)
    elif asked.chart:
        made = frame.of_chart(read_music(asked.chart, asked.format).progression, asked.language)
    elif asked.rhythm:
        made = read_rhythm(asked.rhythm, asked.language)
    else:
        made = frame.of_tune(asked.tune) if asked.tune else frame.of_form(asked.form, asked.language, asked.foot)
    return made.with_rhymes(asked.scheme) if asked.scheme else made


def _lyric_wish(asked: LyricsIn, frame: Frame) -> Wish:
    from segue.compose.lyrics.writing import Wish
    from segue.compose.wording import read_avoided, read_lines

    return Wish(
        theme=asked.theme,
        mood=asked.mood,
        strictness=asked.strictness,
        keep=read_lines(asked.lines),
        avoid=read_avoided(asked.avoid, frame.language),
        level=asked.level,
    )
