"""A conversation is saved as a file that a browser can read, and emptied on one computer alone."""

import json
import re
from pathlib import Path

import pytest
from playwright.sync_api import Browser, expect

from tests.e2e.album import Album
from tests.e2e.tab import Tab, make_friends
from tests.support.deployment import Deployment

pytestmark = pytest.mark.e2e


def exported(tab: Tab, kind: str, folder: Path) -> Path:
    tab.page.get_by_role("button", name="Export the conversation with Bob").click()
    tab.page.get_by_role("dialog").get_by_text(kind).click()
    with tab.page.expect_download() as download:
        tab.button("Save the file", tab.page.get_by_role("dialog")).click()
    expect(tab.page.get_by_role("dialog").get_by_role("status")).to_contain_text("are in the file")
    tab.button("Close", tab.page.get_by_role("dialog")).last.click()
    path = folder / download.value.suggested_filename
    download.value.save_as(path)
    return path


def test_a_conversation_as_a_file_and_emptied(
    browser: Browser, album: Album, deployment: Deployment, tmp_path: Path
) -> None:
    deployment.start("one", "two")
    ann, bob = (Tab.open(browser.new_context(), album, deployment.service(name)) for name in ("one", "two"))
    ann.create_account(deployment.server.address, "ann", "Ann")
    bob.create_account(deployment.server.address, "bob", "Bob")
    make_friends(ann, "Ann", bob, "Bob")
    hostile = "<script>document.title = 'run'</script>"
    for tab, text in ((ann, "good morning"), (bob, hostile), (ann, "zuletzt: שלום")):
        tab.say(text)
        expect(ann.message(text)).to_be_visible()
        expect(bob.message(text)).to_be_visible()

    conversation = ann.page.url
    ann.button("Settings").click()
    storage = ann.page.get_by_role("region", name="Storage")
    expect(storage).to_contain_text("3 messages")
    storage.scroll_into_view_if_needed()
    ann.picture("storage")
    page = exported(ann, "Web page, to read", tmp_path)
    records = json.loads(exported(ann, "JSON, for programs", tmp_path).read_text())
    assert [message["text"] for message in records["messages"]] == ["good morning", hostile, "zuletzt: שלום"]
    reader = browser.new_context().new_page()
    reader.goto(page.as_uri())
    expect(reader.locator("article")).to_have_count(3)
    expect(reader.locator("article p").nth(1)).to_have_text(hostile)
    assert reader.title() == "Ann and Bob"
    album.add(reader, "an exported conversation")

    storage.get_by_role("button", name="Empty the conversation with Bob").click()
    ann.picture("before it is emptied")
    ann.button("Empty it", ann.page.get_by_role("dialog")).click()
    expect(storage).not_to_contain_text("3 messages")
    ann.page.goto(conversation)
    expect(ann.page.get_by_text("No messages yet. Say hello")).to_be_visible()
    expect(ann.message_rows).to_have_count(0)
    expect(bob.message("good morning")).to_be_visible()
    bob.say("still here?")
    expect(ann.message("still here?")).to_be_visible()
    keep = ann.page.get_by_role("combobox", name=re.compile("^Keep messages"))
    ann.button("Settings").click()
    keep.select_option("30 days")
    ann.picture("before old messages are erased")
    ann.button("Erase older ones").click()
    expect(ann.button("Erase older ones")).to_have_count(0)
    ann.page.reload()
    expect(keep).to_have_value("30")
    assert ann.errors == []
    assert bob.errors == []
