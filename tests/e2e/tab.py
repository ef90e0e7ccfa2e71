"""A person at a browser tab: what they click and what they can see, by the words on the screen."""

import re
import subprocess
from dataclasses import dataclass, field
from typing import Final, Self

from playwright.sync_api import BrowserContext, ConsoleMessage, Locator, Page, expect

from tests.e2e.album import Album
from tests.support.deployment import InternalServiceProcess
from tests.support.processes import CASEMATE

PASSWORD: Final = "a long password"
PATIENCE_MS: Final = 60_000
"""Far beyond what anything here takes: a busy machine must not fail a test."""
expect.set_options(timeout=PATIENCE_MS)


def signed_in_url(service: InternalServiceProcess) -> str:
    """As a person gets one from the command line."""
    printed = subprocess.run(
        [*CASEMATE, "open", "--no-browser", "--data-dir", str(service.data_dir)],
        check=True,
        capture_output=True,
        text=True,
        timeout=PATIENCE_MS / 1000,
    ).stdout
    found = re.search(r"http://\S+", printed)
    assert found is not None, printed
    return found[0]


@dataclass
class Tab:
    """One tab. Its console must stay without errors."""

    page: Page
    album: Album
    errors: list[str] = field(default_factory=list)

    @classmethod
    def open(cls, context: BrowserContext, album: Album, service: InternalServiceProcess) -> Self:
        """A new tab of this browser, signed in to the internal service."""
        return cls.at(context, album, signed_in_url(service))

    @classmethod
    def at(cls, context: BrowserContext, album: Album, url: str) -> Self:
        tab = cls(context.new_page(), album)
        tab.page.set_default_timeout(PATIENCE_MS)
        tab.page.on("pageerror", lambda error: tab.errors.append(str(error)))
        tab.page.on("console", tab._console)
        tab.page.goto(url)
        return tab

    def _console(self, message: ConsoleMessage) -> None:
        # A killed service refuses connections, and the browser says so; everything else is ours.
        if message.type == "error" and "ERR_CONNECTION" not in message.text and "WebSocket" not in message.text:
            self.errors.append(message.text)

    def picture(self, name: str) -> None:
        self.album.add(self.page, name)

    def button(self, name: str, within: Locator | None = None) -> Locator:
        return (within or self.page).get_by_role("button", name=name, exact=True)

    # --- signing in

    def create_account(self, server: str, username: str, full_name: str) -> int:
        """From the landing page into the workspace. Answers the cid."""
        self.button("Create account").click()
        self.page.get_by_label("Server address").fill(server)
        self.page.get_by_label("Full name").fill(full_name)
        self.page.get_by_label("Username").fill(username)
        self.page.get_by_label("Password", exact=True).fill(PASSWORD)
        self.picture(f"{username} creates an account")
        self.button("Create account").click()
        self.page.wait_for_url(re.compile(r"/a/\d+"))
        expect(self.discover_button).to_be_visible()
        self.picture(f"{username} is signed in")
        return self.cid

    def resume(self, full_name: str) -> None:
        self.page.get_by_role("button", name=re.compile(f"^(Resume|Open) {full_name}")).click()
        expect(self.discover_button).to_be_visible()

    def sign_in(self, username: str, password: str = PASSWORD) -> None:
        self.button("Sign in").click()
        self.page.get_by_label("Username").fill(username)
        self.page.get_by_label("Password", exact=True).fill(password)
        self.button("Sign in").click()

    def sign_out(self, full_name: str) -> None:
        self.page.get_by_role("button", name=re.compile(f"^{full_name}, .*Account menu")).click()
        self.page.get_by_role("menuitem", name="Sign out").click()
        confirm = self.page.get_by_role("dialog").get_by_role("button", name="Sign out")
        landing = self.button("Create account")
        expect(confirm.or_(landing).first).to_be_visible()
        if confirm.is_visible():
            confirm.click()
        expect(landing).to_be_visible()

    @property
    def cid(self) -> int:
        found = re.search(r"/a/(\d+)", self.page.url)
        assert found is not None, self.page.url
        return int(found[1])

    # --- people

    @property
    def discover_button(self) -> Locator:
        return self.page.get_by_title("Find people").first

    @property
    def dialog(self) -> Locator:
        return self.page.get_by_role("dialog", name="Find people")

    def discover(self) -> None:
        self.discover_button.click()
        expect(self.dialog).to_be_visible()

    def row(self, full_name: str) -> Locator:
        return self.dialog.locator(".peer-list-item", has_text=full_name)

    def close_dialog(self) -> None:
        self.page.keyboard.press("Escape")
        expect(self.page.get_by_role("dialog")).to_have_count(0)

    def request_from(self, full_name: str) -> Locator:
        return self.page.get_by_role("listitem", name=f"Request from {full_name}")

    # --- conversations

    @property
    def direct_messages(self) -> Locator:
        return self.page.get_by_role("region", name="Direct messages")

    def open_conversation(self, full_name: str) -> None:
        self.direct_messages.get_by_role("link", name=re.compile(f"^{full_name}")).click()
        expect(self.composer).to_be_visible()

    @property
    def composer(self) -> Locator:
        return self.page.get_by_role("textbox", name=re.compile("^Message to "))

    def say(self, text: str) -> None:
        self.composer.fill(text)
        self.composer.press("Enter")

    @property
    def message_rows(self) -> Locator:
        return self.page.locator("[data-message]")

    def message(self, text: str) -> Locator:
        body = self.page.locator(".message-text", has_text=re.compile(f"^{re.escape(text)}$"))
        return self.page.locator("[data-message]").filter(has=body)

    def choose(self, words: str, action: str) -> None:
        """From the menu of a message."""
        self.message(words).click(button="right", position={"x": 40, "y": 10})
        self.page.get_by_role("menuitem", name=re.compile(f"^{action}")).click()

    def expect_status(self, text: str, *statuses: str) -> None:
        """The message's own mark: queued, sent, delivered or read."""
        mark = self.message(text).locator("[data-status]")
        expect(mark).to_have_attribute("data-status", re.compile("|".join(statuses)))

    @property
    def path_badge(self) -> Locator:
        return self.page.get_by_role("button", name=re.compile("^Connection: "))

    def expect_path(self, words: str) -> None:
        """As a screen reader tells it; eyes see the same in the badge. The words are a pattern."""
        expect(self.path_badge).to_have_accessible_name(re.compile(f"^Connection: {words}"))

    def expect_texts(self, texts: list[str]) -> None:
        """What the conversation shows in the end, in order; the newest may be there before the rest."""
        expect(self.page.locator("[data-message] .message-text")).to_have_text(texts)

    def texts(self) -> list[str]:
        """What the conversation shows now, in order."""
        return self.page.locator("[data-message] .message-text").all_inner_texts()


def make_friends(one: Tab, one_name: str, other: Tab, other_name: str) -> None:
    """From strangers to an open conversation on both sides, through the screens."""
    one.discover()
    one.button("Connect", one.row(other_name)).click()
    other.button("Accept", other.request_from(one_name)).click()
    one.close_dialog()
    for tab, peer in ((one, other_name), (other, one_name)):
        expect(tab.direct_messages.get_by_role("link", name=re.compile(f"^{peer}"))).to_be_visible()
        tab.open_conversation(peer)
