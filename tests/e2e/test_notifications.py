"""What the browser shows of messages while somebody looks at something else, with its leave.

Chromium without a screen shows nothing, so a script of the page's browser notes what is shown and closed, and goes on.
"""

import re

import pytest
from playwright.sync_api import Browser, BrowserContext, expect

from tests.e2e.album import Album
from tests.e2e.tab import PATIENCE_MS, Tab, make_friends
from tests.support.deployment import Deployment

pytestmark = pytest.mark.e2e

NOTING = """
  const Real = window.Notification;
  window.standing = new Map();
  window.everShown = [];
  window.Notification = class extends Real {
    constructor(title, options) {
      super(title, options);
      window.everShown.push(`${title}: ${options.body}`);
      window.standing.set(options.tag, this);
    }
    close() {
      super.close();
      for (const [tag, one] of window.standing) if (one === this) window.standing.delete(tag);
    }
  };
"""
Words = list[str]


class Desk:
    """Alice with two tabs of one browser, Bob at another computer."""

    def __init__(self, context: BrowserContext, one: Tab, two: Tab, bob: Tab) -> None:
        self.context = context
        self.one, self.two, self.bob = one, two, bob

    def standing(self) -> Words:
        """In all of her tabs."""
        script = "[...window.standing.values()].map(one => `${one.title}: ${one.body}`)"
        return [words for tab in (self.one, self.two) for words in tab.page.evaluate(script)]

    def ever_shown(self) -> Words:
        return [words for tab in (self.one, self.two) for words in tab.page.evaluate("window.everShown")]

    def until_standing(self, words: Words) -> None:
        for _ in range(PATIENCE_MS // 50):
            if self.standing() == words:
                return
            self.one.page.wait_for_timeout(50)
        assert self.standing() == words

    def look_away(self) -> None:
        """She reads her mail: no tab of hers is the one that has the keyboard."""
        for tab in (self.one, self.two):
            tab.page.evaluate("document.hasFocus = () => false; window.dispatchEvent(new Event('blur'))")

    def look_at(self, tab: Tab) -> None:
        tab.page.evaluate("document.hasFocus = () => true; window.dispatchEvent(new Event('focus'))")


@pytest.fixture
def desk(browser: Browser, album: Album, deployment: Deployment) -> Desk:
    deployment.start("alice", "bob")
    context = browser.new_context(permissions=["notifications"])
    context.add_init_script(NOTING)
    one = Tab.open(context, album, deployment.service("alice"))
    bob = Tab.open(browser.new_context(), album, deployment.service("bob"))
    one.create_account(deployment.server.address, "alice", "Alice")
    bob.create_account(deployment.server.address, "bob", "Bob")
    make_friends(one, "Alice", bob, "Bob")
    two = Tab.at(context, album, one.page.url)
    expect(two.composer).to_be_visible()
    desk = Desk(context, one, two, bob)
    desk.look_away()
    return desk


def test_one_notification_of_two_tabs_gone_when_it_was_read_in_the_other(desk: Desk) -> None:
    desk.bob.say("are you there?")
    desk.until_standing(["Bob: are you there?"])
    for tab in (desk.one, desk.two):
        expect(tab.page).to_have_title(re.compile(r"^\(1\) "))
    desk.bob.say("hello?")
    desk.until_standing(["Bob: 2 new messages: hello?"])
    desk.look_at(desk.two)
    desk.until_standing([])
    for tab in (desk.one, desk.two):
        expect(tab.page).not_to_have_title(re.compile(r"^\("))
    desk.bob.say("good")
    expect(desk.two.message("good")).to_be_visible()
    desk.bob.expect_status("good", "read")
    assert desk.ever_shown() == ["Bob: are you there?", "Bob: 2 new messages: hello?"], "nothing of what is on screen"


def test_a_click_leads_to_the_message_and_another_tab_takes_over(desk: Desk) -> None:
    for tab in (desk.one, desk.two):
        tab.page.goto(re.sub(r"/c/.*", "/people", tab.page.url))
    desk.look_away()
    desk.bob.say("look at this")
    desk.until_standing(["Bob: look at this"])
    shower = next(tab for tab in (desk.one, desk.two) if tab.page.evaluate("window.standing.size"))
    shower.page.evaluate("[...window.standing.values()][0].onclick()")
    expect(shower.message("look at this")).to_be_visible()
    other = desk.two if shower is desk.one else desk.one
    shower.page.goto("about:blank")
    desk.bob.say("and this")
    for _ in range(PATIENCE_MS // 50):
        if other.page.evaluate("window.everShown.length"):
            break
        other.page.wait_for_timeout(50)
    assert [words.startswith("Bob: ") for words in other.page.evaluate("window.everShown")] == [True]


def test_a_muted_conversation_shows_nothing_and_says_until_when(desk: Desk) -> None:
    desk.one.button("Mute").click()
    desk.one.page.get_by_role("menuitem", name="For an hour").click()
    expect(desk.one.page.get_by_role("button", name=re.compile("^Muted until"))).to_be_visible()
    expect(desk.two.page.get_by_role("button", name=re.compile("^Muted until"))).to_be_visible()
    desk.one.picture("muted")
    desk.bob.say("psst")
    expect(desk.one.direct_messages.get_by_text("1 unread, muted")).to_be_attached()
    assert desk.ever_shown() == []
    expect(desk.one.page).not_to_have_title(re.compile(r"^\("))


def test_what_they_show_is_chosen_in_the_settings_and_holds_for_what_stands(desk: Desk) -> None:
    desk.bob.say("a secret")
    desk.until_standing(["Bob: a secret"])
    desk.one.page.goto(re.sub(r"/c/.*", "/settings", desk.one.page.url))
    part = desk.one.page.get_by_role("region", name="Notifications")
    expect(part.get_by_text("This browser shows them")).to_be_visible()
    for words in ("At night", "Nothing"):
        part.get_by_text(words, exact=True).click()
        expect(part.get_by_role("radio", name=words)).to_be_checked()
    expect(part.get_by_label("from")).to_have_value("22:00")
    assert desk.one.page.evaluate("document.scrollingElement.scrollTop") == 0, "the page stays where it is"
    desk.one.picture("settings")
    desk.look_away()
    desk.until_standing(["Casemate: New message"])
