"""What a browser loads first, and how soon a long conversation is on the screen: `python -m benchmarks.ui`."""

import gzip
from typing import Final

from playwright.sync_api import Browser, Response

from benchmarks.browser import stage
from benchmarks.conversations import MESSAGES, long_conversation
from benchmarks.machine import Quantiles
from tests.e2e.tab import signed_in_url

RUNS: Final = 10
SETTLED_MS: Final = 500
"""Until the page before is gone, with all that it was still doing."""
WHEN_DRAWN: Final = """
new MutationObserver((_, observer) => {
    if (document.querySelector("[data-message]")) {
        observer.disconnect();
        const drawn = () => { console.log(`drawn ${performance.now()}`); };
        requestAnimationFrame(() => requestAnimationFrame(drawn));
    }
}).observe(document, { childList: true, subtree: true });
"""


def first_load(browser: Browser, url: str) -> tuple[int, int]:
    """Bytes of what the signed-in landing page loads: as it is, and gzipped."""
    bodies: list[bytes] = []

    def loaded(response: Response) -> None:
        if response.status == 200 and response.request.resource_type in {"document", "script", "stylesheet"}:
            bodies.append(response.body())

    page = browser.new_context().new_page()
    page.on("response", loaded)
    page.goto(url)
    page.wait_for_load_state("networkidle")
    page.context.close()
    return sum(map(len, bodies)), sum(len(gzip.compress(body, 9)) for body in bodies)


def drawn_after_milliseconds(browser: Browser, signed_in: str, conversation: str) -> Quantiles:
    """From the beginning of the navigation to the frame that shows messages, with the files in the browser's cache."""
    context = browser.new_context(viewport={"width": 1280, "height": 800})
    context.add_init_script(WHEN_DRAWN)
    page = context.new_page()
    page.goto(signed_in)
    sample = []
    for _ in range(RUNS):
        page.goto("about:blank")
        page.wait_for_timeout(SETTLED_MS)
        # The page tells by itself: asking it would have the driver's own script run in it, as long as all of ours.
        with page.expect_console_message(lambda message: message.text.startswith("drawn ")) as told:
            page.goto(conversation, wait_until="commit")
        sample.append(float(told.value.text.removeprefix("drawn ")))
    context.close()
    return Quantiles.of(sample)


def main() -> None:
    with stage("The UI", long_conversation) as shown:
        plain, packed = first_load(shown.browser, signed_in_url(shown.service))
        print(f"* loaded at first: {plain / 1e3:.0f} kB, gzipped {packed / 1e3:.0f} kB", flush=True)
        address = shown.conversation(shown.made.cid, shown.made.id)
        drawn = drawn_after_milliseconds(shown.browser, signed_in_url(shown.service), address)
        print(f"* first paint of a conversation of {MESSAGES} messages, {RUNS} loads, ms: {drawn}")


if __name__ == "__main__":
    main()
