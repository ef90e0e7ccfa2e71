"""Formatted words in a real browser, under the policy of the page: drawn on the other side, and nothing else."""

import pytest
from playwright.sync_api import Browser, ConsoleMessage, Request, expect

from tests.e2e.album import Album
from tests.e2e.test_reading import opened, written
from tests.support.deployment import Deployment

pytestmark = pytest.mark.e2e

HOSTILE = (
    "<img src='https://evil.example/a.png' onerror='window.ran = 1'><script>window.ran = 1</script> "
    "![x](https://evil.example/b.png) [mine](javascript:window.ran=1)"
)


def test_formatted_words_are_drawn_so_on_the_other_side(browser: Browser, deployment: Deployment, album: Album) -> None:
    ours, theirs = written(deployment, ["Hello"])
    writer = opened(browser, album, deployment, ours)
    reader = opened(browser, album, deployment, theirs)
    refused: list[str] = []
    asked: list[str] = []

    def hear(message: ConsoleMessage) -> None:
        if "Content Security Policy" in message.text:
            refused.append(message.text)

    def see(request: Request) -> None:
        asked.append(request.url)

    reader.page.on("console", hear)
    reader.page.on("request", see)

    field = writer.composer
    field.press_sequentially("made by keys")
    field.press("Control+A")
    field.press("Control+B")
    expect(field).to_have_value("**made by keys**")
    # What keys changed can be undone like what was typed.
    field.press("Control+Z")
    expect(field).to_have_value("made by keys")
    field.press("Control+Shift+Z")
    expect(field).to_have_value("**made by keys**")
    field.press("Enter")
    expect(reader.page.locator("[data-message] strong").filter(has_text="made by keys")).to_be_visible()

    field.press_sequentially("Well done :tad")
    expect(writer.page.get_by_role("option", name="party popper")).to_be_visible()
    field.press("Enter")
    expect(field).to_have_value("Well done 🎉")
    field.press_sequentially(" @userone")
    field.press("Escape")
    field.press("Enter")
    expect(reader.page.locator("[data-message] bdi[title='User One']")).to_have_text("@userone")

    field.fill("```python\ndef lamp(): return 1\n```")
    field.press("Enter")
    keyword = reader.page.locator("pre .hljs-keyword").filter(has_text="def")
    expect(keyword).to_be_visible()
    plain = reader.page.locator("pre").evaluate("element => getComputedStyle(element).color")
    assert keyword.evaluate("element => getComputedStyle(element).color") != plain

    field.fill(HOSTILE)
    field.press("Enter")
    row = reader.page.locator("[data-message]").filter(has_text="onerror")
    expect(row).to_be_visible()
    # An address is an address, wherever it stands; nobody follows it but who presses it.
    expect(row.get_by_role("link")).to_have_text(["https://evil.example/a.png", "x (evil.example)"])
    expect(row.locator("img, script")).to_have_count(0)
    assert reader.page.evaluate("() => 'ran' in window") is False
    assert [url for url in asked if "evil" in url] == []
    assert refused == []


def test_an_emoji_is_picked_and_sent(browser: Browser, deployment: Deployment, album: Album) -> None:
    ours, theirs = written(deployment, ["Hello"])
    writer = opened(browser, album, deployment, ours)
    reader = opened(browser, album, deployment, theirs)
    writer.button("Emoji").click()
    writer.page.get_by_role("combobox", name="Find an emoji").press_sequentially("tada")
    writer.page.keyboard.press("Enter")
    expect(writer.composer).to_be_focused()
    writer.composer.press("Enter")
    expect(reader.page.locator("[data-message] .font-emoji")).to_have_text("🎉")
