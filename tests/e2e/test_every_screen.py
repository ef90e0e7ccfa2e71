"""Every screen in every state of the sample world, at both ends of widths: what holds on all of them."""

import importlib.util
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest
from playwright.sync_api import Browser, Page

from tests.e2e.every_screen import landmarks, names_without_their_words, too_small_for_fingers

pytestmark = pytest.mark.e2e

SCRIPT = Path(__file__).parents[2] / "web" / "scripts" / "screenshots.py"


def _screens() -> ModuleType:
    spec = importlib.util.spec_from_file_location("screenshots", SCRIPT)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


SCREENS = _screens()
NOT_OF_THE_PRODUCT = "gallery"
NAMES = [name for name in SCREENS.SCREENS if name != NOT_OF_THE_PRODUCT]


IS_STILL = """() => document.getAnimations().every(
    (each) => each.playState !== "running" || each.effect.getComputedTiming().endTime === Infinity)"""
"""What comes in grows to its size; only what never ends may go on moving."""


@pytest.fixture(scope="module")
def base() -> Iterator[str]:
    with SCREENS.served() as address:
        yield address


def look(browser: Browser, base: str, name: str, **kind: Any) -> tuple[Page, list[str]]:
    page = browser.new_context(locale="en-GB", **kind).new_page()
    errors: list[str] = []
    page.on("pageerror", lambda error: errors.append(str(error)))
    SCREENS.show(page, base, name)
    page.wait_for_function("() => document.querySelector('h1') !== null")
    page.wait_for_function(IS_STILL)
    return page, errors


@pytest.mark.parametrize("name", NAMES)
def test_on_a_desk_there_is_one_main_with_one_heading_and_names_hold_what_is_seen(
    browser: Browser, base: str, name: str
) -> None:
    page, errors = look(browser, base, name, viewport={"width": 1280, "height": 800})
    try:
        assert (landmarks(page), names_without_their_words(page), errors) == ((1, 1), [], [])
    finally:
        page.context.close()


@pytest.mark.parametrize("name", NAMES)
def test_on_a_phone_the_same_holds_and_everything_is_large_enough_for_a_finger(
    browser: Browser, base: str, name: str
) -> None:
    phone = {"viewport": {"width": 390, "height": 800}, "has_touch": True, "is_mobile": True}
    page, errors = look(browser, base, name, **phone)
    try:
        found = (landmarks(page), names_without_their_words(page), too_small_for_fingers(page), errors)
        assert found == ((1, 1), [], [], [])
    finally:
        page.context.close()
