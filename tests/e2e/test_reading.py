"""*Read* is told of what was on a screen, both ends of a conversation are reached, a service that hangs is noticed."""

import asyncio
import re
from concurrent.futures import ThreadPoolExecutor
from typing import Final, Literal

import pytest
from playwright.sync_api import Browser, Frame, Page, Route, expect

from tests.e2e.album import Album
from tests.e2e.tab import Tab
from tests.support.deployment import Deployment

pytestmark = pytest.mark.e2e

BESIDE: Final = "beside"
LONGER_THAN_A_GLANCE_MS: Final = 2_000
IN_VIEW: Final = """() => {
    const list = document.querySelector('[role=region][aria-label^="Conversation with"]').getBoundingClientRect();
    return [...document.querySelectorAll('[data-message]')].filter((row) => {
        const { top, bottom, height } = row.getBoundingClientRect();
        return Math.min(bottom, list.bottom) - Math.max(top, list.top) >= height / 2;
    }).map((row) => row.querySelector('.message-text').textContent);
}"""
"""What a person sees, asked of the layout and not of the code that is tested."""
STILL: Final = "() => new Promise((done) => { setTimeout(() => requestAnimationFrame(done), 1500); })"


async def write(deployment: Deployment, texts: list[str]) -> tuple[int, int, str]:
    """Two people become friends, and one writes to the other, who has no window open. Answers both cids, and the id of
    the conversation."""
    async with await deployment.service().view() as one, await deployment.service().view() as two:
        cid = await one.register(deployment.server.address, "UserOne", "User One")
        peer_cid = await two.register(deployment.server.address, "UserTwo", "User Two")
        await one.subscribe(cid)
        await two.subscribe(peer_cid)
        await one.make_friends(cid, two, peer_cid)
        for text in texts:
            await one.send_chat(cid, peer_cid, text)
        await two.until_text(peer_cid, cid, texts[-1])
        return cid, peer_cid, one.accounts[cid].conversation_with(peer_cid)


def written(deployment: Deployment, texts: list[str]) -> tuple[str, str]:
    """The addresses of the conversation at its writer and at its reader."""
    deployment.start()
    with ThreadPoolExecutor(1) as beside_the_driver:  # whose loop runs in this thread
        cid, peer_cid, talk = beside_the_driver.submit(lambda: asyncio.run(write(deployment, texts))).result()
    url = deployment.service().web_url
    return f"{url}a/{cid}/c/{talk}", f"{url}a/{peer_cid}/c/{talk}"


def opened(
    browser: Browser, album: Album, deployment: Deployment, address: str, *, height: int = 800, by_driver: bool = False
) -> Tab:
    """`by_driver`: it answers for some pages, which a service worker would otherwise do."""
    workers: Literal["allow", "block"] = "block" if by_driver else "allow"
    context = browser.new_context(viewport={"width": 1280, "height": height}, service_workers=workers)
    tab = Tab.open(context, album, deployment.service())
    tab.page.goto(address)
    return tab


def read_at(writer: Tab) -> set[str]:
    """What the writer's window shows as read."""
    read = writer.page.locator("[data-message]").filter(has=writer.page.locator("[data-status=read]"))
    return set(read.locator(".message-text").all_text_contents())


KEEPS_THE_KEYBOARD = """<input autofocus onblur="setTimeout(() => this.onblur && this.focus())">"""
"""A composer that comes up takes the keyboard to itself, and on a busy machine it may come up late."""
LET_GO = "field => { field.onblur = null; }"


def put_beside_something(page: Page, address: str) -> Frame:
    """The driver makes every window believe it has the keyboard, so the other window is a frame of the same page.

    Between frames the browser decides itself who has it. That the UI may be framed is the one thing changed here.
    """

    def framed(route: Route) -> None:
        response = route.fetch()
        headers = {
            name: value
            for name, value in response.headers.items()
            if name not in {"x-frame-options", "content-security-policy"}
        }
        route.fulfill(response=response, headers=headers)

    # What the driver answers comes from no address, and what comes from nowhere may not speak to this computer.
    page.context.grant_permissions(["local-network-access"])
    host = re.sub(r"/a/.*", f"/{BESIDE}", address)
    page.route(address, framed)
    frame = f'<iframe src="{address}" style="width:1260px;height:720px;border:0"></iframe>'
    page.route(host, lambda route: route.fulfill(content_type="text/html", body=f"{KEEPS_THE_KEYBOARD}{frame}"))
    page.goto(host)
    page.locator("input").focus()
    found = page.frame(url=address)
    assert found is not None
    return found


def test_the_writer_is_told_read_of_exactly_what_was_painted(
    browser: Browser, album: Album, deployment: Deployment
) -> None:
    texts = [f"Message {number}\nhas a second line\nand a third" for number in range(28)]
    at_writer, at_reader = written(deployment, texts)
    writer = opened(browser, album, deployment, at_writer)
    expect(writer.message_rows).to_have_count(28)
    reader = opened(browser, album, deployment, re.sub(r"/a/.*", "/", at_reader), by_driver=True)
    ui = put_beside_something(reader.page, at_reader)
    expect(ui.locator(".message-text").first).to_be_visible()
    ui.wait_for_function(f"performance.now() > {LONGER_THAN_A_GLANCE_MS}")
    ui.evaluate(STILL)
    assert not ui.evaluate("document.hasFocus()")
    assert read_at(writer) == set(), "nobody looked at that window"

    reader.page.locator("input").evaluate(LET_GO)
    ui.locator("[role=region][aria-label^='Conversation with']").focus()
    first = set(ui.evaluate(IN_VIEW))
    assert 0 < len(first) < 28
    expect(writer.page.locator("[data-status=read]")).to_have_count(len(first))
    ui.evaluate(STILL)
    assert read_at(writer) == first
    unread = ui.get_by_role("link", name=re.compile(f"^User One.*{28 - len(first)} unread"))
    expect(unread.first).to_be_attached()
    writer.picture("what the writer is told while the reader sees the first part")

    ui.get_by_role("button", name=re.compile("new below")).click()
    expect(ui.locator(".message-text").last).to_be_in_viewport()
    last = set(ui.evaluate(IN_VIEW))
    assert len(first | last) < 28, "some were jumped over"
    expect(writer.page.locator("[data-status=read]")).to_have_count(len(first | last))
    ui.evaluate(STILL)
    assert read_at(writer) == first | last
    expect(ui.get_by_role("link", name=re.compile("^User One.*unread"))).to_have_count(0)
    writer.picture("what the writer is told after a jump")
    reader.picture("the reader after a jump")


def test_a_short_conversation_is_loaded_to_both_of_its_ends(
    browser: Browser, album: Album, deployment: Deployment
) -> None:
    texts = [f"line {number}" for number in range(70)]
    _, at_reader = written(deployment, texts)
    reader = opened(browser, album, deployment, at_reader, height=1000)
    expect(reader.message_rows).to_have_count(70)
    reader.expect_texts(texts)
    reader.picture("all of it")


@pytest.mark.parametrize("server", ["there", "away"])
def test_sending_leads_to_what_was_sent(browser: Browser, album: Album, deployment: Deployment, server: str) -> None:
    _, at_reader = written(deployment, [f"Message {number}\nof two lines" for number in range(120)])
    reader = opened(browser, album, deployment, at_reader)
    expect(reader.message_rows.first).to_contain_text("Message 0")
    if server == "away":
        deployment.server.kill()
    reader.say("mine")
    expect(reader.message("mine")).to_be_in_viewport()
    if server == "away":
        expect(reader.page.get_by_text(re.compile("The server is away since")).last).to_be_in_viewport()
    reader.picture(f"what was sent, the server {server}")


def test_a_service_that_hangs_is_shown_as_gone_and_comes_back(
    browser: Browser, album: Album, deployment: Deployment
) -> None:
    at_writer, at_reader = written(deployment, ["before"])
    reader = opened(browser, album, deployment, at_reader)
    writer = opened(browser, album, deployment, at_writer)
    expect(reader.message("before")).to_be_visible()
    online = reader.direct_messages.get_by_role("link", name=re.compile("^User One ?, Online"))
    expect(online).to_be_visible()
    deployment.service().suspend()
    gone = reader.page.get_by_text("Casemate on this computer has not answered since")
    expect(gone).to_be_visible()
    expect(online).to_have_count(0)
    reader.say("written while it hangs")
    reader.picture("a service that hangs")
    deployment.service().resume()
    expect(gone).to_have_count(0)
    expect(online).to_be_visible()
    expect(writer.message("written while it hangs")).to_be_visible()


FOUND: Final = "(text) => { getSelection().removeAllRanges(); return window.find(text); }"
COPIED: Final = """() => {
    getSelection().selectAllChildren(document.querySelector("ol[aria-label=Messages]"));
    return getSelection().toString();
}"""


def test_rows_far_from_what_is_in_view_are_found_selected_and_heard(
    browser: Browser, album: Album, deployment: Deployment
) -> None:
    texts = [f"Message {number} end\nhas a second line\nand a third" for number in range(58)]
    at_writer, _ = written(deployment, texts)
    tab = opened(browser, album, deployment, at_writer)
    expect(tab.message_rows).to_have_count(len(texts))
    page = tab.page
    heard = str(page.context.new_cdp_session(page).send("Accessibility.getFullAXTree"))
    copied = page.evaluate(COPIED)
    for number in range(len(texts)):
        assert f"Message {number} end" in heard
        assert f"Message {number} end" in copied
    assert "Message 0 end" not in " ".join(page.evaluate(IN_VIEW)), "it is far from what is in view"
    assert page.evaluate(FOUND, "Message 0 end")
