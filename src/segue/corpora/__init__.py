"""The public sets of music that Segue knows: what they hold, under which licence, and how each becomes pieces."""

from __future__ import annotations

from segue.corpora import (
    bach,
    billboard,
    ceol_rince,
    groove,
    jazz,
    jsb,
    lead_sheets,
    mutopia,
    pop909,
    rock,
    tune_books,
    when_in_rome,
)
from segue.corpora.corpus import Corpus

# Where a tune lies in two sets, the earlier one keeps it.
CORPORA: tuple[Corpus, ...] = (
    Corpus("nottingham", "nottingham/ABC_cleaned", "GPL-3.0", False, "notated", tune_books.book("nottingham")),
    Corpus("jsb", "jsb", "public domain (Bach); none stated", True, "notated", jsb.read),
    Corpus("mcgill_billboard", "mcgill_billboard", "CC0-1.0", True, "chords", billboard.read),
    Corpus("rock_corpus", "rock_corpus", "CC-BY-4.0", True, "notated", rock.read),
    Corpus("openewld", "openewld", "public domain; genres CC0-1.0", True, "notated", lead_sheets.read_openewld),
    Corpus("pop909_cl", "pop909_cl", "MIT", True, "performed", pop909.read),
    Corpus("when_in_rome", "when_in_rome", "CC-BY-SA-4.0, its NC_FILES left out", True, "notated", when_in_rome.read),
    Corpus("bach", "music21/bach", "public domain (Bach)", True, "notated", bach.read),
    Corpus("lieder", "lieder", "CC0-1.0", True, "notated", lead_sheets.read_lieder),
    Corpus("oneill", "music21/oneills1850", "public domain", True, "notated", tune_books.book("oneill")),
    Corpus("ryan", "music21/ryansMammoth", "public domain", True, "notated", tune_books.book("ryan")),
    Corpus("aird", "music21/airdsAirs", "public domain", True, "notated", tune_books.book("aird")),
    Corpus("ceol_rince", "ceol_rince", "CC-BY-4.0", True, "notated", ceol_rince.read),
    Corpus(
        "mutopia_midi", "mutopia_midi", "public domain, CC-BY, CC-BY-SA (each piece)", True, "notated", mutopia.read
    ),
    Corpus("groove", "groove", "CC-BY-4.0", True, "drums", groove.read),
    Corpus("jazz_bunks", "jazz_bunks", "none stated", False, "chords", jazz.read_bunks),
    Corpus("jazz_standards_ireal", "jazz_standards_ireal", "none stated", False, "chords", jazz.read_ireal),
)
BY_NAME: dict[str, Corpus] = {corpus.name: corpus for corpus in CORPORA}
