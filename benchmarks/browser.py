"""A real browser on a deployment of its own, and what its pages do there: for everything measured on the screen."""

import asyncio
import sys
import tempfile
from collections.abc import Callable, Coroutine, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final, Generic, TypeVar

from playwright.sync_api import Browser, Page, sync_playwright

from benchmarks.machine import print_heading
from tests.e2e.browser import CHROMIUM_ARGUMENTS, chromium_path
from tests.e2e.tab import signed_in_url
from tests.support.deployment import Deployment, InternalServiceProcess, deployment_in

Made = TypeVar("Made")

TWO_FRAMES: Final = "() => new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)))"
WHEN_PAINTED: Final = """
// Calls `then` with the Unix milliseconds after the frame that shows the node first. Sizes are observed between layout
// and paint of that frame, and a message to oneself comes after it.
function whenPainted(node, then) {
    const element = node instanceof Element ? node : node.parentElement;
    const observer = new ResizeObserver(() => {
        observer.disconnect();
        const { port1, port2 } = new MessageChannel();
        port1.onmessage = () => { port1.close(); then(performance.timeOrigin + performance.now()); };
        port2.postMessage(null);
    });
    observer.observe(element);
}
"""
_WATCH_LONG_TASKS: Final = """
window.longTasks = [];
new PerformanceObserver((list) => { window.longTasks.push(...list.getEntries().map((task) => task.duration)); })
    .observe({ type: "longtask", buffered: true });
"""


@dataclass(frozen=True)
class Stage(Generic[Made]):
    """A deployment with one internal service, a browser, and what was made for it before."""

    deployment: Deployment
    browser: Browser
    made: Made

    @property
    def service(self) -> InternalServiceProcess:
        return self.deployment.service()

    def page(self) -> Page:
        """A new page in a browser profile of its own, as large as a laptop's, signed in; its long tasks are watched."""
        page = self.blank_page()
        page.add_init_script(_WATCH_LONG_TASKS)
        page.goto(signed_in_url(self.service))
        return page

    def blank_page(self) -> Page:
        return self.browser.new_context(viewport={"width": 1280, "height": 800}).new_page()

    def conversation(self, cid: int, conversation: str) -> str:
        """Its address."""
        return f"{self.service.web_url}a/{cid}/c/{conversation}"


def required_chromium() -> str:
    """Where it is. Without one the program ends here, and says so."""
    path = chromium_path()
    if path is None:
        print("No Chromium here: scripts/ensure-chromium installs it or says what to install.")
        sys.exit(0)
    return path


@contextmanager
def stage(title: str, make: Callable[[Deployment], Coroutine[Any, Any, Made]]) -> Iterator[Stage[Made]]:
    """`make` fills the deployment before the browser starts. Without Chromium the program ends here, and says so."""
    print_heading(title)
    path = required_chromium()
    with (
        tempfile.TemporaryDirectory(prefix="casemate-bench-") as directory,
        deployment_in(Path(directory)) as deployment,
    ):
        deployment.start()
        made = asyncio.run(make(deployment))  # the browser's driver has a loop of its own in this thread
        with sync_playwright() as playwright:
            browser = playwright.chromium.launch(executable_path=path, args=list(CHROMIUM_ARGUMENTS))
            yield Stage(deployment, browser, made)
            browser.close()


def long_tasks(page: Page) -> list[float]:
    """How long each task over 50 ms took since this was asked last, ms, once the page has nothing left to do."""
    page.wait_for_function("new Promise((done) => requestIdleCallback(() => setTimeout(done, 100)))")
    tasks: list[float] = page.evaluate("window.longTasks.splice(0)")
    return tasks


def told(tasks: list[float]) -> str:
    return f"longest {max(tasks, default=0):.0f} ms, {sum(tasks):.0f} ms in {len(tasks)} tasks"


class MainThreads:
    """Of the processes that draw pages. Their processor time does not depend on what else the computer does."""

    def __init__(self, browser: Browser) -> None:
        processes = browser.new_browser_cdp_session().send("SystemInfo.getProcessInfo")["processInfo"]
        drawing = [process["id"] for process in processes if process["type"] == "renderer"]
        self._schedules = [Path(f"/proc/{pid}/task/{pid}/schedstat") for pid in drawing]

    def milliseconds(self) -> float:
        """Since they began. Asking costs them nothing."""
        return sum(int(schedule.read_text().split()[0]) for schedule in self._schedules) / 1e6
