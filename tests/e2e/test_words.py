"""Words are never lost: whatever is switched, reloaded, closed, killed or signed out while one writes."""

import re
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Final

import pytest
from playwright.sync_api import BrowserContext, Page, Playwright, expect

from tests.e2e.album import Album
from tests.e2e.browser import CHROMIUM_ARGUMENTS, chromium_path
from tests.e2e.tab import Tab, make_friends, signed_in_url
from tests.support.deployment import Deployment

pytestmark = pytest.mark.e2e

CANARY: Final = "canary-7f3a-words"
FIELD_TO_KEEP: Final = "<input aria-label='nothing is said of this field'>"
RECORDS: Final = """
new Promise((done) => {
    const opening = indexedDB.open("casemate");
    opening.onsuccess = () => {
        const names = opening.result.objectStoreNames;
        if (!names.contains("words")) return done([]);
        const all = opening.result.transaction("words").objectStore("words").getAll();
        all.onsuccess = () => done(all.result.map((record) => record.id));
    };
})
"""

FILES: Final = """
performance.getEntriesByType("resource")
    .filter((file) => new URL(file.name).pathname.startsWith("/assets/"))
    .map((file) => [file.name, file.workerFinalSourceType])
"""
"""What the page has loaded, and where its worker's routes had it from."""

KEPT: Final = """
(async () => {
    const paths = [];
    for (const name of await caches.keys())
        for (const request of await (await caches.open(name)).keys()) {
            const address = new URL(request.url);
            paths.push(address.pathname + address.search);
        }
    return paths;
})()
"""


@pytest.fixture
def profile(tmp_path: Path) -> Path:
    return tmp_path / "profile"


@pytest.fixture
def context(playwright: Playwright, profile: Path) -> Iterator[BrowserContext]:
    """A browser with a profile on the disk: what it keeps outlives it, and can be looked at."""
    context = playwright.chromium.launch_persistent_context(
        profile, executable_path=chromium_path(), args=list(CHROMIUM_ARGUMENTS)
    )
    yield context
    context.close()


@pytest.fixture
def writer(context: BrowserContext, album: Album, deployment: Deployment) -> Tab:
    """User One in a conversation with User Two; User Three is on the same computer, too."""
    deployment.start("one", "two")
    one = Tab.open(context, album, deployment.service("one"))
    two = Tab.open(context, album, deployment.service("two"))
    one.create_account(deployment.server.address, "UserOne", "User One")
    two.create_account(deployment.server.address, "UserTwo", "User Two")
    make_friends(one, "User One", two, "User Two")
    third = Tab.open(context, album, deployment.service("one"))
    third.create_account(deployment.server.address, "UserThree", "User Three")
    third.page.close()
    two.page.close()
    one.page.bring_to_front()
    one.open_conversation("User Two")
    return one


def switch_to(tab: Tab, full_name: str) -> None:
    tab.page.get_by_role("navigation", name="Accounts").get_by_role("button", name=re.compile(f"^{full_name}")).click()


def records(page: Page) -> list[str]:
    found: list[str] = page.evaluate(RECORDS)
    return found


def wait_until_sealed(tab: Tab, texts: int) -> None:
    """The browser has written this many records down, and would let the tab be closed without a question."""
    tab.page.wait_for_function(f"() => {RECORDS.strip()}.then((ids) => ids.length === {texts})")
    tab.page.wait_for_function("() => window.dispatchEvent(new Event('beforeunload', { cancelable: true }))")


def reopened(tab: Tab, context: BrowserContext, address: str) -> Tab:
    """A new tab of the same browser at that address."""
    new = Tab(context.new_page(), tab.album)
    new.page.set_default_timeout(60_000)
    new.page.goto(address)
    return new


def test_a_draft_outlives_switching_adding_reloading_closing_and_a_kill(
    writer: Tab, context: BrowserContext, deployment: Deployment
) -> None:
    address = writer.page.url
    writer.composer.press_sequentially("begun")
    switch_to(writer, "User Three")
    expect(writer.composer).to_have_count(0)
    switch_to(writer, "User One")
    writer.open_conversation("User Two")
    expect(writer.composer).to_have_value("begun")

    writer.composer.press_sequentially(" and")
    writer.button("Add an account").click()
    expect(writer.button("Create account")).to_be_visible()
    writer.page.go_back()
    expect(writer.composer).to_have_value("begun and")

    writer.composer.press_sequentially(" gone")
    writer.page.reload()
    expect(writer.composer).to_have_value("begun and gone")

    # Closed while the last key is younger than the pause before a draft is told.
    writer.composer.press_sequentially(" on")
    writer.page.close(run_before_unload=True)
    again = reopened(writer, context, address)
    expect(again.composer).to_have_value("begun and gone on")

    deployment.service("one").kill()
    deployment.service("one").start()
    expect(again.composer).to_have_value("begun and gone on")
    again.page.close()
    last = reopened(writer, context, address)
    expect(last.composer).to_have_value("begun and gone on")
    last.composer.press("Enter")
    last.expect_status("begun and gone on", "sent", "delivered")
    last.page.reload()
    expect(last.message("begun and gone on")).to_be_visible()
    expect(last.composer).to_have_value("")


def test_two_windows_write_side_by_side_and_what_one_left_is_offered(writer: Tab, context: BrowserContext) -> None:
    address = writer.page.url
    writer.composer.fill("in the first window")
    other = reopened(writer, context, address)
    offers = other.page.get_by_role("list", name="Begun in other windows")
    expect(offers).to_contain_text("in the first window")
    expect(other.composer).to_have_value("")
    other.composer.fill("in the second")
    other.picture("begun in another window")
    other.page.reload()
    expect(other.composer).to_have_value("in the second")
    other.button("Take it here").click()
    expect(other.composer).to_have_value("in the second\nin the first window")
    expect(writer.composer).to_have_value("")
    expect(offers).to_have_count(0)

    other.page.close()
    expect(writer.page.get_by_role("list", name="Begun in other windows")).to_contain_text("in the second")
    writer.button("Discard").click()
    expect(writer.page.get_by_role("list", name="Begun in other windows")).to_have_count(0)


def test_words_in_hand_outlive_the_tab_and_are_handed_over_once(
    writer: Tab, context: BrowserContext, deployment: Deployment
) -> None:
    address = writer.page.url
    deployment.service("one").kill()
    writer.say("one")
    writer.say("two")
    writer.composer.press_sequentially("three")
    wait_until_sealed(writer, 3)
    writer.picture("kept in this browser")
    switch_to(writer, "User Three")
    expect(writer.composer).to_have_count(0)
    writer.picture("another account while the service is gone")
    switch_to(writer, "User One")
    writer.open_conversation("User Two")
    expect(writer.composer).to_have_value("three")
    expect(writer.page.get_by_text("Kept in this browser, sealed.")).to_be_visible()

    writer.page.close()
    deployment.service("one").start()
    again = reopened(writer, context, address)
    again.expect_texts(["one", "two"])
    again.expect_status("two", "sent", "delivered")
    expect(again.composer).to_have_value("three")
    again.page.wait_for_function(f"() => {RECORDS.strip()}.then((ids) => ids.length === 0)")
    again.page.reload()
    again.expect_texts(["one", "two"])


def test_words_in_hand_are_handed_over_although_one_has_left_the_account(writer: Tab, deployment: Deployment) -> None:
    deployment.service("one").kill()
    writer.say("left behind")
    switch_to(writer, "User Three")
    deployment.service("one").start()
    writer.page.wait_for_function(f"() => {RECORDS.strip()}.then((ids) => ids.length === 0)")
    switch_to(writer, "User One")
    writer.open_conversation("User Two")
    writer.expect_texts(["left behind"])


def test_signing_out_asks_and_keeps_what_the_service_does_not_have(writer: Tab) -> None:
    long = "a text that is too long for a draft " * 2_000
    writer.composer.fill(long)
    wait_until_sealed(writer, 1)
    writer.page.get_by_role("button", name=re.compile("^User One, .*Account menu")).click()
    writer.page.get_by_role("menuitem", name="Sign out").click()
    asked = writer.page.get_by_role("dialog")
    expect(asked).to_contain_text("not taken over yet")
    writer.picture("signing out with words in hand")
    writer.button("Stay", asked).click()
    expect(writer.composer).to_have_value(long)
    writer.sign_out("User One")
    writer.sign_in("UserOne")
    expect(writer.discover_button).to_be_visible()
    writer.open_conversation("User Two")
    expect(writer.composer).to_have_value(long)
    writer.composer.press("Enter")
    expect(writer.page.locator("[data-message] [data-status]")).to_have_count(1)
    wait_until_sealed(writer, 0)


def test_signing_out_in_another_tab_keeps_what_stands_in_this_one(
    writer: Tab, context: BrowserContext, deployment: Deployment
) -> None:
    writer.composer.press_sequentially("still here")
    other = reopened(writer, context, re.sub(r"/c/.*", "", writer.page.url))
    expect(other.discover_button).to_be_visible()
    other.sign_out("User One")
    other.page.close()
    password = writer.page.get_by_label("Password", exact=True)
    expect(password).to_be_visible()
    password.fill("a long password")
    writer.button("Sign in").click()
    expect(writer.composer).to_have_value("still here")


def test_a_page_survives_a_reload_without_its_service_and_comes_back_by_itself(
    writer: Tab, context: BrowserContext, profile: Path, deployment: Deployment
) -> None:
    wait_for_the_shell(writer)
    launch = signed_in_url(deployment.service("one"))
    signing_in = context.new_page()
    signing_in.goto(launch)
    signing_in.close()
    deployment.service("one").kill()
    writer.say("written before the reload")
    writer.composer.press_sequentially("begun before the reload")
    wait_until_sealed(writer, 2)
    writer.page.reload()
    expect(writer.page.get_by_text("Casemate on this computer does not answer")).to_be_visible()
    expect(writer.page.get_by_text("casemate internal-service --data-dir")).to_be_visible()
    writer.picture("reloaded without a service")
    deployment.service("one").start()
    writer.expect_texts(["written before the reload"])
    expect(writer.composer).to_have_value("begun before the reload")

    kept: list[str] = writer.page.evaluate(KEPT)
    assert "/" in kept
    assert all(path == "/" or path.startswith("/assets/") for path in kept), kept
    cookies = [cookie["value"] for cookie in context.cookies()]
    token = deployment.service("one").token
    context.close()
    shell = profile / "Default" / "Service Worker" / "CacheStorage"
    contents = [path.read_bytes() for path in shell.rglob("*") if path.is_file()]
    assert any(b"casemate-shell-" in content for content in contents), "the shell is where this test looks"
    for secret in (launch.partition("launch=")[2], token, *cookies):
        assert secret
        assert not any(secret.encode() in content for content in contents)


def test_the_kept_page_is_not_shown_when_the_service_answers(writer: Tab) -> None:
    wait_for_the_shell(writer)
    # Whoever is not let in sees that, and not a page that looks as if it worked.
    writer.page.context.clear_cookies()
    writer.page.reload()
    expect(writer.page.get_by_role("heading", name="This browser is not signed in yet")).to_be_visible()


def test_a_new_tab_has_its_files_from_what_is_kept_without_asking_the_worker(
    writer: Tab, context: BrowserContext
) -> None:
    wait_for_the_shell(writer)
    tab = context.new_page()
    tab.goto(writer.page.url)
    expect(tab.get_by_role("textbox", name=re.compile("^Message to "))).to_be_visible()
    files: list[tuple[str, str]] = tab.evaluate(FILES)
    assert files
    assert {source for _, source in files} == {"cache"}, files
    tab.close()


def wait_for_the_shell(tab: Tab) -> None:
    """The worker has everything that it keeps, and answers for this page."""
    tab.page.wait_for_function("() => navigator.serviceWorker.controller !== null")


def test_nothing_readable_gets_to_the_disk(
    writer: Tab, context: BrowserContext, profile: Path, deployment: Deployment
) -> None:
    keys: set[str] = set()

    def heard(frame: str | bytes) -> None:
        keys.update(re.findall(r'"browser_key":\{"hex":"([0-9a-f]{64})"', str(frame)))

    writer.page.on("websocket", lambda socket: socket.on("framereceived", heard))
    writer.page.reload()
    writer.composer.press_sequentially(f"{CANARY} as a draft")
    assert keys, "the key of this account went over the socket"
    deployment.service("one").kill()
    writer.say(f"{CANARY} as a message")
    writer.composer.fill(f"{CANARY} as another draft")
    wait_until_sealed(writer, 2)
    sealed = records(writer.page)
    wait_until_fields_are_kept(writer, profile)
    context.close()  # everything is written to the disk by then
    assert holding(profile, *forms(sealed[0])), "the records are among these"
    for secret in (CANARY, *keys):
        assert not holding(profile, *forms(secret))
    for key in keys:
        assert not holding(profile, bytes.fromhex(key))


def test_a_password_that_is_shown_gets_not_to_the_disk(
    writer: Tab, context: BrowserContext, profile: Path, deployment: Deployment
) -> None:
    writer.sign_out("User One")
    writer.button("Sign in").click()
    password = writer.page.get_by_label("Password", exact=True)
    password.fill(f"{CANARY} a password")
    writer.button("Show what I type").click()
    expect(password).to_have_attribute("type", "text")
    password.press_sequentially(" and more")
    wait_until_fields_are_kept(writer, profile)
    context.close()
    assert not holding(profile, *forms(CANARY))


def wait_until_fields_are_kept(tab: Tab, profile: Path) -> None:
    """The browser has written to its disk what stands in the fields of this page, to restore it with the window."""
    field = tab.page.get_by_label("nothing is said of this field")
    tab.page.evaluate(f"() => document.body.insertAdjacentHTML('beforeend', `{FIELD_TO_KEEP}`)")
    field.fill("kept by the browser")
    deadline = time.monotonic() + 60
    while not holding(profile / "Default" / "Sessions", *forms("kept by the browser")):
        assert time.monotonic() < deadline, "this browser keeps fields where this test looks"
        tab.page.wait_for_timeout(100)


def holding(profile: Path, *forms: bytes) -> list[str]:
    """The browser's files that hold one of these."""
    files = {path: path.read_bytes() for path in profile.rglob("*") if path.is_file()}
    return [str(path.relative_to(profile)) for path, content in files.items() if any(one in content for one in forms)]


def forms(text: str) -> tuple[bytes, ...]:
    """As a browser may write it."""
    return text.encode(), text.encode("utf-16-le"), text.encode("utf-16-be")
