"""Models: how a run went on from the one before, told step by step in both languages."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from playwright.sync_api import Browser, expect

from segue.tune.continued import Continued, Test, judged
from tests.page.conftest import Seen
from tests.serve.homes import a_home
from tests.serve.process import running


@pytest.mark.parametrize(
    ("language", "said"),
    [
        (
            "en",
            ["1,234 new pairs", "5,678 old ones", "Went on from first", "0.8000 → 0.7700", "0.6000 → 0.7000", "0.005"],
        ),
        ("zh", ["1,234 条新的", "5,678 条旧的", "从 first 接着微调", "0.8000 → 0.7700", "0.6000 → 0.7000", "未启用"]),
    ],
)
def test_each_step_of_going_on_is_told(browser: Browser, tmp_path: Path, language: str, said: list[str]) -> None:
    home = a_home(tmp_path)
    file = home / "models" / "recommend" / "second" / "metrics.json"
    old, new = Test(400, 0.8, 0.77), Test(40, 0.6, 0.7)
    told = Continued("first", 1234, 5678, True, old, new, 0.005, *judged("auc", old, new))
    file.write_text(json.dumps(json.loads(file.read_text()) | {"continued": told.as_dict()}), encoding="utf-8")
    with running(home) as server:
        page = Seen(browser.new_page(), server.address).open("models", language)
        steps = page.locator("ol.steps")
        expect(steps.locator("li")).to_have_count(5)
        for words in said:
            expect(steps).to_contain_text(words)
        page.close()


def test_jobs_are_followed_stopped_and_gone_on_with(seen: Seen) -> None:
    page = seen.open("models")
    asked = page.request.post(f"{seen.address}api/v1/imports?file=x.csv&listener=eve", data=b"no table at all")
    assert asked.status == 202, asked.text()
    page.reload()
    row = page.locator(".jobs li").first
    expect(row.locator(".job")).to_contain_text("failed")
    assert not seen.serious()
    row.get_by_role("button", name="Go on").click()
    expect(page.locator(".jobs li").first.locator(".job")).to_contain_text("failed")  # as before: the file is none
    assert page.request.get(f"{seen.address}api/v1/jobs").json()["jobs"][0]["state"] == "failed"
