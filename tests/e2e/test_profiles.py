"""Two people with pictures, statuses and nicknames, and a password that changes, in real browsers."""

import re
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Locator, Page, expect

from tests.e2e.album import Album
from tests.e2e.tab import PASSWORD, Tab, make_friends
from tests.support.deployment import Deployment

pytestmark = pytest.mark.e2e

PNG_BY_CANVAS = """async () => {
  const canvas = new OffscreenCanvas(900, 500), context = canvas.getContext("2d");
  const sky = context.createLinearGradient(0, 0, 0, 500);
  sky.addColorStop(0, "#3b82c4"); sky.addColorStop(1, "#f4c97a");
  context.fillStyle = sky; context.fillRect(0, 0, 900, 500);
  context.fillStyle = "#5b3a29"; context.beginPath(); context.arc(450, 260, 130, 0, 7); context.fill();
  const blob = await canvas.convertToBlob({ type: "image/png" });
  return [...new Uint8Array(await blob.arrayBuffer())];
}"""
SEEN = """image => image.complete && [image.naturalWidth, image.naturalHeight].join()"""


def choose_picture(tab: Tab, folder: Path) -> Locator:
    """The dialog in which it is cut."""
    file = folder / "holiday.png"
    file.write_bytes(bytes(tab.page.evaluate(PNG_BY_CANVAS)))
    tab.page.get_by_label("A picture of yours").set_input_files(file)
    dialog = tab.page.get_by_role("dialog", name="Your picture")
    expect(dialog).to_be_visible()
    return dialog


def settings(tab: Tab) -> None:
    tab.page.goto(re.sub(r"(/a/\d+).*", r"\1/settings", tab.page.url))
    expect(tab.page.get_by_role("heading", name="Settings", exact=True)).to_be_visible()


def pictures(page: Page) -> Locator:
    return page.locator('img[src^="data:image/jpeg"]')


def test_two_people_see_each_other(browser: Browser, album: Album, deployment: Deployment, tmp_path: Path) -> None:
    deployment.start()
    ann, bob = (Tab.open(browser.new_context(), album, deployment.service()) for _ in range(2))
    ann.create_account(deployment.server.address, "ann", "Ann Ash")
    bob.create_account(deployment.server.address, "bob", "Bob Birch")
    make_friends(ann, "Ann Ash", bob, "Bob Birch")
    ann.say("hello Bob")
    expect(pictures(bob.page)).to_have_count(0)
    conversation = ann.page.url

    settings(ann)
    ann.picture("profile without a picture")
    dialog = choose_picture(ann, tmp_path)
    stage = dialog.get_by_role("application")
    stage.focus()
    for key in ("+", "+", "ArrowLeft", "ArrowUp", "-"):
        ann.page.keyboard.press(key)
    box = stage.bounding_box()
    assert box is not None
    ann.page.mouse.move(box["x"] + 100, box["y"] + 100)
    ann.page.mouse.down()
    ann.page.mouse.move(box["x"] + 130, box["y"] + 110, steps=4)
    ann.page.mouse.up()
    ann.picture("cutting a picture")
    ann.button("Use this picture", dialog).click()
    expect(dialog).to_be_hidden()
    own = ann.page.get_by_role("region", name="Profile").locator("img")
    expect(own).to_be_visible()
    assert own.evaluate(SEEN) == "256,256"
    ann.page.get_by_role("textbox", name="Status").fill("In the garden 🌱 until the rain comes")
    ann.page.get_by_role("combobox", name="For how long").select_option("For four hours")
    ann.button("Set status").click()
    expect(ann.page.get_by_text(re.compile("see it, until "))).to_be_visible()
    ann.picture("profile with a picture and a status")

    expect(pictures(bob.page).first).to_be_visible()
    assert pictures(bob.page).first.evaluate(SEEN) == "256,256"
    assert pictures(bob.page).count() >= 3, "in the list, in the head, and beside what she wrote"
    expect(
        bob.page.get_by_role("main").locator("header").get_by_text("In the garden 🌱 until the rain comes")
    ).to_be_visible()
    bob.button("Details").click()
    bob.button("Nickname and notes…").click()
    bob.page.get_by_label("Nickname", exact=True).fill("The neighbour")
    bob.page.get_by_label("Notes", exact=True).fill("Likes rain.\nBring the ladder back!")
    bob.picture("a nickname is written")
    bob.button("Save").click()
    about = bob.page.get_by_role("complementary", name="About The neighbour")
    expect(about.get_by_text("Signs as Ann Ash")).to_be_visible()
    expect(bob.page.get_by_role("textbox", name="Message to The neighbour")).to_be_visible()
    bob.picture("a person with picture, status, nickname and note")
    bob.page.emulate_media(color_scheme="dark")
    bob.picture("the same in the dark")
    bob.page.set_viewport_size({"width": 390, "height": 844})
    bob.picture("the same on a phone")
    bob.page.reload()
    bob.page.set_viewport_size({"width": 1280, "height": 800})
    expect(pictures(bob.page).first).to_be_visible()

    ann.page.reload()
    ann.button("Remove", ann.page.get_by_role("region", name="Profile")).click()
    expect(pictures(bob.page)).to_have_count(0)
    ann.page.goto(conversation)
    for tab in (ann, bob):
        assert tab.errors == []


def test_whom_one_turned_away_stands_in_lists(browser: Browser, album: Album, deployment: Deployment) -> None:
    deployment.start()
    ann, bob, cara = (Tab.open(browser.new_context(), album, deployment.service()) for _ in range(3))
    for tab, username, name in ((ann, "ann", "Ann Ash"), (bob, "bob", "Bob Birch"), (cara, "cara", "Cara Cedar")):
        tab.create_account(deployment.server.address, username, name)
    make_friends(ann, "Ann Ash", bob, "Bob Birch")
    cara.discover()
    cara.button("Connect", cara.row("Ann Ash")).click()
    ann.button("Decline", ann.request_from("Cara Cedar")).click()
    ann.button("Details").click()
    ann.button("Block…").click()
    ann.button("Block", ann.page.get_by_role("complementary")).click()
    expect(ann.button("Unblock").first).to_be_visible()
    ann.page.goto(re.sub(r"(/a/\d+).*", r"\1/people", ann.page.url))
    blocked = ann.page.get_by_role("region", name="Blocked")
    declined = ann.page.get_by_role("region", name="Declined")
    expect(blocked.get_by_text("Bob Birch")).to_be_visible()
    expect(declined.get_by_text(re.compile("^Request declined: Today, "))).to_be_visible()
    ann.picture("people who were turned away")
    ann.page.set_viewport_size({"width": 390, "height": 844})
    ann.picture("people who were turned away on a phone")
    ann.button("Unblock", blocked).click()
    expect(blocked.get_by_text(re.compile("^Nobody"))).to_be_visible()
    ann.button("Ask them to talk", declined).click()
    expect(declined.get_by_text(re.compile("^Nobody"))).to_be_visible()
    cara.close_dialog()
    cara.button("Accept", cara.request_from("Ann Ash")).click()
    expect(ann.page.get_by_text(re.compile("^Connected"))).to_have_count(2)
    for tab in (ann, bob, cara):
        assert tab.errors == []


def test_a_password_is_changed(browser: Browser, album: Album, deployment: Deployment) -> None:
    deployment.start()
    ann = Tab.open(browser.new_context(), album, deployment.service())
    ann.create_account(deployment.server.address, "ann", "Ann Ash")
    settings(ann)
    ann.button("Change password…").click()
    dialog = ann.page.get_by_role("dialog", name="Change your password")
    for label, text in (
        ("Password until now", "not it at all"),
        ("New password", "a longer one, indeed"),
        ("New password again", "a longer one, indeed"),
    ):
        dialog.get_by_label(label, exact=True).fill(text)
    ann.button("Change password", dialog).click()
    expect(dialog.get_by_text("That password does not open this account.")).to_be_visible()
    ann.picture("a wrong password")
    dialog.get_by_label("Password until now", exact=True).fill(PASSWORD)
    ann.button("Change password", dialog).click()
    expect(ann.page.get_by_text("The new password is in force.")).to_be_visible()
    ann.sign_out("Ann Ash")
    ann.sign_in("ann", "a longer one, indeed")
    expect(ann.discover_button).to_be_visible()
    assert ann.errors == []
