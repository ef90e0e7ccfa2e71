"""How soon a conversation of 100,000 messages is on the screen after a click: `python -m benchmarks.opening [--short]`.

The reader goes back and forth between it and a short one. The clock starts when the browser gives the click, and ends
after the frame that shows the conversation's messages.
"""

import argparse
import functools
import re
from typing import Final

from playwright.sync_api import Page, expect

from benchmarks.browser import WHEN_PAINTED, Stage, stage
from benchmarks.conversations import LongConversation, long_conversation
from benchmarks.machine import Quantiles, p95
from tests.e2e.tab import signed_in_url
from tests.support.deployment import Deployment

MESSAGES: Final = 100_000
SHORT: Final = 5_000
TIMES: Final = 60
SETTLED_MS: Final = 700
FRIEND: Final = "Friend"

_WATCH: Final = """
window.clickedAt = 0;
addEventListener("click", (event) => { window.clickedAt = event.timeStamp; }, true);
new MutationObserver(() => {
    const row = document.querySelector("[data-message]");
    if (window.clickedAt === 0 || row === null || row === window.shown || row.isConnected === false) { return; }
    if (window.shown?.isConnected) { return; }
    window.shown = row;
    const began = performance.timeOrigin + window.clickedAt;
    whenPainted(row, (at) => { console.log(`opened ${at - began}`); });
}).observe(document, { childList: true, subtree: true });
"""


async def two_conversations(deployment: Deployment, messages: int) -> LongConversation:
    long = await long_conversation(deployment, messages)
    async with await deployment.service().view() as reader, await deployment.service().view() as friend:
        await reader.subscribe(long.cid)
        cid = await friend.register(deployment.server.address, "Friend", FRIEND)
        await friend.subscribe(cid)
        await reader.make_friends(long.cid, friend, cid)
        await friend.send_chat(cid, long.cid, "Good morning")
    return long


def opened_after(page: Page, name: str) -> float:
    """Milliseconds from the click to the frame that shows its messages."""
    with page.expect_console_message(lambda message: message.text.startswith("opened ")) as told:
        page.get_by_role("link", name=re.compile(f"^{name}")).click()
    page.wait_for_timeout(SETTLED_MS)
    return float(told.value.text.removeprefix("opened "))


def measure(shown: Stage[LongConversation], messages: int) -> None:
    page = shown.blank_page()
    page.add_init_script(WHEN_PAINTED + _WATCH)
    page.goto(signed_in_url(shown.service))
    page.goto(shown.conversation(shown.made.cid, shown.made.id))
    expect(page.locator("[data-message]").first).to_be_visible()
    sample = []
    for _ in range(TIMES):
        opened_after(page, FRIEND)
        sample.append(opened_after(page, "User Two"))
    print(f"* {messages} messages opened {TIMES} times, ms: p95 {p95(sample):.2f}, {Quantiles.of(sample)}")


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.opening", description=__doc__)
    parser.add_argument("--short", action="store_true", help=f"{SHORT} messages")
    messages = SHORT if parser.parse_args().short else MESSAGES
    with stage("Opening a long conversation", functools.partial(two_conversations, messages=messages)) as shown:
        measure(shown, messages)


if __name__ == "__main__":
    main()
