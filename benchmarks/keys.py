"""What a key costs the page's main thread, in short and in long texts: `python -m benchmarks.keys`."""

import asyncio
import tempfile
from pathlib import Path
from typing import Final

from playwright.sync_api import Browser, CDPSession, Page, sync_playwright

from benchmarks.machine import Quantiles, print_heading
from benchmarks.ui import long_conversation
from tests.e2e.browser import CHROMIUM_ARGUMENTS, chromium_path
from tests.e2e.tab import signed_in_url
from tests.support.deployment import deployment_in

MESSAGES: Final = 500
"""More than the window of rows holds."""
KEYS: Final = 100
SIZES: Final = (0, 20_000, 250_000)
SENTENCE: Final = "Some words of an ordinary length, as people paste them. "
LINE: Final = SENTENCE * 5 + "\n"
TWO_FRAMES: Final = "() => new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)))"
PASTE: Final = """(text) => {
    const field = document.activeElement;
    const clipboardData = new DataTransfer();
    clipboardData.setData("text/plain", text);
    const paste = new ClipboardEvent("paste", { clipboardData, bubbles: true, cancelable: true });
    if (field.dispatchEvent(paste)) document.execCommand("insertText", false, text);
}"""
ROWS: Final = "document.querySelectorAll('[data-message]').length"


class MainThread:
    """The renderer's own count of what its main thread did."""

    def __init__(self, page: Page) -> None:
        self._page = page
        self._devtools: CDPSession = page.context.new_cdp_session(page)
        # Processor time of the thread: what else runs on this machine is not counted.
        self._devtools.send("Performance.enable", {"timeDomain": "threadTicks"})

    def milliseconds(self, key: str | None) -> float:
        """From the key (or from nothing, which asking costs as well) until two frames later."""
        before = self._busy_seconds()
        if key is not None:
            self._page.keyboard.press(key)
        self._page.evaluate(TWO_FRAMES)
        return (self._busy_seconds() - before) * 1e3

    def paste(self, text: str) -> float:
        before = self._busy_seconds()
        self._page.evaluate(PASTE, text)
        self._page.evaluate(TWO_FRAMES)
        return (self._busy_seconds() - before) * 1e3

    def _busy_seconds(self) -> float:
        metrics = self._devtools.send("Performance.getMetrics")["metrics"]
        return next(float(metric["value"]) for metric in metrics if metric["name"] == "TaskDuration")


def keys(page: Page, label: str) -> None:
    """Prints one line for each size; the asking is taken off."""
    thread = MainThread(page)
    for size in SIZES:
        page.keyboard.press("Control+a")
        page.keyboard.press("Delete")
        pasted = thread.paste((LINE * (size // len(LINE) + 1))[:size]) if size else 0.0
        page.evaluate(TWO_FRAMES)
        asking = Quantiles.of([thread.milliseconds(None) for _ in range(KEYS)]).p50
        sample = [thread.milliseconds("a") - asking for _ in range(KEYS)]
        note = f", pasting {pasted:.0f} ms" if size else ""
        print(f"* {label}, {size // 1000} kB: ms a key {Quantiles.of(sample)}{note}", flush=True)


def in_the_composer(browser: Browser, signed_in: str, conversation: str) -> None:
    page = browser.new_context(viewport={"width": 1280, "height": 800}).new_page()
    page.goto(signed_in)
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


def in_a_bare_field(browser: Browser) -> None:
    """What the browser itself needs."""
    page = browser.new_context(viewport={"width": 1280, "height": 800}).new_page()
    page.set_content("<textarea style='width: 900px; height: 300px; font: 15px sans-serif'></textarea>")
    page.locator("textarea").click()
    keys(page, "a bare field")
    page.context.close()


def main() -> None:
    print_heading("Keys")
    path = chromium_path()
    if path is None:
        print("No Chromium here: scripts/ensure-chromium installs it or says what to install.")
        return
    with (
        tempfile.TemporaryDirectory(prefix="casemate-bench-") as directory,
        deployment_in(Path(directory)) as deployment,
    ):
        deployment.start()
        service = deployment.service()
        cid, peer_cid = asyncio.run(long_conversation(deployment, MESSAGES))
        with sync_playwright() as playwright:
            browser = playwright.chromium.launch(executable_path=path, args=list(CHROMIUM_ARGUMENTS))
            in_a_bare_field(browser)
            in_the_composer(browser, signed_in_url(service), f"{service.web_url}a/{cid}/c/{peer_cid}")
            browser.close()


if __name__ == "__main__":
    main()
