"""What two people do with messages, on real screens of two services: each sees what the other one did."""

import re

import pytest
from playwright.sync_api import Browser, expect

from tests.e2e.album import Album
from tests.e2e.tab import Tab, make_friends
from tests.support.deployment import Deployment

pytestmark = pytest.mark.e2e


def test_react_answer_jump_edit_and_delete_for_everyone(browser: Browser, album: Album, deployment: Deployment) -> None:
    deployment.start("one", "two")
    ann, bob = (Tab.open(browser.new_context(), album, deployment.service(name)) for name in ("one", "two"))
    ann.create_account(deployment.server.address, "ann", "Ann")
    bob.create_account(deployment.server.address, "bob", "Bob")
    make_friends(ann, "Ann", bob, "Bob")
    ann.say("Tea at fore?")

    # A reaction, by the bar that stands where one points.
    bob.message("Tea at fore?").hover()
    bob.page.get_by_role("toolbar", name="Actions for this message").get_by_role("button", name="React with 👍").click()
    expect(ann.message("Tea at fore?").get_by_role("button", name=re.compile("👍"))).to_be_visible()

    # An answer far below leads back to what it answers.
    for number in range(40):
        bob.say(f"line {number}")
    bob.page.get_by_role("region", name="Conversation with Ann").evaluate("(list) => { list.scrollTop = 0; }")
    bob.choose("Tea at fore?", "Reply")
    expect(bob.page.get_by_text("Replying to Ann")).to_be_visible()
    expect(bob.composer).to_be_focused()
    bob.say("Gladly")
    bob.picture("an answer")
    quote = ann.message("Gladly").get_by_role("button", name=re.compile("^Answers"))
    expect(quote).to_contain_text("Tea at fore?")
    quote.click()
    expect(ann.page.locator("[data-message]:focus")).to_contain_text("Tea at fore?")
    ann.picture("where an answer leads")

    # An edit by the arrow key, seen there, with what was said before.
    ann.composer.press("ArrowUp")
    editing = ann.page.get_by_role("textbox", name="The message you are editing")
    editing.fill("Tea at four?")
    editing.press("Enter")
    expect(ann.composer).to_be_focused()
    bob.message("Tea at four?").get_by_role("button", name="Edited").click()
    history = bob.page.get_by_role("dialog", name="What it said before")
    expect(history.get_by_role("listitem")).to_have_count(2)
    expect(history.locator("del")).to_have_text("fore")
    bob.picture("what it said before")
    bob.page.keyboard.press("Escape")

    # Taken back: a trace stays on both sides, and the answer says so.
    ann.choose("Tea at four?", "Delete")
    ann.picture("deleting asks")
    ann.button("Delete for everyone").click()
    expect(ann.message("You deleted this message")).to_be_visible()
    expect(bob.message("This message was deleted")).to_be_visible()
    expect(bob.message("Gladly")).to_contain_text("a message that was deleted")
    expect(bob.page.get_by_text("Tea at four?")).to_have_count(0)
    bob.picture("deleted there")
    assert ann.errors + bob.errors == []
