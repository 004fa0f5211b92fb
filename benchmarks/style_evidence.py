"""Is what is named as evidence true? By deletion, for descriptors and recordings: `python -m benchmarks style_evidence`

What is named is taken away, and as much at random, several times; the ratio is of the sums of both drops of the
likeliest style. Bars of scores, bars of chords and clauses of ci are in `style_scores`, `style_chords` and `style_ci`.

- `style.deletion_ratio_descriptors`: of held-out scores of SETS, the three descriptors credited most by integrated
  gradients are set to the mean of what the shipped networks learned from, and three of all drawn; `_near`: three drawn
  of those that are half a standard deviation off the mean or more, a harder comparison; `deletion_drop_descriptors`:
  how far the probability falls without the three. `_told`: the three that the sentence tells (`segue.recognize.traits`:
  of each family the strongest that has a name), against any three.
- `style.deletion_ratio_audio`: recordings told by the tags of the musicnn networks. The patches of 3 s that are named
  (three or fewer) fall silent: what the networks hear in silence takes the place of what they heard there. Patches are
  heard each on its own, so this is what silence in the samples does, but for half a frame at the edges; it is
  printed how far tags lie apart by both ways. `style.deletion_drop_audio` is the drop, `_random` that of random ones.
  `style.deletion_bound_audio` is the ratio of those patches, as many, that fall furthest of all: a tag is a mean over
  patches, so that no choice of them can do better.
- `style.deletion_ratio_audio_genres`: the same by the head of GTZAN's features, its stretches cut out. Where the random
  drops add up to less than a thousandth for each recording, the ratio counts a thousandth.
- `style.deletion_drop_audio_genres_silenced`, `_random`: the drops where stretches are made silent in the samples, and
  the features told anew. Silence is another sound to them, and the probability mostly rises: no ratio is told.

Recordings are one clip of GTZAN, and openings of 30 s of CLIPS held-out public scores of SETS, at most OF_STYLE of a
style, played by our own synthesiser: no recorded sound, so that what is measured there is the evidence and not the
answers, which are often wrong.
"""

from __future__ import annotations

import sys
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from fractions import Fraction
from functools import lru_cache

import numpy as np

from benchmarks.result import Result, data_dir, sha256_of
from benchmarks.score_protocol import Rate
from segue.corpora import BY_NAME
from segue.corpora.corpus import Piece
from segue.formats.audio import Recording, Stretch, decode
from segue.models.audio.mel import FRAMES, PATCH_SECONDS
from segue.models.audio.mel import HOP as MEL_HOP
from segue.models.audio.mel import RATE as TAG_RATE
from segue.music.note import Notes
from segue.music.score import Part, Score
from segue.music.styles import UNKNOWN
from segue.recognize.answering import SHIPPED
from segue.recognize.audio import AudioFront, TagFront, Tags
from segue.recognize.evidence import NAMED, Deletion, deletion, heat_of, parts_of
from segue.recognize.gradients import deletion_of, reasons
from segue.recognize.gtzan_features import HEARD, HOP, lines
from segue.recognize.gtzan_features import RATE as GTZAN_RATE
from segue.recognize.gtzan_front import PART_SECONDS, Frames, GenreFront, shipped_head
from segue.recognize.head import Floats
from segue.recognize.making import part_of
from segue.recognize.nets import load_nets
from segue.recognize.scores import BROUGHT
from segue.recognize.traits import ASKED, told_of
from segue.sound.render import render

SETS = ("ceol_rince", "openewld", "rock_corpus")
CLIPS, OF_STYLE = 24, 3  # recordings, and of a style at most
ROUNDS, DRAWS = 3, 100  # of random draws, where samples are told anew and where not
LEAST = 0.001  # of the random drops
SEED = 0
CLIP = "gtzan/blues.00099.mp3"
COMMAND = "python -m benchmarks style_evidence"
BAR = 3.0


def pieces() -> list[Piece]:
    """Pieces of SETS that no shipped network learned from, those with a style and notes, in an order drawn by SEED."""
    found = []
    for name in SETS:
        corpus = BY_NAME[name]
        read = [one for one in corpus.read(corpus.place(data_dir())) if isinstance(one, Piece)]
        found += [one for one in read if part_of(one) == "test" and one.style not in ("", UNKNOWN) and one.score.parts]
        print(f"{name}: {len(found)} held-out pieces so far", file=sys.stderr, flush=True)
    order = np.random.default_rng(SEED).permutation(len(found))
    return [found[place] for place in order]


# ---- descriptors


def of_descriptors(scores: Sequence[Score]) -> dict[str, list[Deletion]]:
    """Delete descriptors of scores, against all and against those that say something."""
    nets, rng = load_nets(SHIPPED / "score"), np.random.default_rng(SEED)
    found: dict[str, list[Deletion]] = {"": [], "_near": [], "_told": []}
    for score, row in zip(scores, BROUGHT.vectors(scores), strict=True):
        style = int(nets.probabilities(row[None])[0].argmax())
        told = [one.place for one in told_of(reasons(nets, row, score, style, ASKED), has_tempo=bool(score.tempos))]
        for name, is_near, places in (("", False, None), ("_near", True, None), ("_told", False, told)):
            one = deletion_of(nets, row, rng, NAMED, is_near=is_near, told=places)
            found[name] += [one] if one is not None else []
    return found


# ---- recordings


@dataclass(frozen=True)
class Clip:
    """A recording at the rate of the taggers, and at that of the features."""

    name: str
    tagged: Recording
    told: Recording


def clips(held: Sequence[Piece]) -> Iterator[Clip]:
    """The clip of GTZAN, then openings of scores, as drawn."""
    file = data_dir() / CLIP
    yield Clip(CLIP, decode(file), decode(file, GTZAN_RATE, most=HEARD, window=HEARD))
    counts: Counter[str] = Counter()
    for piece in held:
        if counts[piece.style] < OF_STYLE and counts.total() < CLIPS:
            score = opening(piece.score)
            if len(score.bars) < 4:
                continue
            counts[piece.style] += 1
            yield Clip(f"{piece.style}: {piece.key}", played(score, TAG_RATE), played(score, GTZAN_RATE))


def opening(score: Score, seconds: float = HEARD) -> Score:
    """The first bars of a score, as many as last so long at its first tempo, with the notes that begin in them."""
    bpm = score.tempos[0].bpm if score.tempos else 120.0
    count = sum(float(start) < seconds * bpm / 60 for start in score.bar_starts[:-1])
    end = score.bar_starts[count]
    return score.replace(
        bars=score.bars[:count],
        parts=tuple(_opening(part, end) for part in score.parts),
        chords=tuple(one for one in score.chords if one.start < end),
        tempos=tuple(one for one in score.tempos if one.start < end),
    )


def _opening(part: Part, end: Fraction) -> Part:
    notes = part.notes
    last = int(end * notes.resolution)
    rows = zip(notes.starts, notes.lengths, notes.pitches, notes.velocities, strict=True)
    kept = [(start, min(length, last - start), pitch, loud) for start, length, pitch, loud in rows if start < last]
    return replace(
        part, notes=Notes(notes.resolution, *([list(one) for one in zip(*kept, strict=True)] or [[]] * 4)), words=()
    )


def played(score: Score, rate: int) -> Recording:
    """The first thirty seconds of a score, in mono."""
    samples = render(score, rate).mean(1)[: round(HEARD * rate)].astype(np.float32)
    return Recording((Stretch(0.0, samples),), rate, len(samples) / rate, "WAV", 2, rate)


def silenced(samples: Floats, spans: Sequence[tuple[int, int]]) -> Floats:
    """Samples with nothing in some spans."""
    found = samples.copy()
    for first, last in spans:
        found[max(first, 0) : last] = 0
    return found


def of_tags(front: AudioFront, recording: Recording, rng: np.random.Generator) -> tuple[Deletion, Deletion] | None:
    """Put silence in the place of what is named of a recording, and of as much at random; then of what falls most."""
    heard, silent = front.hear(recording), front.hear(silence())
    tags = TagFront.of(heard)
    heat = heat_of(tags, Tags(tuple(tags.tags)), heard)
    style = int(heat.shares.argmax())
    named = sorted(parts_of(heat.because(style)))
    tag = list(tags.tags.values())[style]
    told = np.asarray(heard.tags[tag], np.float64)
    if not named or len(told) <= NAMED:
        return None
    falls = (told - float(silent.tags[tag].mean())) / len(told)  # of the mean, for each patch that falls silent
    drawn = [falls[rng.choice(len(told), len(named), replace=False)].sum() for _ in range(DRAWS)]
    random, most = float(np.mean(drawn)), float(np.sort(falls)[-len(named) :].sum())
    return Deletion(float(falls[named].sum()), random), Deletion(most, random)


def silence() -> Recording:
    """One patch in which nothing sounds."""
    samples = np.zeros(FRAMES * MEL_HOP, np.float32)
    return Recording((Stretch(0.0, samples),), TAG_RATE, PATCH_SECONDS, "WAV", 1, TAG_RATE)


def heard_again(front: AudioFront, recording: Recording) -> float:
    """How far the two ways of silencing the first three patches lie apart: in the samples, and in the tags."""
    heard, silent = front.hear(recording), front.hear(silence())
    quiet = silenced(recording.stretches[0].samples, [(0, NAMED * FRAMES * MEL_HOP)])
    again = front.hear(replace(recording, stretches=(replace(recording.stretches[0], samples=quiet),)))
    apart = []
    for name, told in heard.tags.items():
        swapped = np.concatenate([np.repeat(silent.tags[name].mean(), NAMED), told[NAMED:]])
        apart.append(abs(float(swapped.mean() - again.tags[name].mean())))
    return max(apart)


def frames_of(samples: Floats) -> Frames:
    """What the head of GTZAN is shown of samples."""
    told = lines(samples)
    return Frames(told, np.arange(len(told)) * HOP / GTZAN_RATE)


def of_genres(recording: Recording, rng: np.random.Generator) -> Deletion | None:
    """As `of_tags`, by the features of the spectrum."""
    samples = recording.stretches[0].samples
    front, head, item = GenreFront(), shipped_head(), frames_of(samples)
    heat = heat_of(front, head, item)
    style = int(heat.shares.argmax())
    named = parts_of(heat.because(style))
    if not named or len(heat.groups) <= NAMED:
        return None
    step = round(PART_SECONDS * GTZAN_RATE)

    def without(parts: Sequence[int]) -> Frames:
        return frames_of(silenced(samples, [(part * step, (part + 1) * step) for part in parts]))

    drawn = [rng.choice(len(heat.groups), len(named), replace=False).tolist() for _ in range(ROUNDS)]
    shown = [without(sorted(named)), *(without(one) for one in drawn)]
    shares = head.probabilities(front.vectors(shown))[:, style]
    return Deletion(float(heat.shares[style] - shares[0]), float(heat.shares[style] - shares[1:].mean()))


def of_recordings(held: Sequence[Piece]) -> tuple[dict[str, list[Deletion]], list[str]]:
    """Delete parts of all clips by both witnesses; and which clips there were."""
    front, rngs = AudioFront(), [np.random.default_rng(SEED) for _ in range(3)]
    found: dict[str, list[Deletion]] = {"": [], "_bound": [], "_genres": [], "_genres_silenced": []}
    names: list[str] = []
    for clip in clips(held):
        if not names:
            print(f"apart by both ways of silencing: {heard_again(front, clip.tagged):.4f}", file=sys.stderr)
        names.append(clip.name)
        item = frames_of(clip.told.stretches[0].samples)
        told = (
            *(of_tags(front, clip.tagged, rngs[0]) or (None, None)),
            deletion(GenreFront(), shipped_head(), item, rngs[1]),
            of_genres(clip.told, rngs[2]),
        )
        for each, one in zip(found.values(), told, strict=True):
            each += [one] if one is not None else []
        print(clip.name, *(one and f"{one.named:.3f} {one.random:.3f}" for one in told), file=sys.stderr, flush=True)
    return found, names


# ---- the results


def ratio(found: Sequence[Deletion]) -> Rate:
    """The mean drop without what is named over that without random parts, which counts LEAST or more."""
    mean = float(np.mean([one.random for one in found]))
    lift = max(LEAST - mean, 0.0)
    return Rate.of([one.named for one in found], [one.random + lift for one in found])


def run() -> list[Result]:
    """Measure descriptors and recordings."""
    held = pieces()
    scored = of_descriptors([piece.score for piece in held])
    sounded, names = of_recordings(held)
    facts = {"sets": SETS, "seed": SEED, "rounds": ROUNDS, "draws": DRAWS}
    results = []
    for kind, found, more in (("descriptors", scored, {}), ("audio", sounded, {"clips": names})):
        for name, drops in found.items():
            about = {**facts, **more}
            bar = BAR if name == "" else None
            if name == "_bound":
                results.append(_result(f"deletion_bound_{kind}", ratio(drops), None, len(drops), about))
                continue
            if not name.endswith("_silenced"):
                results.append(_result(f"deletion_ratio_{kind}{name}", ratio(drops), bar, len(drops), about))
            if name not in ("_near", "_told"):
                rows = {"": [one.named for one in drops], "_random": [one.random for one in drops]}
                for end, values in rows.items():
                    error = float(np.std(values, ddof=1) / np.sqrt(len(values)))
                    rate = Rate(float(np.mean(values)), error)
                    results.append(_result(f"deletion_drop_{kind}{name}{end}", rate, None, len(drops), about))
    return results


@lru_cache(maxsize=1)
def digest() -> str:
    """The hash of all that is read."""
    return sha256_of([data_dir() / CLIP, *(BY_NAME[name].place(data_dir()) for name in SETS)])


def _result(name: str, rate: Rate, bar: float | None, n: int, facts: dict[str, object]) -> Result:
    return Result(
        id=f"style.{name}",
        value=rate.value,
        error=rate.error,
        unit="",
        better="lower" if name.endswith("_random") else "higher",
        bar=bar,
        seeds=(SEED,),
        n=n,
        command=COMMAND,
        recipe=facts,
        data_sha256=digest(),
    )
