"""From a click to painted on the other's screen, two windows of a browser: `python -m benchmarks.painted [--short]`.

Two people, each at an internal service and a browser of their own, look at one conversation. The clock starts at the
moment that the browser gives the key *Enter*; it ends after the frame that shows the message in the other's window. All
of it runs on one computer, so both windows go by one clock. A screen shows 60 frames a second: half a frame, 8 ms, is
waiting for the next one.
"""

import argparse
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final

from playwright.sync_api import Browser, Page, expect, sync_playwright

from benchmarks.browser import WHEN_PAINTED, MainThreads, required_chromium
from benchmarks.machine import Quantiles, print_heading
from tests.e2e.album import Album
from tests.e2e.browser import CHROMIUM_ARGUMENTS
from tests.e2e.tab import Tab, make_friends
from tests.support.deployment import Deployment, deployment_in

MESSAGES: Final = 300
SHORT: Final = 50
FILLING: Final = 60
APART_MS: Final = 700
"""Until what follows a message is over: receipts, marks, half a second's look at it."""
JITTER_MS: Final = 17
"""Messages begin at no fixed place within a frame."""

_PRESSED: Final = """
addEventListener("keydown", (event) => {
    if (event.key === "Enter") { window.pressedAt = performance.timeOrigin + event.timeStamp; }
}, true);
"""
_PAINTED: Final = """
const messages = new MutationObserver((changes) => {
    for (const node of changes.flatMap(({ addedNodes }) => [...addedNodes])) {
        const found = node.textContent?.match(/Measured \\d+ /u);
        if (found) { whenPainted(node, (at) => { console.log(`painted ${found[0]}${at}`); }); }
    }
});
messages.observe(document, { childList: true, subtree: true });
"""


@contextmanager
def two_windows(deployment: Deployment, album: Album) -> Iterator[tuple[Browser, Tab, Browser, Tab]]:
    """Connected, and both at their conversation."""
    deployment.start("one", "two")
    with sync_playwright() as playwright:
        path = required_chromium()
        browsers = [playwright.chromium.launch(executable_path=path, args=list(CHROMIUM_ARGUMENTS)) for _ in range(2)]
        contexts = [browser.new_context(viewport={"width": 1280, "height": 800}) for browser in browsers]
        contexts[0].add_init_script(_PRESSED)
        contexts[1].add_init_script(WHEN_PAINTED + _PAINTED)
        ann = Tab.open(contexts[0], album, deployment.service("one"))
        bob = Tab.open(contexts[1], album, deployment.service("two"))
        ann.create_account(deployment.server.address, "ann", "Ann")
        bob.create_account(deployment.server.address, "bob", "Bob")
        make_friends(ann, "Ann", bob, "Bob")
        yield browsers[0], ann, browsers[1], bob
        for browser in browsers:
            browser.close()


def say(writer: Page, text: str) -> None:
    writer.keyboard.insert_text(text)
    writer.keyboard.press("Enter")


def measure(times: int) -> None:
    with (
        tempfile.TemporaryDirectory(prefix="casemate-bench-") as directory,
        deployment_in(Path(directory)) as deployment,
        two_windows(deployment, Album(Path(directory) / "album")) as (writing, ann, reading, bob),
    ):
        ann.composer.click()
        for number in range(FILLING):
            say(ann.page, f"Filling {number}")
        expect(bob.message(f"Filling {FILLING - 1}")).to_be_visible()
        ann.expect_status(f"Filling {FILLING - 1}", "read")
        threads = MainThreads(writing), MainThreads(reading)
        sample = []
        before = [each.milliseconds() for each in threads]
        for number in range(times):
            ann.page.wait_for_timeout(APART_MS + number % JITTER_MS)
            # The page tells by itself: being asked would be work for it, too.
            with bob.page.expect_console_message(lambda message: message.text.startswith("painted ")) as told:
                say(ann.page, f"Measured {number} of {times}")
            pressed: float = ann.page.evaluate("window.pressedAt")
            sample.append(float(told.value.text.split()[-1]) - pressed)
        after = [each.milliseconds() for each in threads]
    print(f"* from the key to painted on the other's screen, {times} messages, ms: {Quantiles.of(sample)}", flush=True)
    for name, begun, ended in zip(("writer's", "reader's"), before, after, strict=True):
        print(
            f"* main-thread ms a message of the {name} page, the driver's part included: {(ended - begun) / times:.1f}"
        )


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.painted", description=__doc__)
    parser.add_argument("--short", action="store_true", help=f"{SHORT} messages instead of {MESSAGES}")
    times = SHORT if parser.parse_args().short else MESSAGES
    print_heading("From a click to painted")
    required_chromium()
    measure(times)


if __name__ == "__main__":
    main()
