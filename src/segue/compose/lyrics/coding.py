"""Lines of text as a model's items with their length: words in lower case, or characters."""

from __future__ import annotations

from segue.compose.lyrics import chinese, english
from segue.models.lyrics.vocabulary import CodedLine, Language

# names of the sets that the own model learned from, which are written with a capital letter
_NAME_WORDS = (
    "god lord christ jesus moses joshua joseph mary maria marie kathleen jeanne jeannie nell nellie helen alice annie "
    "louise flora lucia romeo victoria polly susanna dinah molly margie jack bill johnny danny joe jane johnson robert "
    "nick england english ireland irish scotland glasgow lancashire britannia london dover america american dixie "
    "dixieland virginny alabama texas ohio orleans manhattan broadway chicago havana china japanese paris belgium "
    "capri araby eden bethlehem jerusalem jericho christmas sunday april june july january september cupid swanee"
)
_NAMES = frozenset(_NAME_WORDS.split())


def code_line(text: str, language: Language, sign: str = "", *, begins: bool = False) -> CodedLine:
    """Return a line of text as items and its length: syllables as words are usually sung, or characters."""
    if language == "zh":
        characters = tuple(chinese.characters_of(text))
        return CodedLine(characters, len(characters), sign, begins)
    words = tuple(word for word in map(english.folded, english.words_of(text)))
    return CodedLine(words, sum(english.syllable_counts(word)[0] for word in words), sign, begins)


def said_as(item: str, language: Language) -> str:
    """Return an item as it is written inside a line: i as I, names with a capital letter."""
    if language == "en" and (item == "i" or item.startswith("i'") or item.removesuffix("'s") in _NAMES):
        return item.capitalize()
    return item


def line_text(items: tuple[str, ...] | list[str], language: Language, sign: str = "") -> str:
    """Return a line as it is written: English with blanks and a capital letter first, Chinese with its sign."""
    if language == "zh":
        return "".join(items) + sign
    text = " ".join(said_as(item, language) for item in items)
    for place, letter in enumerate(text):
        if letter.isalpha():
            return text[:place] + letter.upper() + text[place + 1 :]
    return text
