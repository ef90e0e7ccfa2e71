"""Casemate as an installed app: what the browser asks of it, and how it opens while nothing answers."""

import re
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Browser, expect

from tests.e2e.album import Album
from tests.e2e.tab import Tab
from tests.support.deployment import Deployment

pytestmark = pytest.mark.e2e

OF_THIS_CONTEXT = {"in-incognito"}
"""Playwright's contexts are private windows, which install nothing."""


def test_a_browser_finds_nothing_missing_and_no_launch_token_in_it(
    browser: Browser, deployment: Deployment, album: Album
) -> None:
    deployment.start("one")
    tab = Tab.open(browser.new_context(), album, deployment.service("one"))
    tab.page.wait_for_function("navigator.serviceWorker.ready.then(() => true)")
    session = tab.page.context.new_cdp_session(tab.page)
    manifest = session.send("Page.getAppManifest")
    assert manifest["errors"] == []
    assert '"display":"standalone"' in manifest["data"]
    assert "launch" not in manifest["data"]
    missing = session.send("Page.getInstallabilityErrors")["installabilityErrors"]
    assert {error["errorId"] for error in missing} <= OF_THIS_CONTEXT
    served = tab.page.request.get(manifest["url"])
    assert served.headers["content-type"].startswith("application/manifest+json")
    for icon in served.json()["icons"]:
        answer = tab.page.request.get(icon["src"] if "://" in icon["src"] else f"{origin_of(tab)}{icon['src']}")
        assert (answer.status, answer.headers["content-type"]) == (200, "image/png")
        width = int.from_bytes(answer.body()[16:20], "big")
        assert icon["sizes"] == f"{width}x{width}"
    assert tab.errors == []


def test_it_opens_at_once_while_nothing_answers_and_says_what_it_waits_for(
    browser: Browser, deployment: Deployment, album: Album
) -> None:
    deployment.start("one")
    context = browser.new_context()
    tab = Tab.open(context, album, deployment.service("one"))
    tab.page.wait_for_function("navigator.serviceWorker.ready.then(() => true)")
    origin = origin_of(tab)
    deployment.service("one").kill()
    opened = context.new_page()
    opened.goto(f"{origin}/")  # the manifest's start
    expect(opened.get_by_role("heading", name=re.compile("does not answer"))).to_be_visible()
    album.add(opened, "opened while nothing answers")
    deployment.service("one").start()
    expect(opened.get_by_role("button", name="Create account")).to_be_visible()


def origin_of(tab: Tab) -> str:
    parts = urlsplit(tab.page.url)
    return f"{parts.scheme}://{parts.netloc}"
