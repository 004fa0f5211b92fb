"""Every kind of file gets an answer: chords a style and years, Chinese words a tune, other words their form."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from segue.music.lyric import Line, Lyric
from segue.music.score import Progression
from segue.recognize.ci_tunes import OTHER
from segue.recognize.guess import Answer
from segue.recognize.recognizer import Recognizer

SHUIDIAO = (
    "明月几时有？把酒问青天。不知天上宫阙，今夕是何年。我欲乘风归去，又恐琼楼玉宇，高处不胜寒。起舞弄清影，何似在人间。\n"
    "转朱阁，低绮户，照无眠。不应有恨，何事长向别时圆？人有悲欢离合，月有阴晴圆缺，此事古难全。但愿人长久，千里共婵娟。"
)
RUMENGLING = "常记溪亭日暮\n沉醉不知归路\n兴尽晚回舟\n误入藕花深处\n争渡\n争渡\n惊起一滩鸥鹭"
YU = (  # of the Five Dynasties, as editions of today sign it
    "春花秋月何时了？往事知多少。小楼昨夜又东风，故国不堪回首月明中。"
    "雕栏玉砌应犹在，只是朱颜改。问君能有几多愁？恰似一江春水向东流。"
)
XIN = "茅檐低小，溪上青青草。醉里吴音相媚好，白发谁家翁媪？大儿锄豆溪东，中儿正织鸡笼。最喜小儿亡赖，溪头卧剥莲蓬。"
LU = "驿外断桥边，寂寞开无主。已是黄昏独自愁，更著风和雨。\n无意苦争春，一任群芳妒。零落成泥碾作尘，只有香如故。"
YANG = (  # of the Ming: no poem of his is in the set
    "滚滚长江东逝水，浪花淘尽英雄。是非成败转头空。青山依旧在，几度夕阳红。\n"
    "白发渔樵江渚上，惯看秋月春风。一壶浊酒喜相逢。古今多少事，都付笑谈中。"
)
NALAN = "谁念西风独自凉，萧萧黄叶闭疏窗。沉思往事立残阳。被酒莫惊春睡重，赌书消得泼茶香。当时只道是寻常。"
PROSE = (
    "今天上午，市政府召开新闻发布会，介绍今年以来全市经济运行情况。\n"
    "发言人表示，上半年主要指标稳中向好，工业生产持续恢复，消费市场逐步回暖。\n下一步将继续推进重点项目建设，优化营商环境。"
)
TREES = (
    "在我的后园，可以看见墙外有两株树，一株是枣树，还有一株也是枣树。\n"
    "这上面的夜的天空，奇怪而高，我生平没有见过这样的奇怪而高的天空。他仿佛要离开人间而去，使人们仰面不再看见。"
)
RECIPE = "土豆去皮切丝，泡水备用。锅里放油，烧热，放蒜末爆香。倒入土豆丝，翻炒两分钟，加盐，加醋，出锅。"
QUATRAIN = "床前明月光，疑是地上霜。举头望明月，低头思故乡。"
SONG = "你问我爱你有多深\n我爱你有几分\n我的情也真\n我的爱也真\n月亮代表我的心\n轻轻的一个吻\n已经打动我的心"
AUTUMN = "title: Turnaround\nkey: {key}\nmetre: 4/4\n\n| {bars} |\n"
JAZZ = " | ".join(["Cm7", "F7", "Bbmaj7", "Ebmaj7", "Am7b5", "D7", "Gm6", "Gm6"] * 2)
POP = " | ".join(["C", "G", "Am", "F"] * 4)


@pytest.fixture(scope="module")
def recognizer() -> Recognizer:
    return Recognizer()


def told(recognizer: Recognizer, folder: Path, name: str, text: str) -> Answer:
    (folder / name).write_text(text, encoding="utf-8")
    return recognizer.file(folder / name)


# ---- chords


def test_chords_have_a_style_bars_that_speak_for_it_and_years(recognizer: Recognizer, tmp_path: Path) -> None:
    answer = told(recognizer, tmp_path, "a.chart", AUTUMN.format(key="G minor", bars=JAZZ))
    assert answer.kind == "chords" and answer.guesses[0].style == "jazz"
    assert abs(sum(guess.probability for guess in answer.guesses) - 1) < 1e-6
    assert all(one.what.startswith(f"bar {one.place + 1} (") for one in answer.guesses[0].because)
    (years,) = [notice for notice in answer.notice if "charts" in notice]
    first, last = (int(word) for word in years.split() if word.isdigit())
    assert 1958 <= first < last <= 1991
    assert told(recognizer, tmp_path, "b.chart", AUTUMN.format(key="C", bars=POP)).guesses[0].style == "pop"


def test_chord_sheets_and_labels(recognizer: Recognizer, tmp_path: Path) -> None:
    line = "[C]Oh | [G]la | [Am]la | [F]la\n"
    sheet = told(recognizer, tmp_path, "a.cho", "{title: A song}\n{key: C}\n" + 4 * line)
    assert sheet.kind == "chords" and sheet.guesses[0].style == "pop"
    names = ("D:maj", "A:maj", "B:min", "G:maj") * 4
    labels = "".join(f"{2 * at}.0\t{2 * at + 2}.0\t{name}\n" for at, name in enumerate(names))
    answer = told(recognizer, tmp_path, "a.lab", labels)
    assert answer.kind == "chords" and answer.guesses[0].style == "pop"
    assert "heard in D major; no other key is named" in answer.notice


def test_a_transposed_progression_without_a_key_is_told_alike(recognizer: Recognizer, tmp_path: Path) -> None:
    named = told(recognizer, tmp_path, "a.chart", AUTUMN.format(key="Eb", bars="Eb | Bb | Cm | Ab | Eb | Bb | Ab | Eb"))
    bare = told(recognizer, tmp_path, "b.chart", "| Eb | Bb | Cm | Ab | Eb | Bb | Ab | Eb |\n")
    assert "heard in Eb major; no other key is named" in bare.notice
    assert [guess.probability for guess in bare.guesses] == [guess.probability for guess in named.guesses]


def test_few_chords_are_never_sure_and_none_get_no_guess(recognizer: Recognizer, tmp_path: Path) -> None:
    one = told(recognizer, tmp_path, "one.chart", "| C |\n")
    assert not one.is_sure and one.style == "" and one.notice == ("1 chord is too few to tell a style by",)
    assert not told(recognizer, tmp_path, "three.chart", "| C | F | G | G |\n").is_sure
    for empty in (
        told(recognizer, tmp_path, "none.chart", "| N.C. | N.C. |\n"),
        recognizer.chords(Progression((), ())),
    ):
        assert empty == Answer("chords", (), False, ("it has no chords",))


def test_a_lead_sheet_stays_a_score(recognizer: Recognizer, tmp_path: Path) -> None:
    text = 'X:1\nM:4/4\nL:1/4\nK:C\n"C"CEGE|"F"FAcA|"G"GBdB|"C"c4|\n'
    assert told(recognizer, tmp_path, "lead.abc", text).kind == "score"


# ---- words


@pytest.mark.parametrize(("tune", "text"), [("水调歌头", SHUIDIAO), ("如梦令", RUMENGLING)])
def test_a_ci_is_named_by_its_tune(recognizer: Recognizer, tmp_path: Path, tune: str, text: str) -> None:
    answer = told(recognizer, tmp_path, "ci.txt", text)
    assert answer.kind == "lyrics" and answer.style == tune
    assert answer.guesses[0].because and answer.guesses[0].because[0].what.startswith("line ")
    assert "clauses" in answer.notice[-1]


SIGNED = [("虞美人", YU), ("清平乐", XIN), ("卜算子", LU), ("临江仙", YANG), ("浣溪沙", NALAN), ("水调歌头", SHUIDIAO)]


@pytest.mark.parametrize(("tune", "text"), SIGNED)
def test_a_ci_is_named_whichever_signs_it_is_written_with(
    recognizer: Recognizer, tmp_path: Path, tune: str, text: str
) -> None:
    clauses = [clause for clause in re.split(r"\W+", text) if clause]
    sentences = [re.sub(r"\W", "", one) for one in re.split(r"[。？！]", text)]
    for shown in (text, "\n".join(clauses), "。\n".join(sentences), "".join(clauses)):
        answer = told(recognizer, tmp_path, "ci.txt", shown)
        assert answer.style == tune, shown


def test_a_title_and_an_author_above_are_none_of_the_verse(recognizer: Recognizer, tmp_path: Path) -> None:
    bare = told(recognizer, tmp_path, "a.txt", YU)
    headed = told(recognizer, tmp_path, "b.txt", f"虞美人·春花秋月\n\n李煜\n\n{YU}")
    assert headed.notice == bare.notice
    assert [guess.probability for guess in headed.guesses] == [guess.probability for guess in bare.guesses]
    assert [one.place - 2 for one in headed.guesses[0].because] == [one.place for one in bare.guesses[0].because]
    assert [one.what for one in headed.heat[:2]] == ["line 1 (虞美人·春花秋月)", "line 2 (李煜)"]
    assert [one.drop for one in headed.heat[:2]] == [0, 0]


def test_the_clauses_that_are_named_make_the_probability_fall_together(recognizer: Recognizer, tmp_path: Path) -> None:
    guess = told(recognizer, tmp_path, "a.txt", SHUIDIAO).guesses[0]
    assert len(guess.because) == 3 and guess.without is not None
    assert guess.without == pytest.approx(guess.probability - sum(one.drop for one in guess.because), abs=1e-9)


@pytest.mark.parametrize("text", [PROSE, TREES, RECIPE, QUATRAIN, SONG, "你好，世界。", "明月几时有？把酒问青天。"])
def test_chinese_that_is_no_ci_is_not_called_one(recognizer: Recognizer, tmp_path: Path, text: str) -> None:
    for shown in (text, re.sub(r"\W", "", text), re.sub(r"\W+", "\n", text)):
        answer = told(recognizer, tmp_path, "text.txt", shown)
        assert answer.kind == "lyrics" and answer.style in ("", OTHER), shown


def test_words_in_other_languages_are_told_by_their_form_alone(recognizer: Recognizer, tmp_path: Path) -> None:
    grace = "Amazing grace how sweet the sound\nThat saved a wretch like me\nI once was lost but now am found\nNow see"
    answer = told(recognizer, tmp_path, "en.txt", grace)
    assert not answer.is_sure and answer.guesses == ()
    assert answer.notice[0].startswith("the words seem to be English") and answer.notice[1].startswith("4 lines")
    erl = (
        "Wer reitet so spät durch Nacht und Wind?\nEs ist der Vater mit seinem Kind;\nEr hat den Knaben wohl in dem Arm"
    )
    assert told(recognizer, tmp_path, "de.txt", erl).notice[0].startswith("the words seem to be German")
    odd = "Mieleni minun tekevi,\naivoni ajattelevi\nlähteäni laulamahan"
    assert told(recognizer, tmp_path, "fi.txt", odd).notice[0].startswith("the language of the words is not known")


def test_words_that_are_none(recognizer: Recognizer) -> None:
    assert recognizer.lyrics(
        Lyric(
            (
                (
                    "",
                    (Line(""), Line("12")),
                ),
            )
        )
    ) == Answer("lyrics", (), False, ("it has no words",))
