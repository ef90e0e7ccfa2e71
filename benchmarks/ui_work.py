"""What a message, and scrolling, cost the page of a long conversation: `python -m benchmarks.ui_work`.

Main-thread time of the page in Chromium, from the moment a message is sent or received until everything about it is on
the screen (statuses, sidebar, read marks), with a full window of rows.
"""

import re
from collections.abc import Callable
from typing import Final

from playwright.sync_api import Page, expect

from benchmarks.browser import TWO_FRAMES, MainThreads, Stage, long_tasks, stage, told
from benchmarks.conversations import MESSAGES, LongConversation, another_person, long_conversation
from benchmarks.machine import Quantiles

TIMES: Final = 100
WINDOW_ROWS: Final = 400
SETTLED_MS: Final = 1_000
"""Longer than anything that follows a message: its statuses, and half a second's look at it."""
SCREEN_PIXELS: Final = 700
LIST: Final = "[role=region][aria-label^='Conversation with']"
FIRST_ROW: Final = "document.querySelector('[data-message]').textContent"


def work_of_each(page: Page, threads: MainThreads, act: Callable[[str], None], name: str) -> Quantiles:
    sample = []
    for number in range(TIMES):
        text = f"{name} {number}"
        before = threads.milliseconds()
        act(text)
        page.wait_for_timeout(SETTLED_MS)  # asking the page whether it is ready would be work, too
        sample.append(threads.milliseconds() - before)
        expect(page.locator("[data-message]").last).to_contain_text(text)
    return Quantiles.of(sample)


def idle(page: Page, threads: MainThreads) -> float:
    """What the same time costs when nothing happens: clocks, the heartbeat, the blinking cursor. Milliseconds."""
    before = threads.milliseconds()
    page.wait_for_timeout(10 * SETTLED_MS)
    return (threads.milliseconds() - before) / 10


def fill_the_window(page: Page) -> None:
    rows = page.locator("[data-message]")
    while rows.count() < WINDOW_ROWS - 60:
        loaded = rows.count()
        page.locator(LIST).evaluate("(list) => { list.scrollTop = 0; }")
        page.wait_for_function("(count) => document.querySelectorAll('[data-message]').length > count", arg=loaded)
    page.get_by_role("button", name="Jump to latest").click()


def messages(shown: Stage[LongConversation], page: Page) -> None:
    threads = MainThreads(shown.browser)
    composer = page.get_by_role("textbox", name=re.compile("^Message to "))
    cid, peer_cid, _ = shown.made

    def send(text: str) -> None:
        composer.click()
        page.keyboard.insert_text(text)
        page.keyboard.press("Enter")

    with another_person(shown.deployment, peer_cid, cid) as other:
        fill_the_window(page)
        for number in range(60):
            other.write(f"filling {number}")
        expect(page.locator("[data-message]").last).to_contain_text("filling 59")
        print(f"* rows: {page.locator('[data-message]').count()}", flush=True)
        print(f"* main-thread ms a second when nothing happens: {idle(page, threads):.1f}", flush=True)
        print(
            f"* main-thread ms a message received: {work_of_each(page, threads, other.write, 'received')}", flush=True
        )
        print(f"* main-thread ms a message sent: {work_of_each(page, threads, send, 'sent')}", flush=True)


def scroll_through(page: Page) -> None:
    """Up to the beginning, a screen at a time."""
    long_tasks(page)
    page.locator(LIST).hover()
    screens = 0
    while "Message 0:" not in page.evaluate(FIRST_ROW) and screens < MESSAGES:
        for _ in range(50):
            page.mouse.wheel(0, -SCREEN_PIXELS)
            page.evaluate(TWO_FRAMES)
        screens += 50
    print(f"* scrolling through {MESSAGES} messages, {screens} screens: tasks over 50 ms: {told(long_tasks(page))}")


def main() -> None:
    with stage("What a message costs the page", long_conversation) as shown:
        page = shown.page()
        page.goto(shown.conversation(shown.made.cid, shown.made.id))
        expect(page.locator("[data-message]").first).to_be_visible()
        messages(shown, page)
        scroll_through(page)


if __name__ == "__main__":
    main()
