"""What is sent later goes once, whatever dies meanwhile; what is undone never leaves; one's own list is one's own."""

import re

import pytest
from playwright.sync_api import Browser, Locator, expect

from tests.e2e.album import Album
from tests.e2e.tab import Tab, make_friends
from tests.support.deployment import Deployment

pytestmark = pytest.mark.e2e


def waiting(tab: Tab) -> Locator:
    return tab.page.get_by_role("region", name="To be sent later")


def test_what_waits_outlives_the_service_and_what_is_undone_never_leaves(
    browser: Browser, album: Album, deployment: Deployment
) -> None:
    deployment.start("one", "two")
    ann = Tab.open(browser.new_context(), album, deployment.service("one"))
    bob = Tab.open(browser.new_context(), album, deployment.service("two"))
    ann.create_account(deployment.server.address, "ann", "Ann")
    bob.create_account(deployment.server.address, "bob", "Bob")
    make_friends(ann, "Ann", bob, "Bob")
    box = ann.composer

    box.fill("Happy birthday")
    ann.button("Send later").click()
    ann.page.get_by_role("menuitem", name=re.compile("^In an hour")).click()
    expect(waiting(ann)).to_contain_text("Happy birthday")
    expect(box).to_have_value("")
    ann.picture("a message that waits")

    deployment.service("one").kill()
    deployment.service("one").start()
    expect(waiting(ann)).to_contain_text("Happy birthday")
    expect(bob.message("Happy birthday")).to_have_count(0)
    ann.button("What to do with it", waiting(ann)).click()
    ann.page.get_by_role("menuitem", name="Send now").click()
    expect(bob.message("Happy birthday")).to_have_count(1)
    expect(waiting(ann)).to_have_count(0)

    ann.page.evaluate("localStorage.setItem('casemate.undo-send', '20')")
    ann.page.reload()
    box.fill("Oops")
    box.press("Enter")
    ann.button("Undo", waiting(ann)).click()
    expect(box).to_have_value("Oops")
    expect(waiting(ann)).to_have_count(0)
    box.fill("better so")
    box.press("Enter")
    ann.picture("a message that can be undone")
    expect(bob.message("better so")).to_have_count(1)
    expect(bob.message("Oops")).to_have_count(0)
    assert ann.errors == []
    assert bob.errors == []


def test_a_list_of_ones_own(browser: Browser, album: Album, deployment: Deployment) -> None:
    deployment.start("one", "two")
    ann, bob = (Tab.open(browser.new_context(), album, deployment.service(name)) for name in ("one", "two"))
    ann.create_account(deployment.server.address, "ann", "Ann")
    bob.create_account(deployment.server.address, "bob", "Bob")
    make_friends(ann, "Ann", bob, "Bob")
    row = ann.direct_messages.get_by_role("link", name=re.compile("^Bob"))
    row.click(button="right")
    ann.page.get_by_role("menuitem", name="Pin to the top").click()
    expect(row.get_by_role("img", name="Pinned")).to_be_visible()
    row.press("Shift+F10")
    ann.picture("the menu of a conversation")
    ann.page.get_by_role("menuitem", name="Archive").click()
    archive = ann.page.get_by_role("region", name="Archive")
    expect(archive).to_be_visible()
    expect(row).to_have_count(0)
    bob.say("are you there?")
    expect(row).to_be_visible()
    expect(archive).to_have_count(0)
    assert ann.errors == []
