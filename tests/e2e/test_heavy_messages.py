"""What somebody sends neither freezes the reader's tab nor leaves its own place on the screen."""

import asyncio
from concurrent.futures import ThreadPoolExecutor

import pytest
from playwright.sync_api import Browser, Locator, Page, expect

from tests.e2e.album import Album
from tests.e2e.tab import Tab
from tests.support.deployment import Deployment
from tests.support.heavy_texts import HEAVY_TEXTS

pytestmark = pytest.mark.e2e

CALM = "A calm line"
FEW_MARKS = "e" + "\u0301" * 10_000
MOST_DRAWN = 4_500
"""Characters of one message, with what stands beside them."""


async def conversation_with(deployment: Deployment, texts: list[str]) -> tuple[int, str]:
    """UserTwo has sent these to UserOne. Answers the cid of UserOne and the id of the conversation."""
    async with await deployment.service().view() as one, await deployment.service().view() as two:
        cid = await one.register(deployment.server.address, "UserOne", "User One")
        peer_cid = await two.register(deployment.server.address, "UserTwo", "User Two")
        await one.subscribe(cid)
        await two.subscribe(peer_cid)
        await one.make_friends(cid, two, peer_cid)
        for text in texts:
            await two.send_chat(peer_cid, cid, text)
        return cid, one.accounts[cid].conversation_with(peer_cid)


def open_conversation(browser: Browser, album: Album, deployment: Deployment, texts: list[str]) -> Tab:
    deployment.start()
    with ThreadPoolExecutor(1) as beside:  # the browser's driver keeps a loop running in this thread
        cid, conversation = beside.submit(asyncio.run, conversation_with(deployment, texts)).result()
    tab = Tab.open(browser.new_context(), album, deployment.service())
    tab.page.goto(f"{deployment.service().web_url}a/{cid}/c/{conversation}")
    expect(tab.page.locator("[data-message]").last).to_be_visible()
    return tab


def height_of(row: Locator) -> float:
    box = row.bounding_box()
    assert box is not None
    return box["height"]


@pytest.mark.parametrize("kind", ["combining marks", "links", "lines", "one word"])
def test_of_a_heavy_message_a_bounded_beginning_is_drawn_and_all_of_it_on_request(
    browser: Browser, album: Album, deployment: Deployment, kind: str
) -> None:
    tab = open_conversation(browser, album, deployment, [HEAVY_TEXTS[kind], CALM])
    heavy = tab.page.locator("[data-message]").first
    expect(heavy.get_by_role("button", name="Show all")).to_be_visible()
    assert len(heavy.inner_text()) < MOST_DRAWN
    assert height_of(heavy) < 3_000
    assert heavy.get_by_role("link").count() <= 50
    tab.picture(f"{kind}, the beginning")

    heavy.get_by_role("button", name="Show all").click()
    whole = heavy.get_by_role("region", name="The whole message")
    expect(whole).to_be_visible()
    assert height_of(heavy) < viewport_height(tab.page)
    tab.picture(f"{kind}, all of it")
    heavy.get_by_role("button", name="Show less").click()
    expect(whole).to_have_count(0)
    assert tab.errors == []


def test_marks_piled_on_a_letter_stay_in_their_row(browser: Browser, album: Album, deployment: Deployment) -> None:
    tab = open_conversation(browser, album, deployment, [CALM, FEW_MARKS, CALM])
    rows = tab.page.locator("[data-message]")
    expect(rows).to_have_count(3)
    tab.page.mouse.move(0, 0)
    neighbours = [rows.first.locator(".message-text"), rows.last.locator(".message-text")]
    with_marks = [row.screenshot(animations="disabled") for row in neighbours]
    rows.nth(1).evaluate("row => { row.style.visibility = 'hidden'; }")
    assert [row.screenshot(animations="disabled") for row in neighbours] == with_marks


def viewport_height(page: Page) -> int:
    assert page.viewport_size is not None
    return page.viewport_size["height"]
