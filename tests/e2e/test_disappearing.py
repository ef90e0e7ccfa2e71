"""Messages that disappear, on real screens of two services: set by one, gone from both, also over a restart."""

import re
from typing import Literal

import pytest
from playwright.sync_api import Browser, expect

from tests.e2e.album import Album
from tests.e2e.tab import Tab, make_friends
from tests.support.deployment import Deployment

pytestmark = pytest.mark.e2e


def test_what_disappears_goes_from_both_screens_each_in_its_time(
    browser: Browser, album: Album, deployment: Deployment
) -> None:
    deployment.start("one", "two")
    ann, bob = (Tab.open(browser.new_context(), album, deployment.service(name)) for name in ("one", "two"))
    ann.create_account(deployment.server.address, "ann", "Ann")
    bob.create_account(deployment.server.address, "bob", "Bob")
    make_friends(ann, "Ann", bob, "Bob")
    ann.say("this stays")
    expect(bob.message("this stays")).to_be_visible()

    # In the details; said to both, and shown where one writes.
    ann.button("Details").click()
    setting = ann.page.get_by_role("region", name="Disappearing messages")
    setting.scroll_into_view_if_needed()
    ann.picture("for how long messages live")
    setting.get_by_role("combobox").select_option("30 seconds")
    ann.button("Set for both of you").click()
    line = re.compile("made new messages disappear 30 seconds after they are read")
    for tab in (ann, bob):
        expect(tab.page.get_by_role("list", name="Messages").get_by_text(line)).to_be_visible()
        expect(tab.button("Messages disappear after 30 seconds")).to_be_visible()
    ann.button("Close details").first.click()

    ann.say("this goes")
    row = bob.message("this goes")
    expect(row.get_by_role("img", name="Disappears")).to_be_visible()
    row.hover()
    bob.picture("a message that disappears")
    ann.message("this goes").click(button="right", position={"x": 40, "y": 10})
    ann.page.get_by_role("menuitem", name=re.compile("^Details")).click()
    expect(ann.page.get_by_role("dialog")).to_contain_text("Disappears in")
    ann.picture("when it disappears")
    ann.page.keyboard.press("Escape")

    # His service is killed before it is over, and starts again: nothing begins anew.
    deployment.service("two").kill()
    expect(ann.message("this goes")).to_have_count(0)
    deployment.service("two").start()
    expect(row).to_have_count(0)
    bob.page.reload()
    expect(bob.message("this stays")).to_be_visible()
    expect(row).to_have_count(0)
    for tab, name in ((ann, "gone"), (bob, "gone there")):
        expect(tab.page.get_by_text("this goes")).to_have_count(0)
        tab.picture(name)

    themes: tuple[Literal["light", "dark"], ...] = ("light", "dark")
    for theme in themes:
        bob.page.emulate_media(color_scheme=theme)
        bob.page.set_viewport_size({"width": 360, "height": 740})
        bob.picture(f"on a telephone, {theme}")
        bob.button("Details").click()
        bob.page.get_by_role("region", name="Disappearing messages").scroll_into_view_if_needed()
        bob.picture(f"set on a telephone, {theme}")
        bob.button("Back").last.click()

    # From the head: they stay again.
    bob.button("Messages disappear after 30 seconds").click()
    bob.picture("other times")
    bob.page.get_by_role("menuitem", name="Messages stay").click()
    expect(ann.button("Messages disappear after 30 seconds")).to_have_count(0)
    assert ann.errors + bob.errors == []
