"""The whole way of two people who have never seen Casemate: from a wheel on each computer to a conversation.

There is no source tree and no Node where they are, each has a network of their own with a cable between them, and each
browser stands on its person's computer. They type what the README says, and press what the screens offer.
"""

import re
import time
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import Final
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Playwright, ViewportSize, expect

from tests.e2e.album import Album
from tests.e2e.browser import CHROMIUM_ARGUMENTS, chromium_path
from tests.e2e.conftest import album_of
from tests.e2e.presses import count_presses
from tests.e2e.tab import PASSWORD, Tab
from tests.support.installed import Packed
from tests.support.persons_computer import PersonsComputer
from tests.support.two_hosts import Host, two_hosts, why_no_two_hosts
from tests.support.up import Up

pytestmark = [
    pytest.mark.e2e,
    pytest.mark.own_network,
    pytest.mark.skipif(why_no_two_hosts() is not None, reason=why_no_two_hosts() or ""),
]

MOST_PRESSES: Final = 4


@dataclass
class Person:
    """At their computer, with a browser on it."""

    host: Host
    computer: PersonsComputer
    tab: Tab
    presses: list[str]

    def types_in(self, label: str, text: str) -> None:
        """Nothing is pressed for it: the place for it has the focus already."""
        expect(self.tab.page.get_by_label(label, exact=True)).to_be_focused()
        self.tab.page.keyboard.type(text)

    def introduces(self, full_name: str, username: str) -> None:
        """In a form that asks who one is; sent with Enter."""
        keyboard = self.tab.page.keyboard
        self.types_in("Full name", full_name)
        keyboard.press("Tab")
        self.types_in("Username", username)
        keyboard.press("Tab")
        self.types_in("Password", PASSWORD)
        self.tab.picture(f"{username} says who it is")
        keyboard.press("Enter")

    def writes(self, text: str) -> None:
        """In the conversation that is open, without having pressed anything for it."""
        expect(self.tab.composer).to_be_focused()
        self.tab.page.keyboard.type(text)
        self.tab.page.keyboard.press("Enter")


@pytest.fixture
def album(request: pytest.FixtureRequest) -> Album:
    return album_of(request)


@pytest.fixture
def people(
    playwright: Playwright, album: Album, packed: Packed, wheels: Path, tmp_path: Path
) -> Iterator[tuple[Person, Person]]:
    """Each has the wheel in a folder. One sits at a desk, the other has a narrow window, in the dark."""
    desk, narrow = ViewportSize(width=1280, height=800), ViewportSize(width=390, height=800)
    with two_hosts() as hosts, ExitStack() as ends:
        people = []
        for number, (host, size) in enumerate(zip(hosts, (desk, narrow), strict=True)):
            computer = PersonsComputer(host, tmp_path / f"home-{number}", wheels)
            chromium = computer.program_there(chromium_path() or "", tmp_path / f"chromium-{number}")
            browser = playwright.chromium.launch(executable_path=chromium, args=list(CHROMIUM_ARGUMENTS))
            ends.callback(browser.close)
            context = browser.new_context(color_scheme="dark" if number else "light", viewport=size)
            context.grant_permissions(["clipboard-read", "clipboard-write"])
            presses = count_presses(context)
            people.append(Person(host, computer, Tab.at(context, album, "about:blank"), presses))
        yield people[0], people[1]


def ended_in_order(up: Up) -> None:
    up.process.terminate()
    assert up.end() == 0, up.err


def test_from_a_wheel_on_each_of_two_computers_to_a_conversation(
    people: tuple[Person, Person], packed: Packed, album: Album
) -> None:
    alice, bob = people
    install_line = f"uvx --from {packed.wheel} casemate join"
    with ExitStack() as ends:
        began = time.perf_counter()
        alice.computer.run(f"uv tool install {packed.wheel}")
        up = alice.computer.start(f"casemate up --install-line '{install_line}'")
        ends.callback(up.kill_everything)
        alice.tab.page.goto(up.url())
        started = time.perf_counter() - began
        expect(alice.tab.button("Create account")).to_be_visible()
        alice.tab.picture("the first screen")
        alice.tab.button("Create account").click()
        alice.introduces("Alice Liddell", "alice")
        alice.tab.button("Invite people").last.click()
        alice.tab.picture("nobody else reaches the server")
        alice.tab.button("Listen on the network and make a link").click()
        field = alice.tab.page.get_by_role("textbox", name="For one person")
        expect(field).to_be_focused()
        expect(field).to_have_js_property("scrollLeft", 0)  # whoever looks sees where it leads
        link = field.input_value()
        assert urlsplit(link).hostname in (alice.host.v4, alice.host.v6)
        alice.tab.picture("a link for somebody elsewhere")
        alice.tab.button("Copy invitation").click()
        expect(alice.tab.page.get_by_role("status").filter(has_text="Copied")).to_be_visible()
        invitation = alice.tab.page.evaluate("navigator.clipboard.readText()")
        assert link in invitation
        assert install_line in invitation
        invited = time.perf_counter() - began

        # The browser alone shows what to do; the server that serves this page never hears of the secret.
        bob.tab.page.goto(link)
        line = bob.tab.page.locator("code").first
        expect(line).to_have_text(install_line)
        bob.tab.picture("the link in a browser")
        line.click()
        typed = bob.tab.page.evaluate("getSelection().toString()").strip()
        joining = bob.computer.start(typed, typed=f"{bob.tab.page.url}\n")
        ends.callback(joining.kill_everything)
        bob.tab.page.goto(joining.url())
        assert link.partition("#")[2] not in bob.tab.page.url
        server = bob.tab.page.get_by_role("region", name="The server of this invitation")
        expect(server).to_contain_text("Verified by the invitation")
        expect(server).to_contain_text(urlsplit(link).netloc)
        bob.introduces("Bob Dodgson", "bob")
        bob.writes("I am in")
        bob.tab.expect_status("I am in", "delivered", "read")
        delivered = time.perf_counter() - began
        bob.tab.picture("the first message")

        expect(alice.tab.message("I am in")).to_be_visible()  # it opened by itself
        alice.writes("Welcome")
        expect(bob.tab.message("Welcome")).to_be_visible()
        for person in people:
            person.tab.expect_path(r"direct, round trip (<1|\d+) ms$")
            person.tab.picture("directly")
            assert person.tab.errors == []
            assert 0 < len(person.presses) <= MOST_PRESSES, person.presses
        print(f"screenshots: {album.directory}")
        print(f"pressed: {alice.presses} and {bob.presses}")
        print(f"s since nothing was installed: started {started:.1f}, invited {invited:.1f}, delivered {delivered:.1f}")
        ended_in_order(joining)
        ended_in_order(up)
    assert re.findall(r"casemate1-\S+", up.out + up.err + joining.out + joining.err) == []
