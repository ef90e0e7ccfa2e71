"""How long the heaviest messages keep their reader's tab busy: `python -m benchmarks.heavy_messages`."""

import asyncio
import secrets
import tempfile
from pathlib import Path
from typing import Final

from playwright.sync_api import Page, sync_playwright

from benchmarks.machine import print_heading
from tests.e2e.browser import CHROMIUM_ARGUMENTS, chromium_path
from tests.e2e.tab import signed_in_url
from tests.support.deployment import Deployment, deployment_in
from tests.support.heavy_texts import HEAVY_TEXTS

TEXTS: Final = {"an ordinary line": "A line of chat."} | HEAVY_TEXTS
"""The first says what opening costs anyhow."""
WATCH_LONG_TASKS: Final = """
window.longTasks = [];
new PerformanceObserver((list) => {
    for (const task of list.getEntries()) window.longTasks.push(task.duration);
}).observe({ type: "longtask", buffered: true });
"""


async def conversations(deployment: Deployment) -> tuple[int, dict[str, int]]:
    """One reader, and for each kind of text somebody who sent it. Answers the reader's cid and the senders'."""
    async with await deployment.service().view() as reader:
        cid = await reader.register(deployment.server.address, "reader", "Reader")
        await reader.subscribe(cid)
        senders = {}
        for number, (kind, text) in enumerate(TEXTS.items()):
            async with await deployment.service().view() as sender:
                peer = senders[kind] = await sender.register(
                    deployment.server.address, f"sender{number}", f"Sender of {kind}"
                )
                await sender.subscribe(peer)
                await sender.make_friends(peer, reader, cid)
                message_id = secrets.token_hex(16)
                await sender.expect(
                    "MessageQueued", "SendChat", cid=peer, peer_cid=cid, message_id=message_id, text=text
                )
                await sender.until_status(peer, message_id, "delivered")
        return cid, senders


def busy(page: Page) -> str:
    """The tasks over 50 ms since the last call."""
    page.wait_for_function("new Promise(done => requestIdleCallback(() => setTimeout(done, 100)))")
    tasks = page.evaluate("window.longTasks.splice(0)")
    return f"longest {max(tasks, default=0):.0f} ms, {sum(tasks):.0f} ms in {len(tasks)} tasks"


def main() -> None:
    print_heading("The heaviest messages, in the tab that shows them: tasks of the page over 50 ms")
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
        cid, senders = asyncio.run(conversations(deployment))
        with sync_playwright() as playwright:
            browser = playwright.chromium.launch(executable_path=path, args=list(CHROMIUM_ARGUMENTS))
            page = browser.new_context(viewport={"width": 1280, "height": 800}).new_page()
            page.set_default_timeout(180_000)
            page.add_init_script(WATCH_LONG_TASKS)
            page.goto(signed_in_url(service))
            for kind, peer in senders.items():
                page.goto(f"{service.web_url}a/{cid}/c/{peer}")
                page.locator("[data-message]").first.wait_for()
                print(f"* {kind}: opening: {busy(page)}", end="", flush=True)
                if kind in HEAVY_TEXTS:
                    page.get_by_role("button", name="Show all").click()
                    page.get_by_role("region", name="The whole message").wait_for()
                    print(f"; *Show all*: {busy(page)}", end="")
                print(flush=True)
            browser.close()


if __name__ == "__main__":
    main()
