"""What one pins, both find at the top of their conversation, in every tab."""

import re

import pytest
from playwright.sync_api import Browser, expect

from tests.e2e.album import Album
from tests.e2e.tab import Tab, make_friends
from tests.support.deployment import Deployment

pytestmark = pytest.mark.e2e


def test_a_pin_stands_for_both_leads_there_and_goes(browser: Browser, album: Album, deployment: Deployment) -> None:
    deployment.start("one", "two")
    ann, bob = (Tab.open(browser.new_context(), album, deployment.service(name)) for name in ("one", "two"))
    ann.create_account(deployment.server.address, "ann", "Ann")
    bob.create_account(deployment.server.address, "bob", "Bob")
    make_friends(ann, "Ann", bob, "Bob")
    ann.say("The key is under the third stone")
    bob.choose("The key is under the third stone", "Pin for both")
    bar = ann.page.get_by_role("region", name="Pinned")
    expect(bar).to_contain_text("The key is under the third stone")
    expect(bar).to_contain_text("Pinned by Bob")
    for number in range(60):
        bob.say(f"line {number}")
    expect(ann.message("line 59")).to_be_visible()

    # Another tab of the same account, which has not loaded that page of the conversation.
    other = ann.page.context.new_page()
    other.goto(ann.page.url)
    other.get_by_role("region", name="Pinned").get_by_role("button", name=re.compile("^Show the pinned")).click()
    expect(other.locator("[data-message]:focus")).to_contain_text("The key is under the third stone")
    ann.picture("what is pinned")

    bar.get_by_role("button", name="1 pinned").click()
    ann.page.get_by_role("dialog", name="Pinned messages").get_by_role("button", name="Unpin").click()
    expect(ann.page.get_by_text("Nothing is pinned here any more")).to_be_visible()
    ann.page.keyboard.press("Escape")
    for page in (ann.page, other, bob.page):
        expect(page.get_by_role("region", name="Pinned")).to_have_count(0)
    assert ann.errors + bob.errors == []
