"""People on real screens: who parted from whom, and who only looks like somebody."""

import re

import pytest
from playwright.sync_api import Browser, Locator, expect

from tests.e2e.album import Album
from tests.e2e.tab import Tab, make_friends
from tests.support.deployment import Deployment

pytestmark = pytest.mark.e2e


def line(tab: Tab, words: str) -> Locator:
    """A line of the conversation itself. The words are a pattern: a name stands between isolating characters."""
    return tab.page.get_by_role("main").get_by_role("listitem").filter(has_text=re.compile(f"^{words}$"))


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
        expect(tab.page.get_by_text("This is where your conversation")).to_be_visible()
        expect(line(tab, ".*connected .*again")).to_have_count(1)
        assert tab.errors == []


LOOK_ALIKES = ("B\u043eb Birch", "Bob Birch\ufe0f", "Bob\u3164 Birch", "Bo\u034fb Birch")
"""By a Cyrillic letter, a variation selector, an empty letter, and a joiner that nobody sees."""


def test_whoever_looks_like_a_friend_is_told_apart_on_every_screen(
    browser: Browser, album: Album, deployment: Deployment
) -> None:
    deployment.start()
    service = deployment.service()
    ann, bob = (Tab.open(browser.new_context(), album, service) for _ in range(2))
    ann.create_account(deployment.server.address, "ann", "Ann Ash")
    bob.create_account(deployment.server.address, "bob", "Bob Birch")
    make_friends(ann, "Ann Ash", bob, "Bob Birch")

    for number, name in enumerate(LOOK_ALIKES):
        other = Tab.open(browser.new_context(), album, service)
        other.create_account(deployment.server.address, f"mallory{number}", name)
        other.discover()
        other.page.get_by_label("Search people").fill("ann")
        other.button("Connect", other.row("Ann Ash")).click()
        expect(other.row("Ann Ash")).to_contain_text("Registration Sent")
        other.page.context.close()

    ann.button("1 more").click()
    cards = ann.page.get_by_role("listitem", name=re.compile("^Request from "))
    expect(cards).to_have_count(len(LOOK_ALIKES))
    for number in range(len(LOOK_ALIKES)):
        card = cards.filter(has_text=f"@mallory{number}")
        expect(card.get_by_role("note")).to_contain_text("this is somebody else")
    ann.picture("requests of look-alikes")

    # The friend is called by the username as well, wherever the name stands.
    expect(ann.direct_messages.get_by_role("link").filter(has_text="@bob")).to_have_count(1)
    expect(ann.page.get_by_role("heading", level=1)).to_contain_text("@bob")
    ann.discover()
    for username in ("bob", *(f"mallory{number}" for number in range(len(LOOK_ALIKES)))):
        expect(ann.dialog.locator(".peer-list-item").filter(has_text=f"@{username}")).to_have_count(1)
    looks = ann.dialog.locator(".peer-list-item .avatar").evaluate_all(
        "avatars => avatars.map(({ style }) => `${style.getPropertyValue('--avatar-hue')}"
        " ${style.getPropertyValue('--avatar-corner-hue')}`)"
    )
    # Of 432 looks two people may share one; three of five never do.
    assert len(set(looks)) >= len(LOOK_ALIKES)
    ann.picture("look-alikes in the directory")
