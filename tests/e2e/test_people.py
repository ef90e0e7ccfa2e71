"""People on real screens: who parted from whom, and who only looks like somebody."""

import re

import pytest
from playwright.sync_api import Browser, FloatRect, Locator, expect

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


FAR_DRAWING = "H" + "\u0488\u0489\u20dd\u20e3" * 20


def test_who_asks_writes_a_line_that_who_is_asked_reads_as_theirs(
    browser: Browser, album: Album, deployment: Deployment
) -> None:
    deployment.start()
    ann, bob = (Tab.open(browser.new_context(), album, deployment.service()) for _ in range(2))
    ann.create_account(deployment.server.address, "ann", "Ann Ash")
    bob.create_account(deployment.server.address, "bob", "Bob Birch")
    ann.discover()
    ann.button("Write Bob Birch a line with your request", ann.row("Bob Birch")).click()
    asking = ann.page.get_by_role("dialog", name="Ask Bob Birch to talk")
    line = asking.get_by_label("A line about you")
    expect(line).to_be_focused()
    line.fill("x" * 285)
    ann.button("Connect", asking).click()
    expect(asking.get_by_text("Too long by 5 characters. Shorten it.").first).to_be_visible()
    ann.picture("a line that is too long")
    line.fill("**Hi**, Ann from sales: we met on Tuesday, see https://casemate.example")
    ann.picture("a line with a request")
    ann.button("Connect", asking).click()
    expect(ann.row("Bob Birch")).to_contain_text("Registration Sent")
    card = bob.request_from("Ann Ash")
    expect(card).to_contain_text("“**Hi**, Ann from sales: we met on Tuesday, see https://casemate.example”")
    expect(card.get_by_role("link")).to_have_count(0)
    bob.picture("a request with a line")
    bob.page.set_viewport_size({"width": 390, "height": 844})
    bob.picture("a request with a line on a phone")
    ann.close_dialog()
    ann.page.keyboard.press("Control+k")
    ann.page.get_by_role("combobox", name=re.compile("^Go to")).fill("people")
    ann.page.get_by_role("option", name="People", exact=True).click()
    ann.page.get_by_role("listitem").filter(has_text="Bob Birch").get_by_role("button", name="Open").click()
    expect(ann.page.get_by_text("You wrote:")).to_be_visible()
    ann.picture("what one wrote with a request")
    assert ann.errors + bob.errors == []


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


def test_a_strangers_words_never_draw_outside_of_their_card(
    browser: Browser, album: Album, deployment: Deployment
) -> None:
    deployment.start()
    ann, bob = (Tab.open(browser.new_context(), album, deployment.service()) for _ in range(2))
    ann.create_account(deployment.server.address, "ann", "Ann Ash")
    bob.create_account(deployment.server.address, "bob", "Bob Birch")
    ann.discover()
    ann.button("Write Bob Birch a line with your request", ann.row("Bob Birch")).click()
    ann.page.get_by_label("A line about you").fill("Hi")
    ann.button("Connect", ann.page.get_by_role("dialog", name="Ask Bob Birch to talk")).click()
    card = bob.request_from("Ann Ash")
    box = card.bounding_box()
    assert box is not None
    right = box["x"] + box["width"] + 1
    beside = FloatRect(x=right, y=box["y"], width=200, height=box["height"])
    before = bob.page.screenshot(clip=beside, animations="disabled")
    # Whatever a service lets through: the signs of one letter that draw themselves one after the other.
    card.locator("blockquote bdi").evaluate("(place, words) => { place.textContent = words; }", FAR_DRAWING)
    bob.picture("words that draw far from their place")
    assert bob.page.screenshot(clip=beside, animations="disabled") == before
