"""Languages by script and letters: known verses, strangers that are not named, and what is said of them."""

from __future__ import annotations

from pathlib import Path

import pytest

from segue.errors import FormatError, InputError
from segue.music.lyric import Line, Lyric
from segue.recognize import language
from segue.recognize.language import covered, is_han, language_of, notice_of, profile_of, profiles, trigrams

VERSES = {
    "en": (
        "Shall I compare thee to a summer's day? Thou art more lovely and more temperate",  # Shakespeare
        "I wandered lonely as a cloud that floats on high o'er vales and hills",  # Wordsworth
        "baby, baby, I wanna hold you tonight, we're gonna dance until the morning light",
    ),
    "de": (
        "Wer reitet so spät durch Nacht und Wind? Es ist der Vater mit seinem Kind",  # Goethe
        "Ich weiß nicht, was soll es bedeuten, daß ich so traurig bin",  # Heine
    ),
    "fr": (
        "Demain, dès l'aube, à l'heure où blanchit la campagne, je partirai. Vois-tu, je sais que tu m'attends",  # Hugo
        "Les sanglots longs des violons de l'automne blessent mon cœur d'une langueur monotone",  # Verlaine
    ),
    "zh": ("床前明月光，疑是地上霜。", "明月几时有？把酒问青天。", "OK 我爱你 baby 我的心永远等着你"),
    "ja": ("古池や蛙飛びこむ水の音", "桜の花が咲いている春の日"),
    "ko": ("나 보기가 역겨워 가실 때에는 말없이 고이 보내 드리오리다",),
}
STRANGERS = {
    "Spanish": "Volverán las oscuras golondrinas en tu balcón sus nidos a colgar",  # Bécquer
    "Italian": "Nel mezzo del cammin di nostra vita mi ritrovai per una selva oscura",  # Dante
    "Portuguese": "As armas e os barões assinalados que da ocidental praia lusitana",  # Camões
    "Dutch": "Wilhelmus van Nassouwe ben ik van Duitsen bloed, den vaderland getrouwe",
    "Swedish": "Du gamla, du fria, du fjällhöga nord, du tysta, du glädjerika sköna",
    "Polish": "Litwo, ojczyzno moja, ty jesteś jak zdrowie, ile cię trzeba cenić",  # Mickiewicz
    "Latin": "Gaudeamus igitur, iuvenes dum sumus, post iucundam iuventutem",
    "Finnish": "Mieleni minun tekevi, aivoni ajattelevi lähteäni laulamahan",
    "Russian": "Я помню чудное мгновенье: передо мной явилась ты",  # Pushkin
    "Greek": "Σε γνωρίζω από την κόψη του σπαθιού την τρομερή",  # Solomos
    "Arabic": "قفا نبك من ذكرى حبيب ومنزل",
}


def lyric(text: str) -> Lyric:
    return Lyric((("", tuple(map(Line, text.split("\n")))),))


@pytest.mark.parametrize(("code", "text"), [(code, text) for code, texts in VERSES.items() for text in texts])
def test_known_languages(code: str, text: str) -> None:
    assert language_of(text) == code


@pytest.mark.parametrize("name", STRANGERS)
def test_strangers_are_not_named(name: str) -> None:
    assert language_of(STRANGERS[name]) == ""


@pytest.mark.parametrize("text", ["", "12 34", "la la la", "♪♪♪", "Oh yeah"])
def test_too_little_to_tell(text: str) -> None:
    assert language_of(text) == ""


def test_chinese_characters_among_others() -> None:
    assert is_han("明月 moon") is False
    assert is_han("明月几时有 yes")
    assert not is_han("")


def test_a_notice_where_the_language_is_not_known() -> None:
    assert notice_of(lyric(VERSES["en"][0]), ("en", "zh")) == ""
    assert notice_of(lyric(VERSES["zh"][0]), ("zh",)) == ""
    told = notice_of(lyric(VERSES["de"][0]), ("zh", "en"))
    assert told == "the words seem to be German; these styles were learned from English and Chinese"
    told = notice_of(lyric(STRANGERS["Spanish"]), ("en",))
    assert told == "the language of the words is not known; these styles were learned from English"


def test_trigrams_are_framed_by_blanks() -> None:
    assert trigrams("The sea!") == [" th", "the", "he ", " se", "sea", "ea "]
    assert trigrams("don’t 99") == trigrams("Don't")


def test_profiles_by_hand() -> None:
    assert profile_of(["aa", "aa ab"], 3) == (" aa", "aa ", " ab")
    assert covered("aa ab", profile_of(["aa"], 2)) == 2 / 4
    assert covered("!", {" aa"}) == 0


def test_shipped_profiles_are_whole() -> None:
    assert {code: len(told) for code, told in profiles().items()} == {"en": 400, "de": 400, "fr": 400}


def test_a_damaged_table_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(language, "TABLE", tmp_path / "languages.json")
    profiles.cache_clear()
    with pytest.raises(InputError, match="cannot be read"):
        profiles()
    (tmp_path / "languages.json").write_text("[1, 2]")
    with pytest.raises(FormatError, match="no profiles"):
        profiles()
    profiles.cache_clear()
