"""Restarts lose nothing: everything is killed in mid-conversation, reloaded, and started at another time."""

from dataclasses import dataclass

import pytest
from playwright.sync_api import Browser, Route, expect

from tests.e2e.album import Album
from tests.e2e.tab import Tab, make_friends
from tests.support.deployment import Deployment

pytestmark = pytest.mark.e2e

DAY_SECONDS = 86_400.0
HOUR_SECONDS = 3_600.0


@dataclass(frozen=True)
class Way:
    """How messages travel, and what the screen says of it and of a message while the server is away."""

    badge: str
    badge_without_server: str
    status_without_server: str


MAILBOX = Way("through the server", "waiting for the server", "queued")
DIRECT = Way("direct", "server away since .*, direct", "delivered|read")


@pytest.fixture(
    params=[pytest.param(MAILBOX, id="mailbox"), pytest.param(DIRECT, id="direct", marks=pytest.mark.own_network)]
)
def way(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> Way:
    """Two services of one computer soon find each other, unless they may not."""
    chosen: Way = request.param
    if chosen is MAILBOX:
        monkeypatch.setenv("CASEMATE_INTERNAL_SERVICE_PEER_PATHS", "false")
    return chosen


@pytest.fixture
def friends(browser: Browser, album: Album, way: Way, deployment: Deployment) -> tuple[Tab, Tab]:
    deployment.start("one", "two")
    one = Tab.open(browser.new_context(), album, deployment.service("one"))
    two = Tab.open(browser.new_context(), album, deployment.service("two"))
    one.create_account(deployment.server.address, "UserOne", "User One")
    two.create_account(deployment.server.address, "UserTwo", "User Two")
    make_friends(one, "User One", two, "User Two")
    return one, two


def expect_the_same(one: Tab, two: Tab, written: list[str]) -> None:
    """Once each, in the order in which they were written, on both sides."""
    for tab in (one, two):
        tab.page.bring_to_front()
        expect(tab.message(written[-1])).to_be_visible()
        tab.expect_texts(written)


def test_every_message_shown_as_queued_is_there_once_in_order_after_every_kind_of_death(
    friends: tuple[Tab, Tab], way: Way, deployment: Deployment
) -> None:
    one, two = friends
    written: list[str] = []

    def say(tab: Tab, text: str, *statuses: str) -> None:
        written.append(text)
        tab.say(text)
        tab.expect_status(text, *statuses)

    one.expect_path(way.badge)
    say(one, "while all is well", "delivered", "read")

    deployment.server.kill()
    one.expect_path(way.badge_without_server)
    say(one, "while the server is dead", way.status_without_server)
    one.picture("without the server")
    deployment.server.start()
    one.expect_path(way.badge)
    one.expect_status("while the server is dead", "delivered", "read")

    deployment.service("two").kill()
    say(one, "while her service is dead", "sent")
    one.picture("sent, she is away")
    deployment.service("two").start()
    one.expect_status("while her service is dead", "delivered", "read")

    say(two, "just before his service dies", "sent", "delivered", "read")
    deployment.service("one").kill()
    one.page.wait_for_timeout(2_500)
    one.picture("his service is gone")
    deployment.service("one").start()
    expect_the_same(one, two, written)

    two.page.reload()
    say(one, "while she reloads", "delivered", "read")
    expect_the_same(one, two, written)

    for shift, name in ((DAY_SECONDS, "a day later"), (-HOUR_SECONDS, "an hour earlier")):
        deployment.kill_everything()
        deployment.start("one", "two", clock_shift_seconds=shift)
        say(two, f"written {name} by her", "delivered", "read")
        say(one, f"written {name} by him", "delivered", "read")
        expect_the_same(one, two, written)
        one.picture(name)


def test_closing_the_tab_ends_no_session_and_a_new_tab_resumes_it_with_one_click(
    browser: Browser, album: Album, friends: tuple[Tab, Tab], deployment: Deployment
) -> None:
    one, two = friends
    two.say("before the tab closes")
    expect(one.message("before the tab closes")).to_be_visible()
    one.page.close()
    two.say("while no tab is open")
    two.expect_status("while no tab is open", "delivered")
    again = Tab.open(browser.new_context(), album, deployment.service("one"))
    again.picture("the session is offered")
    again.resume("User One")
    again.open_conversation("User Two")
    expect(again.message("while no tab is open")).to_be_visible()
    again.expect_texts(["before the tab closes", "while no tab is open"])


def test_a_page_that_is_older_than_its_service_offers_to_load_the_new_one(
    browser: Browser, album: Album, deployment: Deployment
) -> None:
    deployment.start("one")
    # A worker's own requests pass by whoever alters what is served.
    tab = Tab.open(browser.new_context(service_workers="block"), album, deployment.service("one"))
    tab.create_account(deployment.server.address, "UserOne", "User One")

    def newer(route: Route) -> None:
        if route.request.is_navigation_request():
            route.continue_()
        else:
            route.fulfill(body='<script type="module" src="/assets/first-newer000.js"></script>')

    tab.page.route(f"{deployment.service('one').web_url}", newer)
    offer = tab.page.get_by_role("status").filter(has_text="Casemate was updated on this computer.")
    deployment.service("one").kill()
    deployment.service("one").start()
    expect(offer).to_be_visible()
    tab.picture("an older page")
    offer.get_by_role("button", name="Reload").click()
    expect(offer).not_to_be_visible()
    expect(tab.page.get_by_role("main")).to_be_visible()
