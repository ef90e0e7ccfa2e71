"""Messages are found by what they say now, and a result leads to its message, however far away."""

import asyncio
from concurrent.futures import ThreadPoolExecutor

import pytest
from playwright.sync_api import Browser, Locator, expect

from tests.e2e.album import Album
from tests.e2e.tab import Tab
from tests.e2e.test_reading import opened
from tests.support.deployment import Deployment

pytestmark = pytest.mark.e2e

MESSAGES = 160
OLD = "the casemate was quiet"


async def write(deployment: Deployment) -> tuple[int, str]:
    """A long conversation, of which one message was edited and one taken back. Answers the reader's cid and its id."""
    async with await deployment.service().view() as one, await deployment.service().view() as two:
        cid = await one.register(deployment.server.address, "UserOne", "User One")
        peer_cid = await two.register(deployment.server.address, "UserTwo", "User Two")
        await one.subscribe(cid)
        await two.subscribe(peer_cid)
        await one.make_friends(cid, two, peer_cid)
        for number in range(MESSAGES):
            await one.send_chat(cid, peer_cid, OLD if number == 5 else f"Message {number}\nwith a second line")
        edited = await one.send_chat(cid, peer_cid, "the masons come tuesday")
        gone = await one.send_chat(cid, peer_cid, "the safe is left open")
        talk = one.accounts[cid].conversation_with(peer_cid)
        changed = {"cid": cid, "conversation": talk}
        await one.expect("Done", "EditMessage", **changed, message_id=edited, text="the masons come wednesday")
        await one.expect("Done", "DeleteMessages", **changed, message_ids=[gone], everywhere=True)
        await one.send_chat(cid, peer_cid, "the last one")
        await two.until_text(peer_cid, cid, "the last one")
        return peer_cid, talk


def look_for(tab: Tab, words: str) -> Locator:
    tab.page.get_by_role("searchbox").fill(words)
    return tab.page.get_by_role("list", name="Found messages").get_by_role("button")


def test_words_are_found_and_lead_to_their_message(browser: Browser, album: Album, deployment: Deployment) -> None:
    deployment.start()
    with ThreadPoolExecutor(1) as beside_the_driver:  # whose loop runs in this thread
        peer_cid, talk = beside_the_driver.submit(lambda: asyncio.run(write(deployment))).result()
    reader = opened(browser, album, deployment, f"{deployment.service().web_url}a/{peer_cid}/c/{talk}")
    page = reader.page
    expect(page.get_by_text("the last one").first).to_be_visible()
    page.keyboard.press("Control+f")
    expect(page.get_by_role("searchbox")).to_be_focused()

    found = look_for(reader, "wednesday")
    expect(found).to_have_count(1)
    for word in ("tuesday", "safe"):
        look_for(reader, word)
        expect(page.get_by_role("heading", name="Nothing found")).to_be_visible()
    reader.picture("words that were taken back are not found")

    found = look_for(reader, "second line")
    expect(found).to_have_count(30)
    found.last.scroll_into_view_if_needed()
    expect(found.nth(59)).to_be_attached()
    expect(found.nth(59)).to_contain_text(f"Message {MESSAGES - 60}")

    found = look_for(reader, "CASEM")
    expect(found).to_have_count(1)
    expect(found.locator("mark")).to_have_text("casem")
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Enter")
    row = page.locator("[data-message]").filter(has_text=OLD)
    expect(row).to_be_in_viewport()
    expect(row).to_be_focused()
    expect(page.get_by_text("Message 6").first).to_be_visible()
    reader.picture("a result leads to its message")

    # Where one was is kept while one is elsewhere.
    page.get_by_role("button", name="Close search").click()
    page.keyboard.press("Control+k")
    page.get_by_role("combobox").fill("casem")
    page.get_by_role("option", name=OLD).click()
    expect(row).to_be_in_viewport()
    there = row.bounding_box()
    page.get_by_role("button", name="Settings").click()
    expect(page.get_by_role("heading", name="Settings")).to_be_visible()
    page.go_back()
    expect(row).to_be_in_viewport()
    again = row.bounding_box()
    assert there is not None
    assert again is not None
    assert abs(there["y"] - again["y"]) < 4

    page.get_by_role("button", name="Search in this conversation").click()
    page.get_by_role("button", name="Go to a day").click()
    page.get_by_role("button", name="The beginning").click()
    expect(page.get_by_text("Message 0").first).to_be_visible()
    assert reader.errors == []
