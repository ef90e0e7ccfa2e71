"""What a key costs the page's main thread, in short and in long texts: `python -m benchmarks.keys`."""

from typing import Final

from playwright.sync_api import Page

from benchmarks.browser import TWO_FRAMES, MainThreads, stage
from benchmarks.conversations import LongConversation, long_conversation
from benchmarks.machine import Quantiles
from tests.support.deployment import Deployment

MESSAGES: Final = 500
"""More than the window of rows holds."""
KEYS: Final = 100
SIZES: Final = (0, 20_000, 250_000)
SENTENCE: Final = "Some words of an ordinary length, as people paste them. "
LINE: Final = SENTENCE * 5 + "\n"
PASTE: Final = """(text) => {
    const field = document.activeElement;
    const clipboardData = new DataTransfer();
    clipboardData.setData("text/plain", text);
    const paste = new ClipboardEvent("paste", { clipboardData, bubbles: true, cancelable: true });
    if (field.dispatchEvent(paste)) document.execCommand("insertText", false, text);
}"""
ROWS: Final = "document.querySelectorAll('[data-message]').length"


def key_milliseconds(page: Page, threads: MainThreads, key: str | None) -> float:
    """From the key (or from nothing, which asking costs as well) until two frames later."""
    before = threads.milliseconds()
    if key is not None:
        page.keyboard.press(key)
    page.evaluate(TWO_FRAMES)
    return threads.milliseconds() - before


def paste_milliseconds(page: Page, threads: MainThreads, text: str) -> float:
    before = threads.milliseconds()
    page.evaluate(PASTE, text)
    page.evaluate(TWO_FRAMES)
    return threads.milliseconds() - before


def keys(page: Page, label: str) -> None:
    """Prints one line for each size; the asking is taken off."""
    browser = page.context.browser
    assert browser is not None
    threads = MainThreads(browser)
    for size in SIZES:
        page.keyboard.press("Control+a")
        page.keyboard.press("Delete")
        pasted = paste_milliseconds(page, threads, (LINE * (size // len(LINE) + 1))[:size]) if size else 0.0
        page.evaluate(TWO_FRAMES)
        asking = Quantiles.of([key_milliseconds(page, threads, None) for _ in range(KEYS)]).p50
        sample = [key_milliseconds(page, threads, "a") - asking for _ in range(KEYS)]
        note = f", pasting {pasted:.0f} ms" if size else ""
        print(f"* {label}, {size // 1000} kB: ms a key {Quantiles.of(sample)}{note}", flush=True)


def in_the_composer(page: Page, conversation: str) -> None:
    page.goto(conversation)
    page.locator("[data-message]").first.wait_for()
    region = page.get_by_role("region", name="Conversation with")
    rows = 0
    for _ in range(8):  # until the window of rows is full
        region.evaluate("(element) => { element.scrollTop = 0; }")
        page.wait_for_timeout(500)
        rows = page.evaluate(ROWS)
    region.evaluate("(element) => { element.scrollTop = element.scrollHeight; }")
    page.wait_for_timeout(1000)
    page.get_by_role("textbox", name="Message to").click()
    keys(page, f"composer below {rows} rows")
    page.context.close()


def in_a_bare_field(page: Page) -> None:
    """What the browser itself needs."""
    page.set_content("<textarea style='width: 900px; height: 300px; font: 15px sans-serif'></textarea>")
    page.locator("textarea").click()
    keys(page, "a bare field")
    page.context.close()


async def some_messages(deployment: Deployment) -> LongConversation:
    return await long_conversation(deployment, MESSAGES)


def main() -> None:
    with stage("Keys", some_messages) as shown:
        in_a_bare_field(shown.blank_page())
        in_the_composer(shown.page(), shown.conversation(shown.made.cid, shown.made.id))


if __name__ == "__main__":
    main()
