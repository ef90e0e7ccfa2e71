"""The screenshots of one test, numbered in the order in which they were taken."""

import shutil
from pathlib import Path

from playwright.sync_api import Browser, Error, Page

from tests.support.deployment import Deployment


class Album:
    def __init__(self, directory: Path) -> None:
        self.directory = directory
        self._taken = 0
        shutil.rmtree(directory, ignore_errors=True)
        directory.mkdir(parents=True)

    def add(self, page: Page, name: str) -> Path:
        """Motion is over by then: what is seen is what stays."""
        self._taken += 1
        path = self.directory / f"{self._taken:02} {name}.png"
        page.screenshot(path=path, animations="disabled")
        return path

    def add_everything(self, browser: Browser, deployment: Deployment) -> None:
        """For failures."""
        for context in browser.contexts:
            for page in context.pages:
                try:
                    self.add(page, "when it failed")
                except Error as error:
                    (self.directory / "no screenshot.txt").write_text(str(error))
        (self.directory / "services.log").write_text(deployment.tails())
