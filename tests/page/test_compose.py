"""Compose, as one uses it: alternatives taken, edited and left, bars locked, steps taken back, files in and out."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from segue.formats import abc, read_file
from segue.music.score import Score
from tests.page.conftest import Seen
from tests.serve.test_compose import JIG

LANGUAGES = ("en", "zh")
WORDS = {
    "en": {"harmony": "Harmony", "take": "Take 1", "undo": "Undo", "redo": "Redo", "save": "Save as"},
    "zh": {"harmony": "配和弦", "take": "采用 1", "undo": "撤销", "redo": "重做", "save": "另存为"},
}
KINDS = ("mid", "musicxml", "abc", "wav", "pdf", "svg")
NAMES = {"mid": "MIDI", "musicxml": "MusicXML", "abc": "ABC", "wav": "WAV", "pdf": "PDF", "svg": "SVG"}
STARTS = {"mid": b"MThd", "musicxml": b"<?xml", "abc": b"X:1", "wav": b"RIFF", "pdf": b"%PDF", "svg": b"<"}
DRAG = """(link) => {
    const carried = new DataTransfer();
    link.dispatchEvent(new DragEvent("dragstart", { dataTransfer: carried, bubbles: true }));
    return [carried.getData("DownloadURL"), carried.getData("text/plain")];
}"""


def tune(page: Page) -> str:
    return page.locator("textarea").first.input_value()


def locked_notes(page: Page) -> list[tuple[object, ...]]:
    """The notes of the second and third bar of the first part."""
    score = abc.read(tune(page).encode(), file="desk")
    assert isinstance(score, Score)
    return [(one.start, one.length, one.pitch) for one in score.parts[0].notes if 4 <= one.start < 12]


def ask(page: Page, verb: str, count: int) -> None:
    page.get_by_role("button", name=verb, exact=True).click()
    expect(page.locator(".offer")).to_have_count(count)


@pytest.mark.parametrize("language", LANGUAGES)
def test_chords_are_offered_taken_undone_and_saved(seen: Seen, language: str, tmp_path: Path) -> None:
    page, word = seen.open("compose", language), WORDS[language]
    expect(page.locator(".sheet svg").first).to_be_visible()
    given = tune(page)
    ask(page, word["harmony"], 3)
    expect(page.locator(".offer svg").first).to_be_visible()
    assert not seen.serious()
    page.get_by_role("button", name=word["take"]).click()
    assert '"' in tune(page)
    page.get_by_role("button", name=word["undo"]).click()
    assert tune(page) == given
    page.get_by_role("button", name=word["redo"]).click()
    with page.expect_download() as download:
        page.get_by_role("link", name=f"{word['save']} MIDI").click()
    download.value.save_as(tmp_path / "out.mid")
    assert sum(len(part.notes) for part in read_file(tmp_path / "out.mid").parts) >= 11


def test_every_format_is_dragged_out_as_a_file_of_its_own(seen: Seen, tmp_path: Path) -> None:
    page = seen.open("compose")
    before = page.get_by_role("link", name="Save as MIDI").get_attribute("href") or ""
    page.locator("textarea").fill(JIG)
    expect(page.get_by_role("link", name="Save as MIDI")).not_to_have_attribute("href", before)
    expect(page.get_by_role("link", name="Save as MIDI")).to_have_attribute("href", re.compile("packed="))
    for kind in KINDS:
        link = page.get_by_role("link", name=f"Save as {NAMES[kind]}", exact=True)
        carried, text = link.evaluate(DRAG)
        media, name, address = carried.split(":", 2)
        assert "/" in media and name == f"segue.{kind}" and address.startswith(seen.address)
        assert (text == JIG) == (kind == "abc")
        answer = page.request.get(address)
        assert answer.ok and answer.body().startswith(STARTS[kind]), kind
        assert f'filename="segue.{kind}"' in answer.headers["content-disposition"]
        if kind in ("mid", "musicxml", "abc"):
            file = tmp_path / name
            file.write_bytes(answer.body())
            assert sum(len(part.notes) for part in read_file(file).parts) >= 20


def test_an_alternative_is_heard_edited_taken_and_another_left(seen: Seen) -> None:
    page = seen.open("compose")
    ask(page, "Harmony", 3)
    page.get_by_role("button", name="Play 2").click()
    expect(page.locator(".offer").nth(1).locator(".sounding").first).to_be_visible()
    page.get_by_role("button", name="Stop 2").click()
    page.get_by_role("button", name="Edit 2").click()
    text = page.get_by_label("Tune (ABC) 2")
    expect(text).to_be_focused()
    text.fill(text.input_value().replace("K:G", "T:Mine\nK:G"))
    expect(page.locator(".offer").nth(1)).to_contain_text("Mine")
    page.get_by_role("button", name="Take 2").click()
    assert "T:Mine" in tune(page)
    page.get_by_role("button", name="Leave 1").click()
    expect(page.locator(".offer")).to_have_count(2)
    assert not seen.serious()


def test_steps_are_taken_back_after_a_look_elsewhere_and_after_a_visit(seen: Seen) -> None:
    page = seen.open("compose")
    first = tune(page)
    text = page.locator("textarea").first
    text.focus()
    for number in range(30):
        text.fill(f"{first}% {number}\n")
    page.get_by_role("link", name="Models").click()
    page.get_by_role("link", name="Compose").click()
    assert tune(page) == f"{first}% 29\n"
    page.reload()
    page.wait_for_selector(".sheet svg")
    page.locator("textarea").first.focus()
    for _ in range(30):
        page.keyboard.press("Control+z")
    assert tune(page) == first
    expect(page.get_by_role("button", name="Undo")).to_be_disabled()
    page.keyboard.press("Control+Shift+z")
    assert tune(page) == f"{first}% 0\n"


def test_a_locked_bar_stays_and_the_cursor_follows_the_sound(seen: Seen) -> None:
    page = seen.open("compose")
    box = page.locator(".abcjs-mm1.abcjs-note path").first.bounding_box()
    assert box is not None
    page.mouse.click(box["x"] + box["width"] / 2, box["y"] + box["height"] / 2)
    expect(page.locator(".abcjs-mm1.locked").first).to_be_visible()
    pick = page.get_by_role("button", name="Bars 3", exact=True)
    pick.focus()
    page.keyboard.press("Enter")
    expect(page.get_by_role("button", name="Bars 3, locked")).to_be_focused()
    page.get_by_text("Piano roll").click()
    painted = page.evaluate(
        "() => { const c = document.querySelector('canvas.roll');"
        " return c.getContext('2d').getImageData(0, 0, c.width, c.height).data.some((one) => one > 0); }"
    )
    assert painted
    page.get_by_role("button", name="Play").first.click()
    expect(page.locator(".sounding").first).to_be_visible()
    expect(page.locator(".rolled .head")).to_be_visible()
    page.get_by_role("button", name="Stop").first.click()
    expect(page.locator(".sounding")).to_have_count(0)
    kept = locked_notes(page)
    ask(page, "Redraw bars", 3)
    page.get_by_role("button", name="Take 1").click()
    assert locked_notes(page) == kept
    ask(page, "Melody", 3)
    page.get_by_role("button", name="Take 2").click()
    assert locked_notes(page) == kept


def test_what_becomes_of_offers_is_logged(seen: Seen) -> None:
    page = seen.open("compose")
    ask(page, "A phrase", 3)
    page.get_by_role("button", name="Edit 2").click()
    text = page.get_by_label("Tune (ABC) 2")
    text.fill(text.input_value() + "C4|\n")
    page.get_by_role("button", name="Take 2").click()
    page.get_by_role("button", name="Leave 3").click()
    page.get_by_role("button", name="Take 1").click()
    expected = {1: "accepted", 2: "edited", 3: "declined"}
    for _ in range(100):
        told = page.request.get(f"{seen.address}api/v1/offers?verb=phrase&limit=3").json()
        if {one["place"]: one["state"] for one in told["offers"]} == expected:
            return
        page.wait_for_timeout(50)
    assert {one["place"]: one["state"] for one in told["offers"]} == expected


def test_a_new_sheet_new_chords_a_melody_a_band_and_words(seen: Seen) -> None:
    page = seen.open("compose")
    page.get_by_label("Key", exact=True).fill("Dm")
    page.get_by_label("Metre").select_option("3/4")
    page.get_by_role("button", name="New tune").click()
    assert "M:3/4" in tune(page) and "K:Dm" in tune(page)
    page.get_by_label("Bars", exact=True).fill("4")
    for verb, count in (("New chords", 3), ("Melody", 3), ("Band", 1), ("Words", 2)):
        ask(page, verb, count)
        page.get_by_role("button", name="Take 1").click()
    page.get_by_role(
        "button", name="Other chords", exact=True
    ).click()  # two or three: those that are as before are none
    expect(page.locator(".offer").first).to_be_visible()
    made = tune(page)
    assert "M:3/4" in made and "K:Dm" in made and "V:2" in made and "\nw:" in made
    expect(page.locator(".badge")).to_contain_text("Original")


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_piece_in_the_manner_of_a_file(seen: Seen, language: str, tmp_path: Path) -> None:
    file = tmp_path / "jig.abc"
    file.write_text(JIG, encoding="utf-8")
    page = seen.open("compose", language)
    page.locator(".model input[type=file]").set_input_files(file)
    expect(page.locator(".model")).to_contain_text("jig.abc")
    ask(page, "A whole piece" if language == "en" else "写整首", 2)
    expect(page.locator(".offer").first).to_contain_text("deviations" if language == "en" else "标准差")
    assert not seen.serious()
    page.get_by_role("button", name="Take 1" if language == "en" else "采用 1").click()
    assert "M:6/8" in tune(page) and "K:D" in tune(page)
    page.get_by_role("button", name="Of no tune" if language == "en" else "不仿照").click()
    expect(page.locator(".model input[type=file]")).to_have_count(1)


def test_ones_own_file_is_opened(seen: Seen, tmp_path: Path) -> None:
    file = tmp_path / "jig.abc"
    file.write_text(JIG, encoding="utf-8")
    page = seen.open("compose")
    page.locator("input[type=file]").first.set_input_files(file)
    expect(page.locator(".sheet").first).to_contain_text("A jig")


def test_forms_and_parts_are_there_to_be_picked(seen: Seen) -> None:
    page = seen.open("compose")
    forms = page.locator("#forms option")
    expect(forms.first).to_be_attached()
    assert {"AABA", "12-bar-blues", "rondo", "verse-chorus"} <= set(
        forms.evaluate_all("(all) => all.map((one) => one.value)")
    )
    page.get_by_label("Form").fill("12-bar-blues")
    page.locator("label", has_text="Style").first.locator("select").select_option("blues")
    ask(page, "A whole piece", 2)
    assert not seen.serious()
