"""The local web surface, attacked from a page of another origin in the browser that is signed in."""

import threading
import webbrowser
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, Playwright, expect

from casemate.cli.open import launch_url, open_in_browser
from casemate.crypto.invite import Invitation, write_invitation
from casemate.crypto.keys import Ed25519Public, InviteSecret
from casemate.protocol.ids import AccountId, InviteId
from tests.e2e.album import Album
from tests.e2e.browser import CHROMIUM_ARGUMENTS, chromium_path
from tests.e2e.tab import Tab
from tests.support.deployment import Deployment, InternalServiceProcess

pytestmark = pytest.mark.e2e

TRY_SOCKET = """url => new Promise(resolve => {
    const socket = new WebSocket(url);
    socket.onmessage = message => resolve("open: " + message.data);
    socket.onerror = () => resolve("refused");
    socket.onclose = () => resolve("refused");
})"""
TRY_FETCH = """async ([url, options]) => {
    try {
        const answer = await fetch(url, options);
        return answer.type === "opaque" ? "opaque" : `${answer.status} ${await answer.text()}`;
    } catch (error) { return "refused"; }
}"""
LOAD_FRAME = """url => new Promise(resolve => {
    const frame = document.createElement("iframe");
    frame.src = url;
    frame.onload = () => resolve();
    document.body.append(frame);
})"""


class ElsewherePage(BaseHTTPRequestHandler):
    def do_GET(self) -> None:
        self.send_response(200)
        self.send_header("Content-Type", "text/html")
        self.end_headers()
        self.wfile.write(b"<!doctype html><title>elsewhere</title><h1>elsewhere</h1>")

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002
        pass


@pytest.fixture
def elsewhere() -> Iterator[str]:
    """A page of another origin on this computer."""
    with ThreadingHTTPServer(("127.0.0.1", 0), ElsewherePage) as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        yield f"http://127.0.0.1:{server.server_address[1]}/"
        server.shutdown()
        thread.join()


@pytest.fixture
def service(deployment: Deployment) -> InternalServiceProcess:
    deployment.start()
    return deployment.service()


@pytest.fixture
def signed_in(browser: Browser, album: Album, service: InternalServiceProcess) -> BrowserContext:
    """A browser with the service's cookie."""
    context = browser.new_context()
    tab = Tab.open(context, album, service)
    expect(tab.button("Create account")).to_be_visible()
    assert tab.page.evaluate(TRY_SOCKET, service.socket_url).startswith("open: ")
    return context


@pytest.fixture
def foreign(signed_in: BrowserContext, elsewhere: str) -> Page:
    page = signed_in.new_page()
    page.goto(elsewhere)
    return page


def test_a_page_of_another_origin_opens_no_socket(foreign: Page, service: InternalServiceProcess) -> None:
    assert foreign.evaluate(TRY_SOCKET, service.socket_url) == "refused"
    assert foreign.evaluate(TRY_SOCKET, service.socket_url.replace("127.0.0.1", "localhost")) == "refused"


def test_a_page_of_another_origin_reads_nothing_and_changes_nothing(
    foreign: Page, service: InternalServiceProcess
) -> None:
    for options in ({"credentials": "include"}, {"method": "POST", "credentials": "include", "body": "{}"}):
        assert foreign.evaluate(TRY_FETCH, [service.web_url, options]) == "refused"


def test_the_ui_cannot_be_put_into_a_frame(foreign: Page, service: InternalServiceProcess, album: Album) -> None:
    foreign.evaluate(LOAD_FRAME, service.web_url)
    album.add(foreign, "framed")
    [inside] = foreign.main_frame.child_frames
    assert not inside.url.startswith(service.web_url), "the browser shows its own page of the refusal"


def test_another_host_name_for_the_same_address_is_refused(
    signed_in: BrowserContext, service: InternalServiceProcess, album: Album
) -> None:
    """What a name that was rebound to this computer would look like."""
    page = signed_in.new_page()
    answer = page.goto(service.web_url.replace("127.0.0.1", "rebound.localhost"))
    assert answer is not None
    assert answer.status in {403, 421}
    album.add(page, "another host name")
    assert page.get_by_role("button", name="Create account").count() == 0


def test_without_a_launch_token_a_page_explains_itself(
    browser: Browser, service: InternalServiceProcess, album: Album
) -> None:
    page = browser.new_context().new_page()
    answer = page.goto(service.web_url)
    assert answer is not None
    assert answer.status in {401, 403}
    album.add(page, "not signed in")
    expect(page.get_by_text("casemate open")).to_be_visible()
    assert page.evaluate(TRY_SOCKET, service.socket_url) == "refused"


def test_the_file_that_a_browser_is_started_with_signs_it_in(
    browser: Browser, album: Album, service: InternalServiceProcess, monkeypatch: pytest.MonkeyPatch
) -> None:
    opened: list[str] = []
    monkeypatch.setattr(webbrowser, "open", opened.append)
    monkeypatch.setenv("DISPLAY", ":0")
    url = launch_url(service.data_dir)
    open_in_browser(url, service.data_dir)
    [address] = opened
    assert address.startswith("file:///")
    context = browser.new_context()
    page = context.new_page()
    page.goto(address)
    expect(page.get_by_role("button", name="Create account")).to_be_visible()
    assert page.url == service.web_url
    album.add(page, "signed in through the file")
    page.goto(address)  # from the history, when its key is used up: this browser is signed in, so it goes on
    expect(page.get_by_role("button", name="Create account")).to_be_visible()
    stranger = browser.new_context().new_page()
    stranger.goto(address)
    expect(stranger.get_by_text("has been used")).to_be_visible()
    expect(stranger.get_by_text(f"open --data-dir {service.data_dir}")).to_be_visible()
    album.add(stranger, "the file, opened again by somebody else")


def test_a_browser_is_signed_out_in_the_settings_of_another(
    browser: Browser, album: Album, deployment: Deployment, service: InternalServiceProcess
) -> None:
    firefox = "Mozilla/5.0 (X11; Linux x86_64; rv:130.0) Gecko/20100101 Firefox/130.0"
    lost = Tab.open(browser.new_context(user_agent=firefox), album, service)
    mine = Tab.open(browser.new_context(), album, service)
    cid = mine.create_account(deployment.server.address, "ann", "Ann Ash")
    mine.page.goto(f"{service.web_url}a/{cid}/settings")
    part = mine.page.get_by_role("region", name="Signed-in browsers")
    expect(part.get_by_role("listitem")).to_have_count(2)
    expect(part.get_by_text("This one.")).to_have_count(1)
    part.scroll_into_view_if_needed()
    mine.picture("two browsers")
    mine.page.emulate_media(color_scheme="dark")
    mine.page.set_viewport_size({"width": 390, "height": 844})
    part.scroll_into_view_if_needed()
    mine.picture("two browsers, on a phone, at night")
    part.get_by_role("button", name="Sign out Firefox on Linux").click()
    expect(part.get_by_role("listitem")).to_have_count(1)
    assert lost.page.evaluate(TRY_SOCKET, service.socket_url) == "refused"
    answer = lost.page.goto(f"{service.web_url}anything.txt")
    assert answer is not None
    assert answer.status == 401
    mine.page.reload()
    expect(part.get_by_role("listitem")).to_have_count(1)


def test_a_launch_token_works_once_and_leaves_no_trace(
    browser: Browser, album: Album, service: InternalServiceProcess
) -> None:
    from tests.e2e.tab import signed_in_url

    url = signed_in_url(service)
    context = browser.new_context()
    page = context.new_page()
    page.goto(url)
    token = url.partition("launch=")[2]
    assert token
    assert token not in page.url
    assert page.evaluate("document.cookie") == ""
    assert all(cookie["httpOnly"] and cookie["sameSite"] == "Strict" for cookie in context.cookies())
    second = browser.new_context().new_page()
    answer = second.goto(url)
    assert answer is not None
    assert second.get_by_role("button", name="Create account").count() == 0
    album.add(second, "a used launch token")
    logs = service.all_logs()
    assert token not in logs
    assert service.token not in logs


@pytest.mark.parametrize("path", ["", "join#casemate1-secret"])
def test_a_browser_that_is_signed_in_comes_from_a_page_of_another_site(
    signed_in: BrowserContext, service: InternalServiceProcess, elsewhere: str, path: str
) -> None:
    """It keeps its cookie back at first. What stands behind the # comes along."""
    page = signed_in.new_page()
    page.goto(elsewhere.replace("127.0.0.1", "localhost"))
    page.evaluate("address => { location.href = address; }", f"{service.web_url}{path}")
    if path:
        expect(page.get_by_text("was not copied whole")).to_be_visible()
    else:
        expect(page.get_by_role("button", name="Create account")).to_be_visible()
    assert page.url == f"{service.web_url}{path.partition('#')[0]}"
    page.go_back()
    assert page.url.startswith("http://localhost"), "one step"


@pytest.mark.parametrize("is_sent", [False, True])
def test_the_secret_of_a_link_leaves_a_browser_that_is_not_signed_in(
    browser: Browser, album: Album, service: InternalServiceProcess, elsewhere: str, *, is_sent: bool
) -> None:
    page = browser.new_context().new_page()
    link = f"{service.web_url}join#casemate1-secret"
    if is_sent:
        page.goto(elsewhere.replace("127.0.0.1", "localhost"))
        page.evaluate("address => { location.href = address; }", link)
    else:
        page.goto(link)
    expect(page.get_by_role("heading", name="This browser is not signed in yet")).to_be_visible()
    expect(page.get_by_text(f"join --data-dir {service.data_dir}")).to_be_visible()
    seen = "[location.href, document.referrer, ...performance.getEntries().map(entry => entry.name)].join(' ')"
    assert "secret" not in page.evaluate(seen)
    page.reload()
    assert "secret" not in page.evaluate(seen)
    page.go_back()
    assert "join" not in page.url, "nothing of it is a step back in the tab"
    page.go_forward()
    assert page.url.endswith("/join?signed-out#signed-out")
    expect(page.get_by_text("the browser may still have it in its list of pages")).to_be_visible()
    album.add(page, "a link where nobody is signed in")


def test_an_invitation_that_casemate_join_was_given_is_in_none_of_the_browsers_files(
    playwright: Playwright, tmp_path: Path, album: Album, deployment: Deployment
) -> None:
    deployment.start()
    service = deployment.service()
    invitation = Invitation(
        Ed25519Public(b"k" * 32), AccountId(b"i" * 32), InviteId(b"v" * 16), InviteSecret(b"x" * 16), ("192.0.2.7:1",)
    )
    link = write_invitation(invitation)
    url = launch_url(service.data_dir, f"http://192.0.2.7:1/join#{link}")
    profile = tmp_path / "profile"
    context = playwright.chromium.launch_persistent_context(
        profile, executable_path=chromium_path(), args=list(CHROMIUM_ARGUMENTS)
    )
    page = context.new_page()
    page.goto(url)
    expect(page.get_by_role("region", name="The server of this invitation")).to_be_visible()
    assert page.url == f"{service.web_url}join"
    album.add(page, "by casemate join")
    page.reload()
    expect(page.get_by_label("Invitation")).to_have_value("")
    context.close()  # everything is written to the disk by then
    files = [file.read_bytes() for file in profile.rglob("*") if file.is_file()]
    assert any(f"{service.web_url}join".encode() in file for file in files), "addresses are among these"
    secret = link[10:60]
    assert not any(written in file for file in files for written in (secret.encode(), secret.encode("utf-16-le")))
