"""What a browser loads first, and how soon a long conversation is on the screen: `python -m benchmarks.ui`."""

import asyncio
import gzip
import secrets
import tempfile
from pathlib import Path
from typing import Final

from playwright.sync_api import Browser, Response, sync_playwright

from benchmarks.machine import Quantiles, print_heading
from tests.e2e.browser import CHROMIUM_ARGUMENTS, chromium_path
from tests.e2e.tab import signed_in_url
from tests.support.deployment import Deployment, deployment_in

MESSAGES: Final = 10_000
AT_ONCE: Final = 250
RUNS: Final = 10
WHEN_DRAWN: Final = """
new MutationObserver((_, observer) => {
    if (document.querySelector("[data-message]")) {
        observer.disconnect();
        const drawn = () => { document.documentElement.dataset.drawn = performance.now(); };
        requestAnimationFrame(() => requestAnimationFrame(drawn));
    }
}).observe(document, { childList: true, subtree: true });
"""


async def long_conversation(deployment: Deployment, messages: int = MESSAGES) -> tuple[int, int]:
    """Answers the cids of its writer and its reader."""
    async with await deployment.service().view() as one, await deployment.service().view() as two:
        cid = await one.register(deployment.server.address, "UserOne", "User One")
        peer_cid = await two.register(deployment.server.address, "UserTwo", "User Two")
        await one.subscribe(cid)
        await two.subscribe(peer_cid)
        await one.make_friends(cid, two, peer_cid)
        for first in range(0, messages, AT_ONCE):
            numbers = range(first, first + AT_ONCE)
            asked = [
                await one.begin(
                    "SendChat",
                    cid=cid,
                    peer_cid=peer_cid,
                    message_id=secrets.token_hex(16),
                    text=f"Message {number}: " + "some words of an ordinary length " * (1 + number % 5),
                )
                for number in numbers
            ]
            for request_id in asked:
                await one.answer_to(request_id)
        return cid, peer_cid


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
        page.goto(conversation)
        drawn = page.locator("html[data-drawn]").get_attribute("data-drawn")
        sample.append(float(drawn or "nan"))
    context.close()
    return Quantiles.of(sample)


def main() -> None:
    print_heading("The UI")
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
        cid, peer_cid = asyncio.run(long_conversation(deployment))
        with sync_playwright() as playwright:
            browser = playwright.chromium.launch(executable_path=path, args=list(CHROMIUM_ARGUMENTS))
            plain, packed = first_load(browser, signed_in_url(service))
            print(f"* loaded at first: {plain / 1e3:.0f} kB, gzipped {packed / 1e3:.0f} kB", flush=True)
            conversation = f"{service.web_url}a/{cid}/c/{peer_cid}"
            drawn = drawn_after_milliseconds(browser, signed_in_url(service), conversation)
            browser.close()
        print(f"* first paint of a conversation of {MESSAGES} messages, {RUNS} loads, ms: {drawn}")


if __name__ == "__main__":
    main()
