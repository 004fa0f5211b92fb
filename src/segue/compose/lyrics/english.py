"""English words as they are sung: pronunciations of any spelling, syllables with their stress, words split for notes.

CMUdict first; then what songs do to words (o'er, heav'n, lov'd, singin', 'gainst), endings that add sounds by rule,
parts joined by hyphens; letters to sounds last.
"""

from __future__ import annotations

import itertools
import re
from functools import lru_cache

from segue.compose.lyrics.letters import align, alignment_costs, shipped
from segue.compose.lyrics.phones import Pronunciation, dictionary, is_vowel, plain
from segue.music.lyric import Syllable

# words of one syllable that carry no stress of their own in a sentence (function words: articles, pronouns,
# prepositions, conjunctions, auxiliaries)
_WEAK_WORDS = (
    "a an the and or nor but if as than that so of to in on at by for from with into up i you he she it we they "
    "me him her us them my your his its our their thy thee thou ye is am are was were be been do does did has "
    "have had hath doth will would shall should can could may might must i'm i'll i'd i've you're you'll you'd "
    "he's she's it's we're we'll they're they'll 'tis 'twas there's that's who which what when where while though "
    "o oh "
)
WEAK = frozenset(_WEAK_WORDS.split())
_SUNG = {  # words whose sung form no dictionary has, as phones
    "o'er": "AO1 R",
    "e'er": "EH1 R",
    "ne'er": "N EH1 R",
    "whate'er": "W AH2 T EH1 R",
    "where'er": "W EH2 R EH1 R",
    "whene'er": "W EH2 N EH1 R",
    "howe'er": "HH AW2 EH1 R",
    "e'en": "IY1 N",
    "'neath": "N IY1 TH",
    "'gainst": "G EH1 N S T",
    "'mid": "M IH1 D",
    "'midst": "M IH1 D S T",
    "'twill": "T W IH1 L",
    "'twere": "T W ER1",
    "th'": "DH AH0",
    "t'": "T AH0",
    "i'": "IH1",
    "o'": "AH0",
    "wi'": "W IH1",
    "hallelujah": "HH AE2 L AH0 L UW1 Y AH0",
}
_VOICELESS, _HISSING = frozenset(["P", "T", "K", "F", "TH"]), frozenset(["S", "Z", "SH", "ZH", "CH", "JH"])
_WORD = re.compile(r"['’]?[^\W\d_]+(?:['’\-‐][^\W\d_]+)*['’]?")
_JOINED = re.compile(r"[\-‐]+")


def words_of(text: str) -> list[str]:
    """Return the words of a text as written: letters, with apostrophes and hyphens inside and apostrophes around."""
    return [found.group() for found in _WORD.finditer(text)]


def folded(word: str) -> str:
    """Return a word in lower case with plain apostrophes, as the dictionary has it."""
    return word.lower().replace("’", "'").replace("‘", "'").replace("‐", "-")


@lru_cache(maxsize=50_000)
def pronunciations(word: str) -> tuple[Pronunciation, ...]:
    """Return how a word is said, the usual way first; () where it has no letters.

    `is_known` is false for what came from letters alone.
    """
    name = folded(word)
    if not any(letter.isalpha() for letter in name):
        return ()
    found = _known(name)
    if found:
        return tuple(Pronunciation(tuple(phones.split())) for phones in dict.fromkeys(found))
    if "-" in name:
        return _compound(name)
    bare = "".join(letter for letter in name if letter.isalpha())
    phones = tuple(" ".join(shipped().say(bare)).split())
    if not any(map(is_vowel, phones)):
        phones = (*phones, "AH0")  # shh, hmm: sung on one note all the same
    return (Pronunciation(phones, is_known=False),)


def _known(name: str) -> tuple[str, ...]:
    if name in _SUNG:
        return (_SUNG[name],)
    held = dictionary()
    bare = name.strip("'")
    found = held.get(name) or held.get(bare) or ()
    return found or _elided(bare) or _dropped(name) or _possessive(bare) or _ended(bare)


def _elided(name: str) -> tuple[str, ...]:
    """An apostrophe for a vowel: lov'd, heav'n, ev'ry, flow'r, wand'ring."""
    if "'" not in name:
        return ()
    for spelled in (name.replace("'", "e"), name.replace("'", "i"), name.replace("'", "o")):
        longer = _known(spelled) if "'" not in spelled else ()
        if longer:
            most = max(sum(map(is_vowel, phones.split())) for phones in longer)
            full = [phones for phones in longer if sum(map(is_vowel, phones.split())) == most]
            shorter = tuple(filter(None, (_without_a_vowel(phones, spelled, name.index("'")) for phones in full)))
            return shorter or longer
    return ()


def _without_a_vowel(phones: str, spelled: str, place: int) -> str:
    """Phones without the weak vowel that a letter says; a consonant that is a syllable by itself (ER0) becomes R."""
    each = phones.split()
    told = align(spelled, each, alignment_costs()) if spelled.isalpha() else None
    if told is None:
        return ""
    at = sum(len(said.split()) for said in told[:place])
    if not told[place] and spelled[place + 1 : place + 2] != "r":
        return phones  # the letter says nothing as it is: lov'd
    near = [spot for spot in (at, at + 1, at - 1) if 0 <= spot < len(each) and each[spot][-1] == "0"]
    if not near:
        return ""
    kept = ["R"] if plain(each[near[0]]) == "ER" else []
    return " ".join([*each[: near[0]], *kept, *each[near[0] + 1 :]])


def _dropped(name: str) -> tuple[str, ...]:
    """A last g left out (singin'), a first syllable left out ('bout)."""
    held = dictionary()
    if name.endswith(("in'", "in")):
        found = held.get(name.rstrip("'") + "g", ())
        return tuple(phones.removesuffix("NG") + "N" for phones in found if phones.endswith("IH0 NG"))
    return ()


def _possessive(name: str) -> tuple[str, ...]:
    for ending in ("'s", "s'", "s"):
        if name.endswith(ending) and len(name) > len(ending) + 1:
            base = name.removesuffix(ending) + ("s" if ending == "s'" else "")
            found = dictionary().get(base, ())
            if found:
                return found if ending == "s'" else tuple(_plural(phones) for phones in found)
    return ()


def _plural(phones: str) -> str:
    last = plain(phones.split()[-1])
    return phones + (" IH0 Z" if last in _HISSING else " S" if last in _VOICELESS else " Z")


_ENDINGS = (  # what endings add, for words that only lack their ending in the dictionary
    ("eth", "IH0 TH"),
    ("est", "IH0 S T"),
    ("ness", "N AH0 S"),
    ("less", "L AH0 S"),
    ("ful", "F AH0 L"),
    ("ly", "L IY0"),
    ("ward", "W ER0 D"),
    ("ing", "IH0 NG"),
    ("er", "ER0"),
    ("ed", "D"),
    ("y", "IY0"),
)


def _ended(name: str) -> tuple[str, ...]:
    """An ending on a known word: cometh, lovest, moonless."""
    if "'" in name or len(name) < 5:
        return ()
    held = dictionary()
    for ending, sound in _ENDINGS:
        base = name.removesuffix(ending)
        if base == name or len(base) < 3:
            continue
        doubled = base[:-1] if base[-1] == base[-2] else base
        for stem in (base, f"{base}e", doubled, f"{base[:-1]}y" if base[-1] == "i" else base):
            if stem in held:
                return tuple(f"{phones} {_past(phones) if ending == 'ed' else sound}" for phones in held[stem])
    return ()


def _past(phones: str) -> str:
    last = plain(phones.split()[-1])
    return "IH0 D" if last in ("T", "D") else "T" if last in _VOICELESS | {"S", "SH", "CH"} else "D"


def _compound(name: str) -> tuple[Pronunciation, ...]:
    """Parts joined by hyphens: each as by itself, the first one bears the primary stress."""
    rows: list[tuple[tuple[str, ...], bool]] = [((), True)]
    for part in filter(None, _JOINED.split(name)):
        said = pronunciations(part)
        rows = [
            ((*phones, *(each.phones if not phones else _second(each.phones))), known and each.is_known)
            for phones, known in rows
            for each in said
        ][:8]
    return tuple(Pronunciation(phones, known) for phones, known in rows if phones)


def _second(phones: tuple[str, ...]) -> tuple[str, ...]:
    return tuple(f"{plain(phone)}2" if phone[-1] == "1" else phone for phone in phones)


def syllable_counts(word: str) -> tuple[int, ...]:
    """Return how many syllables a word may be sung with, the usual number first."""
    return tuple(dict.fromkeys(max(each.syllables, 1) for each in pronunciations(word)))


def usual_stresses(word: str, syllables: int | None = None) -> tuple[int, ...]:
    """Return 1 or 0 for each syllable of a word in a sentence: weak words of one syllable have none.

    `syllables` picks the pronunciation with so many; the usual one without.
    """
    said = pronunciations(word)
    fitting = [each for each in said if syllables is None or each.syllables == syllables] or list(said)
    if not fitting:
        return ()
    stresses = tuple(int(stress == 1) for stress in fitting[0].stresses)
    if len(stresses) == 1:
        return (int(folded(word) not in WEAK),)
    return stresses


def split(word: str, syllables: int | None = None) -> tuple[Syllable, ...]:
    """Split a written word into its syllables, each with its stress; letters that say nothing stay with those before.

    A syllable begins with one consonant before its vowel, or with several that begin English words (maximal onset); a
    short stressed vowel keeps the first of them (lov-er, yes-ter-day).
    """
    said = pronunciations(word)
    fitting = [each for each in said if syllables is None or each.syllables == syllables] or list(said)
    stresses = usual_stresses(word, syllables)
    if not fitting or len(stresses) < 2:
        return (Syllable(word, stress=stresses[0] if stresses else None),)
    pieces = _pieces(word, fitting[0])
    if len(pieces) != len(stresses):
        pieces = _even(word, len(stresses))
    last = len(pieces) - 1
    return tuple(
        Syllable(text, place == 0, place == last, stress)
        for place, (text, stress) in enumerate(zip(pieces, stresses, strict=True))
    )


_ONE = "P B T D K G M N F V TH DH S Z SH ZH CH JH L R W Y HH"
_MORE = (
    "P L,P R,B L,B R,T R,T W,D R,D W,K L,K R,K W,G L,G R,G W,F L,F R,TH R,SH R,S P,S T,S K,S M,S N,S L,S W,"
    "S P R,S P L,S T R,S K R,S K W,P Y,B Y,K Y,F Y,M Y,HH Y,V Y"
)
_ONSETS = frozenset([*_ONE.split(), *_MORE.split(",")])
_LAX = frozenset(("AE1", "EH1", "IH1", "AH1", "UH1"))  # short vowels, which end no syllable
_DIGRAPHS = frozenset(("th", "sh", "ch", "ph", "wh", "gh", "ck", "ng", "qu"))


def _pieces(word: str, said: Pronunciation) -> list[str]:
    """Cut a word where the phones of a new syllable begin, by the alignment of letters and phones."""
    name = folded(word)
    spelled = "".join(letter for letter in name if letter.isalpha() and letter.isascii())
    told = align(spelled, said.phones, alignment_costs())
    if told is None or len(spelled) != sum(letter.isalpha() for letter in name):
        return []
    starts = _starts(said)
    cuts, at, letter = set(), 0, 0
    for place, sign in enumerate(name):
        if not sign.isalpha():
            continue
        sound = told[letter].split()
        size = len(sound)
        if any(at <= start < at + size for start in starts):
            is_pair = name[place - 1 : place + 1] in _DIGRAPHS or (name[place - 1] in "aeiouy" and is_vowel(sound[0]))
            cuts.add(place - 1 if letter and is_pair and not told[letter - 1] else place)
        at, letter = at + size, letter + 1
    places = [0, *sorted(cut for cut in cuts if cut), len(word)]
    return [word[start:end] for start, end in itertools.pairwise(places)]


def _starts(said: Pronunciation) -> list[int]:
    """The phones at which syllables after the first begin."""
    vowels = said.vowels
    starts = []
    for before, vowel in itertools.pairwise(vowels):
        start = vowel
        while start - 1 > before and " ".join(said.phones[start - 1 : vowel]) in _ONSETS:
            start -= 1
        if start == before + 1 and start < vowel and said.phones[before] in _LAX:
            start += 1
        starts.append(start)
    return starts


def _even(word: str, count: int) -> list[str]:
    """Cut a word into so many parts of near length: where letters and phones do not align; a short word is filled up
    with signs of a held syllable."""
    if len(word) < count:
        return [*word, *["~"] * (count - len(word))]
    places = [round(len(word) * place / count) for place in range(count + 1)]
    return [word[start:end] for start, end in itertools.pairwise(places)]
