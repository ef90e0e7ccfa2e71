"""Forced colours and names written right to left, as a real browser draws them."""

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Locator, Page, expect

from tests.e2e.test_every_screen import SCREENS

pytestmark = pytest.mark.e2e

LONG_NAME = "ليلى حداد عبد الرحمن المنصوري القاهرية من الإسكندرية ثم دمشق ثم بغداد ثم الرباط"
LAYLA = f"""const ada = world.account({SCREENS.ADA}n);
    world.agree(ada, world.person(4343n, 'layla', '{LONG_NAME}', {{ online: true }}));"""

WORDS = """element => {
  const [text] = element.childNodes;
  const [first] = text.data.split(' ');
  const box = element.getBoundingClientRect();
  const word = document.createRange();
  word.setStart(text, 0);
  word.setEnd(text, first.length);
  const drawn = word.getBoundingClientRect();
  return { isCut: element.scrollWidth > element.clientWidth,
           firstIsSeen: drawn.left >= box.left - 1 && drawn.right <= box.right + 1 };
}"""


@pytest.fixture(scope="module")
def base() -> Iterator[str]:
    with SCREENS.served() as address:
        yield address


@pytest.fixture(params=["light", "dark"])
def forced(browser: Browser, request: pytest.FixtureRequest) -> Iterator[Page]:
    context = browser.new_context(locale="en-GB", forced_colors="active", color_scheme=request.param)
    yield context.new_page()
    context.close()


def drawn(element: Locator) -> bytes:
    return element.screenshot(animations="disabled")


def test_switches_are_told_apart_in_forced_colours(forced: Page, base: str) -> None:
    SCREENS.show(forced, base, "settings")
    switch = forced.get_by_role("switch", name="Appear offline")
    off, colour = drawn(switch), background(switch)
    switch.click()
    expect(switch).to_be_checked()
    assert drawn(switch) != off
    assert background(switch) != colour


def test_the_open_conversation_and_presence_are_seen_in_forced_colours(forced: Page, base: str) -> None:
    SCREENS.show(forced, base, "talk")
    selected = forced.locator("a.row-link[aria-current=page]")
    assert selected.evaluate("row => getComputedStyle(row).outlineStyle") == "solid"
    online = forced.locator("a.row-link .presence-online").first
    offline = forced.locator("a.row-link span.border-line-strong.rounded-round").first
    behind = forced.evaluate("() => getComputedStyle(document.body).backgroundColor")
    assert background(online) not in (behind, background(offline))


def test_a_button_is_more_than_a_word_in_forced_colours(forced: Page, base: str) -> None:
    SCREENS.show(forced, base, "home")
    accept = forced.get_by_role("button", name="Accept", exact=True)
    line, behind = accept.evaluate(
        "button => [getComputedStyle(button).borderTopColor, getComputedStyle(button).backgroundColor]"
    )
    assert accept.evaluate("button => getComputedStyle(button).borderTopWidth") == "1px"
    assert line != behind


@pytest.mark.parametrize("width", [390, 1280])
def test_of_a_long_name_written_right_to_left_the_first_word_stays(browser: Browser, base: str, width: int) -> None:
    context = browser.new_context(locale="en-GB", viewport={"width": width, "height": 800})
    page = context.new_page()
    SCREENS.show(page, base, "home")
    SCREENS.run(LAYLA)(page)
    row = page.locator("a.row-link bdi").filter(has_text=LONG_NAME)
    expect(row.first).to_be_visible()
    assert row.first.evaluate(WORDS) == {"isCut": True, "firstIsSeen": True}
    page.get_by_title("Find people").first.click()
    page.get_by_label("Search people").fill("layla")
    listed = page.get_by_role("dialog").locator("bdi").filter(has_text=LONG_NAME)
    expect(listed.first).to_be_visible()
    assert listed.first.evaluate(WORDS)["firstIsSeen"]
    page.keyboard.press("Escape")
    row.first.click()
    head = page.locator("h1 bdi").filter(has_text=LONG_NAME)
    expect(head.first).to_be_visible()
    assert head.first.evaluate(WORDS)["firstIsSeen"]
    context.close()


def background(element: Locator) -> str:
    colour: str = element.evaluate("element => getComputedStyle(element).backgroundColor")
    return colour
