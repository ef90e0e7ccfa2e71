"""People on real screens: who parted from whom."""

import re

import pytest
from playwright.sync_api import Browser, Locator, expect

from tests.e2e.album import Album
from tests.e2e.tab import Tab, make_friends
from tests.support.deployment import Deployment

pytestmark = pytest.mark.e2e


def line(tab: Tab, words: str) -> Locator:
    """A line of the conversation itself. The words are a pattern: a name stands between isolating characters."""
    return tab.page.get_by_role("listitem").filter(has_text=re.compile(f"^{words}$"))


def test_both_conversations_say_who_disconnected_and_who_connected_again(
    browser: Browser, album: Album, deployment: Deployment
) -> None:
    deployment.start()
    one, two = (Tab.open(browser.new_context(), album, deployment.service()) for _ in range(2))
    one.create_account(deployment.server.address, "ann", "Ann")
    two.create_account(deployment.server.address, "bob", "Bob")
    make_friends(one, "Ann", two, "Bob")

    one.button("Details").click()
    one.button("Disconnect…").click()
    one.button("Disconnect").click()
    expect(line(one, "You disconnected from .Bob.")).to_be_visible()
    expect(line(two, ".Ann. disconnected")).to_be_visible()
    two.picture("Ann disconnected")

    two.button("Connect").click()
    expect(line(two, "You connected with .Ann. again")).to_be_visible()
    expect(line(one, ".Bob. connected again")).to_be_visible()
    for tab in (one, two):
        tab.page.reload()
        expect(line(tab, ".*connected .*again")).to_have_count(1)
        assert tab.errors == []
