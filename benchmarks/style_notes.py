"""Notes heard in sound: how many are right, and whether the style survives. `python -m benchmarks.style_notes [--ship]`

Public scores are played by our own synthesiser (`segue.sound`), up to a quarter faster or slower, and heard again from
the samples. Rendered sound is no recording: there is no room, no voice and no hand in it, and every figure here is
kinder than a recording would be.

The head that tells families from notes heard is learned from scores of composers, bands and books of which none is
played here, nor any title (`segue.recognize.making.part_of`); they went through bars found anew, not through sound.
Clips are twenty seconds from the beginning of scores of the test part, as many of each family as there are, drawn by
three seeds.

- `style.notes_f1`: of notes heard, by beginnings within 50 ms and pitch, ends left out (as in MIREX, mir_eval's
  `onset_tolerance` of .05 and no offsets), unisons as one, drums left out, mean over clips; `_precision`, `_recall`.
- `style.notes_same`: of clips, how many are told the same family by the notes heard as by the notes played, taken
  through the same bars and the same head; `_as_written`: as by the shipped networks from the written score.
- `style.notes_acc`, `_written_acc`: by notes heard, by the written score (the networks that are shipped for scores).
- `style.notes_sound_acc`, `_taggers_acc`: the other witnesses of a recording, on this sound.
- `style.notes_fused_acc`: all of them together, by the shipped gate; `_without`: sound and taggers without notes.

`--ship` learns the head before.
"""

from __future__ import annotations

import random
import sys
import tempfile
import warnings
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import partial
from itertools import islice
from pathlib import Path

import numpy as np

from benchmarks.result import Result, data_dir, sha256_of, write
from benchmarks.style_groups import Kept, mean
from segue.corpora import BY_NAME
from segue.corpora.corpus import SPLITS, Piece, Split
from segue.corpora.gathering import plain_title
from segue.errors import InputError, SegueError
from segue.formats.audio import Recording, Stretch
from segue.formats.wav import Sound, pack
from segue.models.audio import notes_bars, notes_tracking
from segue.models.audio.notes import RATE, Listener
from segue.models.audio.notes_bars import score_of
from segue.models.audio.notes_tracking import Sounded, notes_of
from segue.music.note import Note, Notes
from segue.music.score import Score
from segue.recognize import notes_heard
from segue.recognize.answering import SHIPPED, answered
from segue.recognize.audio import STYLE_OF, AudioFront, styles_heard
from segue.recognize.card import Card, Source
from segue.recognize.families import family_of
from segue.recognize.fusion import Gate, Witness, load_gate, pooled, witness_of
from segue.recognize.gtzan_front import genres_heard
from segue.recognize.gtzan_front import shipped_head as genre_head
from segue.recognize.guess import Answer
from segue.recognize.head import Floats, fit_head, indices
from segue.recognize.making import part_of
from segue.recognize.nets import load_nets
from segue.recognize.notes_heard import (
    NotesFront,
    Transcript,
    at_speed,
    drawn_speed,
    from_zero,
    in_seconds,
    played,
    shipped_head,
    transcribe,
    worn,
)
from segue.recognize.recognizer import Recognizer
from segue.sound.render import render
from segue.sound.timeline import Timeline
from segue.sound.timeline import played as unfolded
from segue.tune.metrics import accuracy, calibration_error

SEEDS = (0, 1, 2)
CLIPS, SECONDS, NEAR = 6, 20.0, 0.05  # clips of each seed, and their length; how far off a beginning may be
CORPORA: Mapping[str, int] = {  # sets, and how many of their pieces are read
    "openewld": 502, "rock_corpus": 200, "pop909_cl": 250, "jsb": 200, "oneill": 300, "aird": 250, "ceol_rince": 250,
    "mutopia_midi": 900,
}  # fmt: skip
MOST: Mapping[Split, int] = {"train": 120, "valid": 30, "test": 30}  # pieces of a family
FEWEST = 40  # pieces of a family that is learned
FRONT = NotesFront()


@dataclass(frozen=True)
class Labelled:
    """A score, its family, where it belongs, and the set it is from."""

    score: Score
    family: str
    part: Split
    corpus: str


def read_pieces() -> list[Labelled]:
    """Read scores with pitched notes and a family, so many of each; a title that is tested is in no other part."""
    found: list[Piece] = []
    for name, most in CORPORA.items():
        corpus = BY_NAME[name]
        pieces = (one for one in corpus.read(corpus.place(data_dir())) if isinstance(one, Piece))
        found += [one for one in islice(pieces, most) if family_of(one.style) and _is_pitched(one.score)]
        print(f"{name}: {len(found)} pieces so far", file=sys.stderr, flush=True)
    random.Random(0).shuffle(found)
    tested = {plain_title(one.score.title) for one in found if part_of(one) == "test"} - {""}
    counts: Counter[tuple[Split, str]] = Counter()
    kept = []
    for one in found:
        part, family = part_of(one), family_of(one.style)
        if part != "test" and plain_title(one.score.title) in tested:
            continue
        counts[part, family] += 1
        if counts[part, family] <= MOST[part]:
            kept.append(Labelled(one.score, family, part, one.corpus))
    return kept


def _is_pitched(score: Score) -> bool:
    return any(len(part.notes) and not part.is_drums for part in score.parts)


def pieces() -> list[Labelled]:
    """The scores, kept below .scratch/ once they are read."""
    return Kept("notes-pieces", [data_dir() / "openewld" / "OpenEWLD.db"], read_pieces).load()


# ---- the head


def described(held: Sequence[Labelled], seed: int = 0) -> tuple[Floats, list[Labelled]]:
    """Vectors (n, d) of scores as they are heard, with those that are long enough."""
    rng = np.random.default_rng(seed)
    rows, kept = [], []
    for number, one in enumerate(held):
        try:
            notes = worn(played(at_speed(one.score, drawn_speed(rng))), rng)
        except SegueError:
            continue  # longer than what is rendered
        if len(notes) < 8:
            continue
        rows.append(FRONT.vectors([Transcript(score_of(from_zero(notes)))])[0])
        kept.append(one)
        if number % 100 == 0:
            print(f"{number} of {len(held)} described", file=sys.stderr, flush=True)
    return np.stack(rows), kept


def ship_head() -> None:
    """Learn the head of families from the train part, its penalty and calibration by valid, and write it."""
    held = pieces()
    often = Counter(one.family for one in held if one.part == "train")
    files = [Path(notes_heard.__file__), Path(notes_bars.__file__)]
    every, labelled = Kept("notes-vectors", files, lambda: described(held)).load()
    mine = [at for at, one in enumerate(labelled) if often[one.family] >= FEWEST]
    vectors, kept = every[mine], [labelled[at] for at in mine]
    places = {part: [at for at, one in enumerate(kept) if one.part == part] for part in SPLITS}
    families = [one.family for one in kept]
    rows = {part: (vectors[mine], [families[at] for at in mine]) for part, mine in places.items()}
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        head = fit_head(*rows["train"], rows["valid"], penalties=(0.001, 0.003))
    known = [at for at, family in enumerate(rows["test"][1]) if family in head.styles]
    shares = head.probabilities(rows["test"][0][known])
    truth = indices(head.styles, [rows["test"][1][at] for at in known])
    sure = shares.max(1) >= head.threshold
    metrics = {
        "accuracy": accuracy(truth, shares),
        "majority": float(np.bincount(truth).max() / len(truth)),
        "ece": calibration_error(shares.argmax(1) == truth, shares.max(1)),
        "sure": float(sure.mean()),
        "right_where_sure": float((shares.argmax(1) == truth)[sure].mean()) if sure.any() else float("nan"),
    }
    folder = SHIPPED / "notes"
    head.save(folder)
    sources = [
        Source(name, BY_NAME[name].licence, Counter(one.part for one in kept if one.corpus == name)) for name in CORPORA
    ]
    Card(
        "Segue's head for the family of notes that were heard",
        "Logistic regression on descriptors of a score (`segue.recognize.descriptors`) whose bars and key were guessed"
        f" from notes in seconds. It tells {', '.join(head.styles)}, and is one witness of several"
        " (`segue.recognize.together`). `python -m benchmarks.style_notes --ship` makes it anew.",
        metrics,
        "On scores by composers, bands and books of which it knew none, taken to seconds and back with some notes lost,"
        " but not through sound:",
        sources,
        "What it hears in recordings was not measured: none with styles were at hand.",
    ).save(folder)
    print(metrics, file=sys.stderr)


# ---- clips


@dataclass(frozen=True)
class Clip:
    """What was found of a clip: precision and recall of its notes, its family, and who told what of it: the notes heard
    and played, the written score, sound, taggers."""

    precision: float
    recall: float
    family: str
    told: Mapping[str, Witness]

    @property
    def f1(self) -> float:
        """The harmonic mean of precision and recall."""
        total = self.precision + self.recall
        return 2 * self.precision * self.recall / total if total else 0.0


def drawn(held: Sequence[Labelled], seed: int) -> list[Labelled]:
    """Clips of the test part, family by family in turn."""
    rng = random.Random(seed)
    known = set(shipped_head().styles)
    by_family: dict[str, list[Labelled]] = {}
    for one in held:
        if one.part == "test" and one.family in known:
            by_family.setdefault(one.family, []).append(one)
    for mine in by_family.values():
        rng.shuffle(mine)
    turns = (mine[turn] for turn in range(CLIPS) for mine in by_family.values() if turn < len(mine))
    return list(islice(turns, CLIPS))


def clips_of(seed: int) -> list[Clip]:
    """Play and hear the clips of a seed."""
    listener, front, rng = Listener.load(), AudioFront(), np.random.default_rng(seed)
    found = []
    for one in drawn(pieces(), seed):
        score = at_speed(one.score, drawn_speed(rng))
        try:
            found.append(clip_of(replace(one, score=score), listener, front))
        except SegueError as error:
            print(f"seed {seed}: left out: {error}", file=sys.stderr)
            continue
        told = {name: likeliest(each.shares) for name, each in found[-1].told.items()}
        print(f"seed {seed}: {one.family}: F1 {found[-1].f1:.2f} {told}", file=sys.stderr, flush=True)
    return found


def clip_of(one: Labelled, listener: Listener, front: AudioFront) -> Clip:
    """Play a score and hear its first seconds."""
    short = shortened(one.score)
    samples = render(short, RATE).mean(1)[: round(SECONDS * RATE)]
    recording = Recording((Stretch(0.0, samples),), RATE, SECONDS, "WAV", 1, RATE)
    truth = once([note for note in in_seconds(short) if note.start < len(samples) / RATE - NEAR])
    precision, recall = matched(truth, notes_of(listener.hear(samples)))
    heard = transcribe(recording, listener)
    replayed = Transcript(score_of(from_zero(truth)))
    written = Recognizer().score(one.score, is_explained=False)
    witnesses = {
        "heard": _witness(answered(FRONT, shipped_head(), heard, is_explained=False), shipped_head().styles),
        "played": _witness(answered(FRONT, shipped_head(), replayed, is_explained=False), shipped_head().styles),
        "written": _witness(written, load_nets(SHIPPED / "score").styles),
    }
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "clip.wav"
        file.write_bytes(pack(Sound(samples[:, None], RATE)))
        witnesses["sound"] = _witness(genres_heard(file, is_explained=False), genre_head().styles)
        tags = replace(styles_heard(front.listen(file), is_explained=False), kind="tags")
        witnesses["taggers"] = _witness(tags, STYLE_OF.values())
    return Clip(precision, recall, one.family, witnesses)


def shortened(score: Score) -> Score:
    """The first bars of a score, its repeats played out: those that begin within a clip."""
    whole = unfolded(score)
    edges = whole.bar_starts
    starts = Timeline(whole.tempos).seconds(np.array([float(edge) for edge in edges]))
    count = max(1, min(int(np.searchsorted(starts, SECONDS)), len(whole.bars)))
    end = edges[count]
    parts = tuple(
        replace(
            part,
            notes=Notes.of(
                Note(note.start, min(note.length, end - note.start), note.pitch, note.velocity)
                for note in part.notes
                if note.start < end
            ),
            words=(),
        )
        for part in whole.parts
    )
    return whole.replace(
        parts=parts,
        bars=whole.bars[:count],
        chords=tuple(one for one in whole.chords if one.start < end),
        tempos=tuple(one for one in whole.tempos if one.start < end),
    )


def once(notes: Sequence[Sounded]) -> list[Sounded]:
    """Notes with those that begin together at one pitch, in several parts, as one."""
    return list({(round(note.start, 3), note.pitch): note for note in notes}.values())


def matched(truth: Sequence[Sounded], heard: Sequence[Sounded]) -> tuple[float, float]:
    """Precision and recall of notes by pitch and beginning; each note is matched once, in the order of time.

    Within a pitch beginnings are points on a line and the reach is the same for all, so that taking the first that fits
    matches as many as can be.
    """
    right = 0
    for pitch in {note.pitch for note in truth}:
        there = sorted(note.start for note in truth if note.pitch == pitch)
        found = sorted(note.start for note in heard if note.pitch == pitch)
        at = 0
        for start in found:
            while at < len(there) and there[at] < start - NEAR:
                at += 1
            if at < len(there) and there[at] <= start + NEAR:
                right, at = right + 1, at + 1
    return right / max(len(heard), 1), right / max(len(truth), 1)


def _witness(answer: Answer, styles: Iterable[str]) -> Witness:
    found = witness_of(answer, styles)
    if found is None:
        raise InputError(f"{answer.kind} tells nothing of a clip: {'; '.join(answer.notice)}")
    return found


def likeliest(shares: Mapping[str, float]) -> str:
    """The likeliest family."""
    return max(shares, key=lambda family: shares[family])


# ---- the results


def figures_of(clips: Sequence[Clip], gate: Gate) -> dict[str, float]:
    """The figures of the clips of a seed."""
    families = [{name: likeliest(one.shares) for name, one in clip.told.items()} for clip in clips]
    for clip, mine in zip(clips, families, strict=True):
        sounding = [clip.told["sound"], clip.told["taggers"]]
        mine["true"] = clip.family
        mine["without"] = likeliest(pooled(sounding, gate))
        mine["fused"] = likeliest(pooled([*sounding, clip.told["heard"]], gate))

    def same(one: str, other: str) -> float:
        return float(np.mean([mine[one] == mine[other] for mine in families]))

    return {
        "notes_f1": float(np.mean([clip.f1 for clip in clips])),
        "notes_precision": float(np.mean([clip.precision for clip in clips])),
        "notes_recall": float(np.mean([clip.recall for clip in clips])),
        "notes_same": same("heard", "played"),
        "notes_as_written": same("heard", "written"),
        "notes_acc": same("heard", "true"),
        "notes_written_acc": same("written", "true"),
        "notes_sound_acc": same("sound", "true"),
        "notes_taggers_acc": same("taggers", "true"),
        "notes_fused_acc": same("fused", "true"),
        "notes_fused_without": same("without", "true"),
    }


def run() -> list[Result]:
    """Measure the clips of all seeds."""
    files = [SHIPPED / "notes" / "head.safetensors", Path(notes_tracking.__file__)]
    gate = load_gate(SHIPPED / "fusion")
    clips = [Kept(f"notes-clips-{seed}", files, partial(clips_of, seed)).load() for seed in SEEDS]
    runs = [figures_of(mine, gate) for mine in clips]
    count = Counter(clip.family for mine in clips for clip in mine)
    facts = {"clips": dict(count), "seconds": SECONDS}
    results = []
    for name in runs[0]:
        rate = mean([figures[name] for figures in runs])
        results.append(
            Result(
                id=f"style.{name}",
                value=rate.value,
                error=rate.error,
                unit="",
                better="higher",
                bar=None,
                seeds=SEEDS,
                n=count.total(),
                command="python -m benchmarks.style_notes",
                recipe=facts,
                data_sha256=sha256_of(files[:1]),
            )
        )
    return results


if __name__ == "__main__":
    from benchmarks import style_notes as here  # what is kept on disk is of this module, however it is called

    if "--ship" in sys.argv[1:]:
        here.ship_head()
    write("style_notes", here.run())
