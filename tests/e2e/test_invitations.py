"""Two people who have never met, each at a computer of their own: a link brings them into one conversation."""

import pytest
from playwright.sync_api import Browser, expect

from tests.e2e.album import Album
from tests.e2e.tab import PASSWORD, Tab
from tests.support.deployment import Deployment

pytestmark = pytest.mark.e2e


def link_made_by(tab: Tab) -> str:
    tab.button("Invite people").first.click()
    tab.button("Make a link").click()
    link = tab.page.get_by_role("textbox", name="For one person").input_value()
    tab.picture("a link is made")
    return link


def fill_in_and_join(tab: Tab, username: str, full_name: str) -> None:
    server = tab.page.get_by_role("region", name="The server of this invitation")
    expect(server).to_contain_text("Verified by the invitation")
    tab.page.get_by_label("Full name").fill(full_name)
    tab.page.get_by_label("Username").fill(username)
    tab.page.get_by_label("Password", exact=True).fill(PASSWORD)
    tab.picture(f"{username} is about to join")
    tab.button("Join").click()
    expect(tab.composer).to_be_visible()


def test_a_link_brings_somebody_at_another_computer_into_a_conversation(
    browser: Browser, album: Album, deployment: Deployment
) -> None:
    deployment.start("alice", "bob")
    alice = Tab.open(browser.new_context(), album, deployment.service("alice"))
    alice.create_account(deployment.server.address, "alice", "Alice Liddell")
    link = link_made_by(alice)

    bob = Tab.open(browser.new_context(), album, deployment.service("bob"))
    bob.button("I have an invitation").click()
    bob.page.get_by_label("Invitation").fill(f"Alice Liddell invites you to talk on Casemate. Your link: {link}")
    fill_in_and_join(bob, "bob", "Bob Dodgson")
    expect(bob.page.get_by_role("heading", level=1)).to_contain_text("Alice Liddell")
    bob.say("I am in")
    bob.expect_status("I am in", "delivered", "read")
    bob.picture("the first message")

    # It opened by itself: the link was for him.
    expect(alice.message("I am in")).to_be_visible()
    alice.say("Welcome")
    expect(bob.message("Welcome")).to_be_visible()
    for tab in (alice, bob):
        assert tab.errors == []


def test_whoever_comes_while_the_inviter_is_away_writes_already_and_is_told_when_it_goes(
    browser: Browser, album: Album, deployment: Deployment
) -> None:
    deployment.start("alice", "bob")
    there = deployment.service("alice")
    alice = Tab.open(browser.new_context(), album, there)
    alice.create_account(deployment.server.address, "alice", "Alice Liddell")
    secret = link_made_by(alice).partition("#")[2]
    there.kill()

    here = deployment.service("bob")
    bob = Tab.open(browser.new_context(), album, here)
    expect(bob.button("Create account")).to_be_visible()
    bob.page.goto(f"{here.web_url}join#{secret}")
    fill_in_and_join(bob, "bob", "Bob Dodgson")
    assert secret not in bob.page.url
    expect(bob.page.get_by_text("Waits for their computer, or for them to accept", exact=True)).to_be_visible()
    bob.say("Waiting for you")
    bob.expect_status("Waiting for you", "queued")
    bob.picture("the inviter is away")
    bob.page.go_back()
    assert secret not in bob.page.url
    bob.page.go_forward()

    there.start()
    bob.expect_status("Waiting for you", "delivered", "read")
    assert bob.errors == []
