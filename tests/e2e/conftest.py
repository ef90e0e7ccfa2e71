"""One browser for all tests, one deployment per test, and an album of screenshots that outlives them."""

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Final

import pytest
from playwright.sync_api import Browser, Playwright, sync_playwright

from tests.e2e.album import Album
from tests.e2e.browser import CHROMIUM_ARGUMENTS, chromium_path
from tests.support.deployment import Deployment, deployment_in

ALBUMS: Final = Path(__file__).parents[2] / "artifacts" / "e2e"


@pytest.fixture(scope="session")
def playwright() -> Iterator[Playwright]:
    if chromium_path() is None:
        pytest.fail("these tests need Chromium: scripts/ensure-chromium installs it or says what to install")
    with sync_playwright() as playwright:
        yield playwright


@pytest.fixture(scope="session")
def browser(playwright: Playwright) -> Iterator[Browser]:
    browser = playwright.chromium.launch(executable_path=chromium_path(), args=list(CHROMIUM_ARGUMENTS))
    yield browser
    browser.close()


@pytest.fixture
def deployment(tmp_path: Path) -> Iterator[Deployment]:
    with deployment_in(tmp_path) as deployment:
        yield deployment


def album_of(request: pytest.FixtureRequest) -> Album:
    """Named like the test."""
    return Album(ALBUMS / re.sub(r"\W+", "-", request.node.name).strip("-"))


@pytest.fixture
def album(request: pytest.FixtureRequest, browser: Browser, deployment: Deployment) -> Iterator[Album]:
    """A failure adds what every tab shows, and what every service wrote."""
    album = album_of(request)
    failed_before = request.session.testsfailed
    yield album
    if request.session.testsfailed > failed_before:
        album.add_everything(browser, deployment)
    print(f"screenshots: {album.directory}")
    for context in browser.contexts:
        context.close()
