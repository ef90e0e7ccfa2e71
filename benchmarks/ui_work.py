"""What a message, and scrolling, cost the page of a long conversation: `python -m benchmarks.ui_work`.

Main-thread time of the page in Chromium, from the moment a message is sent or received until everything about it is on
the screen (statuses, sidebar, read marks), with a full window of rows.
"""

import asyncio
import re
import tempfile
from collections.abc import Callable, Coroutine, Iterator
from contextlib import contextmanager
from pathlib import Path
from threading import Thread
from typing import Any, Final

from playwright.sync_api import Browser, Page, expect, sync_playwright

from benchmarks.machine import Quantiles, print_heading
from benchmarks.ui import long_conversation
from tests.e2e.browser import CHROMIUM_ARGUMENTS, chromium_path
from tests.e2e.tab import signed_in_url
from tests.support.deployment import Deployment, deployment_in
from tests.support.view import View

MESSAGES: Final = 100
WINDOW_ROWS: Final = 400
SETTLED_MS: Final = 1_000
"""Longer than anything that follows a message: its statuses, and half a second's look at it."""
SCREENS: Final = 400
LONG_TASKS: Final = """
window.longTasks = [];
new PerformanceObserver((list) => { window.longTasks.push(...list.getEntries().map((task) => task.duration)); })
    .observe({ type: "longtask" });
"""
LIST: Final = "[role=region][aria-label^='Conversation with']"


class Other:
    """The other person, whose view lives in a thread of its own: the browser's driver has a loop in this one."""

    def __init__(self, deployment: Deployment, cid: int, peer_cid: int) -> None:
        self._loop = asyncio.new_event_loop()
        self._thread = Thread(target=self._loop.run_forever)
        self._thread.start()
        self._cid, self._peer_cid = cid, peer_cid
        self._view: View = self._run(deployment.service().view())
        self._run(self._view.subscribe(cid))

    def write(self, text: str) -> None:
        self._run(self._view.send_chat(self._cid, self._peer_cid, text))

    def close(self) -> None:
        self._run(self._view.__aexit__(None, None, None))
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join()

    def _run(self, work: Coroutine[Any, Any, Any]) -> Any:
        return asyncio.run_coroutine_threadsafe(work, self._loop).result()


@contextmanager
def another_person(deployment: Deployment, cid: int, peer_cid: int) -> Iterator[Other]:
    other = Other(deployment, cid, peer_cid)
    try:
        yield other
    finally:
        other.close()


class MainThreads:
    """Of the processes that draw pages. Their processor time does not depend on what else the computer does."""

    def __init__(self, browser: Browser) -> None:
        processes = browser.new_browser_cdp_session().send("SystemInfo.getProcessInfo")["processInfo"]
        drawing = [process["id"] for process in processes if process["type"] == "renderer"]
        self._schedules = [Path(f"/proc/{pid}/task/{pid}/schedstat") for pid in drawing]

    def milliseconds(self) -> float:
        return sum(int(schedule.read_text().split()[0]) for schedule in self._schedules) / 1e6


def work_of_each(page: Page, threads: MainThreads, act: Callable[[str], None], name: str) -> Quantiles:
    sample = []
    for number in range(MESSAGES):
        text = f"{name} {number}"
        before = threads.milliseconds()
        act(text)
        page.wait_for_timeout(SETTLED_MS)  # asking the page whether it is ready would be work, too
        sample.append(threads.milliseconds() - before)
        expect(page.locator("[data-message]").last).to_contain_text(text)
    return Quantiles.of(sample)


def fill_the_window(page: Page) -> None:
    rows = page.locator("[data-message]")
    while rows.count() < WINDOW_ROWS - 60:
        loaded = rows.count()
        page.locator(LIST).evaluate("(list) => { list.scrollTop = 0; }")
        page.wait_for_function("(count) => document.querySelectorAll('[data-message]').length > count", arg=loaded)
    page.get_by_role("button", name="Jump to latest").click()


def scroll_through(page: Page) -> list[float]:
    """Up, a screen at a time; answers how long each task of more than 50 ms was."""
    page.evaluate("window.longTasks.length = 0")
    page.locator(LIST).hover()
    for _ in range(SCREENS):
        page.mouse.wheel(0, -700)
        page.evaluate("() => new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)))")
    tasks: list[float] = page.evaluate("window.longTasks")
    return tasks


def measure(page: Page, deployment: Deployment, cid: int, peer_cid: int) -> None:
    browser = page.context.browser
    assert browser is not None
    threads = MainThreads(browser)
    composer = page.get_by_role("textbox", name=re.compile("^Message to "))

    def send(text: str) -> None:
        composer.click()
        page.keyboard.insert_text(text)
        page.keyboard.press("Enter")

    with another_person(deployment, peer_cid, cid) as other:
        fill_the_window(page)
        for number in range(60):
            other.write(f"filling {number}")
        expect(page.locator("[data-message]").last).to_contain_text("filling 59")
        print(f"* rows: {page.locator('[data-message]').count()}", flush=True)
        print(
            f"* main-thread ms a message received: {work_of_each(page, threads, other.write, 'received')}", flush=True
        )
        print(f"* main-thread ms a message sent: {work_of_each(page, threads, send, 'sent')}", flush=True)
    tasks = scroll_through(page)
    print(f"* scrolling {SCREENS} screens: {len(tasks)} tasks over 50 ms, the longest {max(tasks, default=0):.0f} ms")


def main() -> None:
    print_heading("What a message costs the page")
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
            page = browser.new_context(viewport={"width": 1280, "height": 800}).new_page()
            page.add_init_script(LONG_TASKS)
            page.goto(signed_in_url(service))
            page.goto(f"{service.web_url}a/{cid}/c/{peer_cid}")
            expect(page.locator("[data-message]").first).to_be_visible()
            measure(page, deployment, cid, peer_cid)
            browser.close()


if __name__ == "__main__":
    main()
