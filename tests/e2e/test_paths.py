"""What the screens say of paths is so: direct with a number, without the server, and with hidden addresses."""

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, expect

from tests.e2e.album import Album
from tests.e2e.tab import Tab, make_friends
from tests.e2e.two_computers import deployment_on_two_computers
from tests.support.deployment import Deployment
from tests.support.two_hosts import why_no_two_hosts

pytestmark = [
    pytest.mark.e2e,
    pytest.mark.own_network,
    pytest.mark.skipif(why_no_two_hosts() is not None, reason=why_no_two_hosts() or ""),
]


@pytest.fixture
def deployment(tmp_path: Path) -> Iterator[Deployment]:
    with deployment_on_two_computers(tmp_path) as deployment:
        yield deployment


@pytest.fixture
def friends(browser: Browser, album: Album, deployment: Deployment) -> tuple[Tab, Tab]:
    deployment.start("one", "two")
    one = Tab.open(browser.new_context(), album, deployment.service("one"))
    two = Tab.open(browser.new_context(), album, deployment.service("two"))
    one.create_account(deployment.server.address, "ada", "Ada Lindgren")
    two.create_account(deployment.server.address, "bea", "Bea Lindqvist")
    make_friends(one, "Ada Lindgren", two, "Bea Lindqvist")
    return one, two


def test_the_path_is_direct_with_its_round_trip_and_goes_on_without_the_server(
    friends: tuple[Tab, Tab], deployment: Deployment
) -> None:
    one, two = friends
    for tab in friends:
        tab.expect_path(r"direct, round trip (<1|\d+) ms$")
    one.say("Straight to you")
    one.expect_status("Straight to you", "delivered", "read")
    one.picture("direct")
    one.path_badge.click()
    expect(one.page.get_by_role("dialog", name="How messages to Bea Lindqvist travel")).to_be_visible()
    one.picture("all about the path")
    one.button("All connections").click()
    expect(one.page.get_by_role("status").filter(has_text="1 direct")).to_be_visible()
    expect(one.page.get_by_role("img", name=re.compile("^Round trip (median|steady)"))).to_be_visible()
    one.picture("connections")

    deployment.server.kill()
    away = re.compile(r"The server is away since .* Messages with Bea Lindqvist go on without it\.")
    expect(one.page.get_by_text(away)).to_be_visible()
    one.picture("connections without the server")
    one.page.go_back()
    for tab in friends:
        tab.expect_path(r"server away since [^,]+, direct, round trip (<1|\d+) ms$")
    one.say("Without the server")
    one.expect_status("Without the server", "delivered", "read")
    two.page.bring_to_front()
    two.say("And back")
    two.expect_status("And back", "delivered", "read")
    one.page.bring_to_front()
    expect(one.message("And back")).to_be_visible()
    one.picture("the server is away and messages go on")

    deployment.server.start()
    for tab in friends:
        tab.expect_path(r"direct, round trip")
    one.say("The server is back")
    one.expect_status("The server is back", "delivered", "read")
    for tab in friends:
        tab.page.bring_to_front()
        expect(tab.message("The server is back")).to_be_visible()
        tab.expect_texts(["Straight to you", "Without the server", "And back", "The server is back"])
        assert tab.errors == []


def test_who_hides_their_address_is_relayed_and_told_why(friends: tuple[Tab, Tab]) -> None:
    one, two = friends
    one.expect_path("direct")
    one.page.get_by_role("button", name=re.compile("Account menu$")).click()
    one.page.get_by_role("menuitem", name="Settings").click()
    hide = one.page.get_by_role("switch", name="Hide my address from people")
    hide.click()
    expect(hide).to_be_checked()
    one.picture("settings")
    one.open_conversation("Bea Lindqvist")
    one.expect_path(r"relayed, round trip (<1|\d+) ms$")
    one.path_badge.click()
    expect(one.page.get_by_text("You hide your address")).to_be_visible()
    one.picture("relayed, and why")
    one.page.keyboard.press("Escape")
    two.expect_path("relayed")
    two.page.bring_to_front()
    two.path_badge.click()
    expect(two.page.get_by_text("Ada Lindgren hides their address")).to_be_visible()
    two.page.keyboard.press("Escape")
    two.say("Through the relay")
    two.expect_status("Through the relay", "delivered", "read")
    expect(one.message("Through the relay")).to_be_visible()
