"""A preview of a link, from a page of a test's own internet to the other one's screen."""

import re
import sys
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest
from playwright.sync_api import Browser, expect

from tests.e2e.album import Album
from tests.e2e.tab import Tab, make_friends
from tests.support.deployment import Deployment

pytestmark = pytest.mark.e2e


class Site(BaseHTTPRequestHandler):
    asked: list[str]

    def do_GET(self) -> None:
        self.asked.append(self.path)
        self.send_response(200 if self.path == "/soup" else 404)
        self.send_header("Content-Type", "text/html; charset=utf-8")
        self.end_headers()
        self.wfile.write("<title>Soup for two</title><meta property=og:site_name content=Küche>".encode())

    def log_message(self, *_: object) -> None:
        """A test has its own log."""


@pytest.fixture
def site() -> Iterator[ThreadingHTTPServer]:
    server = ThreadingHTTPServer(("127.0.0.1", 0), Site)
    Site.asked = []
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield server
    server.shutdown()
    server.server_close()


def test_a_preview_is_made_by_the_writer_alone(
    browser: Browser, album: Album, deployment: Deployment, site: ThreadingHTTPServer
) -> None:
    port = site.server_address[1]
    with_internet = (sys.executable, "-m", "tests.support.own_internet", str(port))
    deployment.server.launch()
    for name in ("one", "two"):
        deployment.service(name).launch(with_internet)
    for process in (deployment.server, deployment.service("one"), deployment.service("two")):
        process.wait_ready()
    ann, bob = (Tab.open(browser.new_context(), album, deployment.service(name)) for name in ("one", "two"))
    ann.create_account(deployment.server.address, "ann", "Ann")
    bob.create_account(deployment.server.address, "bob", "Bob")
    make_friends(ann, "Ann", bob, "Bob")

    said = f"Tonight: http://soup.test:{port}/soup ?"
    ann.composer.fill(said)
    offer = ann.button(f"Add a preview of soup.test:{port}")
    expect(offer).to_be_visible()
    assert Site.asked == []
    ann.picture("a preview is offered")
    offer.click()
    made = ann.page.get_by_role("region", name="Preview of the link")
    expect(made).to_contain_text("Soup for two")
    ann.picture("a preview is made")
    ann.composer.press("Enter")
    for tab in (ann, bob):
        card = tab.message(said).get_by_role("link", name=re.compile("Soup for two"))
        expect(card).to_have_attribute("href", f"http://soup.test:{port}/soup")
        expect(card).to_contain_text(f"soup.test:{port}")
        expect(card).to_contain_text("Küche")
    bob.picture("a preview arrived")
    assert Site.asked == ["/soup"], "nobody asks but whoever writes, and only once"

    # What leads nowhere public says so.
    ann.composer.fill("http://127.0.0.1/ and http://[::1]:80/")
    expect(ann.page.get_by_role("button", name=re.compile("Add a preview"))).to_have_count(0)
    ann.composer.fill(f"http://nowhere.example:{port}/")
    ann.page.get_by_role("button", name=re.compile("Add a preview")).click()
    expect(ann.page.get_by_role("alert")).to_contain_text("did not answer")

    # An edit that keeps the link keeps its preview, one that does not drops it.
    ann.composer.fill("")
    ann.composer.press("ArrowUp")
    editing = ann.page.get_by_role("textbox", name="The message you are editing")
    editing.fill("Tonight, no soup")
    editing.press("Enter")
    expect(bob.message("Tonight, no soup").get_by_role("link")).to_have_count(0)
    assert ann.errors + bob.errors == []
