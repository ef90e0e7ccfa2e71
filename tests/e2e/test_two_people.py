"""Two people, two tabs, one true conversation: the whole way, and again after everything was killed."""

import re
from collections.abc import Callable

import pytest
from playwright.sync_api import Browser, expect

from tests.e2e.album import Album
from tests.e2e.tab import Tab
from tests.support.deployment import Deployment

pytestmark = pytest.mark.e2e

Two = tuple[Tab, Tab]


def two_tabs_of_one_browser(browser: Browser, album: Album, deployment: Deployment) -> Two:
    deployment.start()
    context = browser.new_context()
    service = deployment.service()
    return Tab.open(context, album, service), Tab.open(context, album, service)


def two_browsers(browser: Browser, album: Album, deployment: Deployment) -> Two:
    deployment.start()
    service = deployment.service()
    return Tab.open(browser.new_context(), album, service), Tab.open(browser.new_context(), album, service)


def two_internal_services(browser: Browser, album: Album, deployment: Deployment) -> Two:
    deployment.start("one", "two")
    one, two = deployment.service("one"), deployment.service("two")
    return Tab.open(browser.new_context(), album, one), Tab.open(browser.new_context(), album, two)


@pytest.mark.parametrize("arrange", [two_tabs_of_one_browser, two_browsers, two_internal_services])
def test_two_people_find_each_other_agree_and_talk_and_nothing_is_lost(
    browser: Browser, album: Album, deployment: Deployment, arrange: Callable[[Browser, Album, Deployment], Two]
) -> None:
    one, two = arrange(browser, album, deployment)
    one.picture("landing page")
    one.create_account(deployment.server.address, "UserOne", "User One")
    two.create_account(deployment.server.address, "UserTwo", "User Two")

    # Both discover each other.
    one.discover()
    two.discover()
    expect(one.row("User Two")).to_be_visible()
    expect(two.row("User One")).to_be_visible()
    one.picture("UserOne discovers peers")
    two.close_dialog()

    # UserOne asks, UserTwo accepts.
    one.button("Connect", one.row("User Two")).click()
    expect(one.row("User Two")).to_contain_text("Registration Sent")
    one.picture("Registration Sent")
    expect(two.request_from("User One")).to_be_visible()
    two.picture("UserTwo is asked")
    two.button("Accept", two.request_from("User One")).click()

    # Accepting leads to the conversation; UserTwo goes elsewhere for now.
    expect(two.composer).to_be_visible()
    two.button("Connections").click()
    expect(two.composer).to_have_count(0)

    # Connected on both sides.
    expect(one.row("User Two")).to_contain_text("Connected")
    one.picture("UserOne is connected")
    one.close_dialog()
    two.discover()
    expect(two.row("User One")).to_contain_text("Connected")
    two.picture("UserTwo is connected")
    two.close_dialog()

    # A message each way. What nobody looks at is delivered; what was on a screen is read.
    one.open_conversation("User Two")
    one.say("Hello from UserOne")
    one.expect_status("Hello from UserOne", "delivered")
    one.picture("delivered")
    expect(two.direct_messages.get_by_role("link", name=re.compile("^User One.* 1 unread"))).to_be_visible()
    two.picture("one unread")
    two.page.bring_to_front()
    two.open_conversation("User One")
    expect(two.message("Hello from UserOne")).to_be_visible()
    one.expect_status("Hello from UserOne", "read")
    two.say("Hello from UserTwo")
    one.page.bring_to_front()
    expect(one.message("Hello from UserTwo")).to_be_visible()
    two.expect_status("Hello from UserTwo", "read")
    one.picture("a message each way")
    two.picture("a message each way, the other side")

    # Everything is killed and started again.
    deployment.kill_everything()
    one.picture("everything is killed")
    deployment.server.start()
    for service in deployment.services.values():
        service.start()
    for tab in (one, two):
        expect(tab.message("Hello from UserOne")).to_be_visible()
        expect(tab.message("Hello from UserTwo")).to_be_visible()
    one.say("Still here?")
    two.page.bring_to_front()
    expect(two.message("Still here?")).to_be_visible()
    one.expect_status("Still here?", "read")
    one.page.bring_to_front()
    one.picture("after the restart")

    # A reload shows the same: it is in the services, not in the tab.
    for tab in (one, two):
        tab.page.reload()
        expect(tab.message("Still here?")).to_be_visible()
        tab.expect_texts(["Hello from UserOne", "Hello from UserTwo", "Still here?"])
    two.picture("after a reload")
    assert one.errors == []
    assert two.errors == []
