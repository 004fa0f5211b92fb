"""What the numbers of `segue.recognize.voices` are called, in English and Chinese, in their order."""

from __future__ import annotations

from collections.abc import Iterator

Pair = tuple[str, str]
_TRIADS = (
    ("major chords", "大三和弦"), ("minor chords", "小三和弦"), ("diminished chords", "减三和弦"),
    ("augmented chords", "增三和弦"), ("dominant sevenths", "属七和弦"), ("minor sevenths", "小七和弦"),
    ("major sevenths", "大七和弦"), ("half-diminished sevenths", "半减七和弦"), ("diminished sevenths", "减七和弦"),
    ("bare fifths", "空五度"), ("bare major thirds", "单独的大三度"), ("bare minor thirds", "单独的小三度"),
    ("single tones", "单音"),
)  # fmt: skip
_POSITIONS = (("in root position", "原位"), ("in first inversion", "第一转位"), ("in second inversion", "第二转位"))
_DEGREES = (
    ("tonic", "主音"), ("lowered second", "降二级"), ("second", "二级音"), ("minor third", "小三度音"),
    ("major third", "大三度音"), ("fourth", "四级音"), ("tritone", "三全音"), ("fifth", "五级音"),
    ("minor sixth", "小六度音"), ("major sixth", "大六度音"), ("minor seventh", "小七度音"), ("leading note", "导音"),
)  # fmt: skip
_APART = (
    ("unisons or octaves", "同度或八度"), ("minor seconds", "小二度"), ("major seconds", "大二度"),
    ("minor thirds", "小三度"), ("major thirds", "大三度"), ("fourths", "四度"), ("tritones", "三全音"),
    ("fifths", "五度"), ("minor sixths", "小六度"), ("major sixths", "大六度"), ("minor sevenths", "小七度"),
    ("major sevenths", "大七度"),
)  # fmt: skip
_LOOSE = (
    ("distance of the lowest two voices", "最低两个声部的距离"), ("distance of the outer voices", "外声部的距离"),
    ("notes outside the key", "调外音"),
)  # fmt: skip
_RHYTHMS = (
    ("notes off the beat", "不在拍上的音"), ("syncopations", "切分音"), ("variety of note values", "音值的变化"),
    ("even rhythm", "均匀的节奏"), ("short notes", "短音"), ("moments in a bar", "每小节发音的时刻"),
)  # fmt: skip
_PARTS = (
    ("parts that sound", "发声的声部"), ("sung parts", "歌唱声部"), ("parts of one note at a time", "单音声部"),
    ("share of sung parts", "歌唱声部的比例"), ("voices of one note at a time", "单音进行的声部"),
    ("range of the widest part", "最宽声部的音域"), ("range of the narrowest part", "最窄声部的音域"),
    ("parts that move together", "同步进行的声部"), ("differences between the parts' movement", "各声部疏密的差别"),
    ("sung syllables", "唱出的音节"),
)  # fmt: skip
_SIGNS = (
    ("sharps of the key", "调号的升号"), ("signs of the key", "调号的升降号"), ("changes of key", "转调"),
    ("changes of metre", "变换拍号"), ("tempo marks", "速度标记"), ("first tempo", "开头的速度"),
    ("changes of tempo", "速度变化"), ("loudness", "力度"), ("spread of loudness", "力度的起伏"),
    ("degrees of loudness", "力度的层次"), ("length in quarter notes", "以四分音符计的长度"),
)  # fmt: skip


def voice_names() -> Iterator[Pair]:
    """Yield the name of each number in "en" and "zh"."""
    for place, (one, other) in enumerate(_TRIADS):
        is_single = place == len(_TRIADS) - 1
        yield from ((one, other) if is_single else (f"{one} {two}", f"{called}{other}") for two, called in _POSITIONS)
    yield "other sonorities", "其他音响"
    yield from ((f"bass on the {one}", f"低音在{other}") for one, other in _DEGREES)
    for step in range(-12, 13):
        way, direction = ("up", "向上") if step > 0 else ("down", "向下")
        held = "repeated notes of the bass", "低音同音反复"
        yield (f"steps of the bass {way} by {abs(step)}", f"低音{direction}{abs(step)}个半音") if step else held
    yield from ((f"{one} between the outer voices", f"外声部间的{other}") for one, other in _APART)
    yield from ((f"moments with {count} notes sounding", f"{count}个音同时发响的时刻") for count in range(9))
    yield from ((f"moments with {count} different tones", f"{count}个不同音级的时刻") for count in range(8))
    yield from _LOOSE
    yield from ((f"beginnings of {count} notes together", f"{count}个音同时开始") for count in range(9))
    yield from (*_RHYTHMS, *_PARTS, *_SIGNS)
