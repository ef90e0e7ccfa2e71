"""Every tab shows its own account and its own place, whatever is reloaded, opened or signed out beside it."""

import re
import time

import pytest
from playwright.sync_api import Browser, BrowserContext, expect

from tests.e2e.album import Album
from tests.e2e.tab import PATIENCE_MS, Tab, make_friends
from tests.support.deployment import Deployment

pytestmark = pytest.mark.e2e

Two = tuple[Tab, Tab, BrowserContext]


@pytest.fixture
def two_tabs(browser: Browser, album: Album, deployment: Deployment) -> Two:
    deployment.start()
    context = browser.new_context()
    one, two = (Tab.open(context, album, deployment.service()) for _ in range(2))
    one.create_account(deployment.server.address, "UserOne", "User One")
    two.create_account(deployment.server.address, "UserTwo", "User Two")
    make_friends(one, "User One", two, "User Two")
    return one, two, context


def test_each_tab_keeps_its_own_account_over_reloads(two_tabs: Two) -> None:
    one, two, _ = two_tabs
    cids = (one.cid, two.cid)
    assert cids[0] != cids[1]
    for tab in (two, one, two):
        tab.page.reload()
    for tab, name in ((one, "User One"), (two, "User Two")):
        expect(tab.page.get_by_role("button", name=re.compile(f"^{name}, .*Account menu"))).to_be_visible()
    assert (one.cid, two.cid) == cids


def test_a_deep_link_leads_to_the_same_place_in_a_new_tab(two_tabs: Two, album: Album) -> None:
    one, _, context = two_tabs
    one.say("found by its link")
    one.expect_status("found by its link", "delivered", "read")
    links = {
        "conversation": one.page.url,
        "settings": re.sub(r"/c/.*", "/settings", one.page.url),
        "people": re.sub(r"/c/.*", "/people", one.page.url),
    }
    for name, link in links.items():
        tab = Tab(context.new_page(), album)
        tab.page.goto(link)
        if name == "conversation":
            expect(tab.message("found by its link")).to_be_visible()
        else:
            expect(tab.page.get_by_role("heading", level=1, name=name.capitalize())).to_be_visible()
        assert tab.page.url == link
        tab.picture(f"deep link to {name}")
        tab.page.close()


def test_signing_out_leaves_the_other_tab_alone_and_back_does_not_re_enter(two_tabs: Two) -> None:
    one, two, _ = two_tabs
    one.sign_out("User One")
    one.picture("signed out")
    one.page.go_back()
    expect(one.page).to_have_title(re.compile("^Sign in as User One"))
    expect(one.composer).to_have_count(0)
    expect(one.page.get_by_text("Message User Two")).to_have_count(0)
    one.picture("after back")
    two.say("are you there?")
    two.expect_status("are you there?", "sent")
    one.page.goto(re.sub(r"/a/.*", "/", one.page.url))
    one.sign_in("UserOne", "not the password")
    expect(one.page.get_by_role("alert")).to_be_visible()
    one.picture("wrong password")
    one.page.get_by_label("Password", exact=True).fill("a long password")
    one.button("Sign in").click()
    expect(one.discover_button).to_be_visible()
    one.open_conversation("User Two")
    expect(one.message("are you there?")).to_be_visible()


def test_a_hundred_quick_messages_arrive_once_and_in_order(two_tabs: Two) -> None:
    one, two, _ = two_tabs
    written = [f"quick message {number:03}" for number in range(100)]
    for text in written:
        one.say(text)
    one.expect_status(written[-1], "delivered", "read")
    two.page.bring_to_front()
    expect(two.message(written[-1])).to_be_visible()
    two.picture("a hundred messages")
    shown = [text for text in two.texts() if text in set(written)]
    assert shown == written[-len(shown) :]
    two.page.reload()
    expect(two.message(written[-1])).to_be_visible()
    seen: list[str] = []
    deadline = time.monotonic() + PATIENCE_MS / 1000
    while len(seen := [*(text for text in two.texts() if text not in seen), *seen]) < len(written):
        assert time.monotonic() < deadline, seen
        two.page.get_by_role("region", name="Conversation with User One").evaluate("element => element.scrollTop = 0")
        two.page.wait_for_timeout(100)
    assert seen == written


def test_both_asking_at_the_same_time_connects_both(browser: Browser, album: Album, deployment: Deployment) -> None:
    deployment.start("one", "two")
    one = Tab.open(browser.new_context(), album, deployment.service("one"))
    two = Tab.open(browser.new_context(), album, deployment.service("two"))
    one.create_account(deployment.server.address, "UserOne", "User One")
    two.create_account(deployment.server.address, "UserTwo", "User Two")
    one.discover()
    two.discover()
    buttons = (one.button("Connect", one.row("User Two")), two.button("Connect", two.row("User One")))
    for button in buttons:
        expect(button).to_be_visible()
    deployment.server.suspend()  # both press before either can hear of the other
    for button in buttons:
        button.click()
    for button in buttons:
        expect(button).to_have_attribute("aria-busy", "true")
    deployment.server.resume()
    expect(one.row("User Two")).to_contain_text("Connected")
    expect(two.row("User One")).to_contain_text("Connected")
