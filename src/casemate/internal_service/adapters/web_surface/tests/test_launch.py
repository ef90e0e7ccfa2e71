"""A launch token opens one browser, once, and leaves its address."""

import json
import re
from urllib.parse import urlsplit

import pytest

from casemate.crypto.invite import Invitation, write_invitation
from casemate.crypto.keys import Ed25519Public, InviteSecret
from casemate.internal_service.adapters.web_surface.credentials import LAUNCH_SECONDS
from casemate.internal_service.adapters.web_surface.tests.door import FRIEND, TOKEN, Door, own
from casemate.internal_service.adapters.web_surface.waiting import WAITING_KEPT, WAITING_SECONDS, WaitingInvitations
from casemate.protocol.ids import AccountId, InviteId

LINK = write_invitation(
    Invitation(
        Ed25519Public(b"s" * 32), AccountId(b"a" * 32), InviteId(b"i" * 16), InviteSecret(b"x" * 16), ("office:12349",)
    )
)


async def test_a_launch_token_works_once_and_leaves_the_address(door: Door) -> None:
    url = json.loads(await (await door.post("/launch", **door.bearer)).text())["url"]
    assert url.startswith(f"{door.url}/?launch=")
    path = url.removeprefix(door.url)
    response = await door.get(path)
    assert response.status == 303
    assert response.headers["Location"] == "/"
    cookie = response.headers["Set-Cookie"]
    assert re.search(r"; HttpOnly", cookie)
    assert re.search(r"; SameSite=Strict", cookie)
    assert re.search(r"; Path=/", cookie)
    value = cookie.split(";")[0]
    assert (await door.get("/", Cookie=value)).status == 200
    assert await door.socket_status(Cookie=value, Origin=own(door)) == 101
    again = await door.get(path, Accept="text/html")
    assert again.status == 401
    assert "has been used" in await again.text()
    assert "Set-Cookie" not in again.headers


async def test_a_used_launch_link_opened_again_by_the_same_browser_goes_on(door: Door) -> None:
    launch = door.credentials.new_launch()
    await door.get(f"/a/5?launch={launch}")
    again = await door.get(f"/a/5?launch={launch}", **door.cookie)
    assert (again.status, again.headers["Location"]) == (303, "/a/5")


@pytest.mark.parametrize("site", ["cross-site", "same-site"])
async def test_a_browser_that_was_sent_here_by_another_page_asks_again_from_ours(door: Door, site: str) -> None:
    """Else it would keep its new cookie back from the page after it."""
    launch = door.credentials.new_launch()
    first = await door.get(f"//a/5?launch={launch}", **{"Sec-Fetch-Site": site})
    assert (first.status, first.content_type) == (200, "text/html")
    assert f'content="0; url=/a/5?launch={launch}"' in await first.text()
    assert "Set-Cookie" not in first.headers
    again = await door.get(f"/a/5?launch={launch}", **{"Sec-Fetch-Site": "same-origin"})
    assert (again.status, again.headers["Location"]) == (303, "/a/5")


async def launched_with_invitation(door: Door) -> dict[str, str]:
    """The browser's headers after it was led to the page."""
    async with door.http.post(f"{door.url}/launch", data=f"Come! http://x/join#{LINK}", headers=door.bearer) as answer:
        url = json.loads(await answer.text())["url"]
    assert LINK not in url
    response = await door.get(url.removeprefix(door.url))
    assert (response.status, response.headers["Location"]) == (303, "/join")
    assert LINK not in str(response.headers)
    return {"Cookie": response.headers["Set-Cookie"].split(";")[0], "Origin": own(door)}


async def test_a_launch_with_an_invitation_gives_it_to_the_page_of_that_browser_once(door: Door) -> None:
    browser = await launched_with_invitation(door)
    given = await door.post("/invitation", **browser)
    assert (given.status, await given.text()) == (200, LINK)
    assert given.headers["Cache-Control"] == "no-store"
    again = await door.post("/invitation", **browser)
    assert (again.status, await again.text()) == (204, "")


async def test_an_invitation_that_waits_is_for_nobody_else_and_stays_where_it_is_asked_for_by_others(
    door: Door,
) -> None:
    browser = await launched_with_invitation(door)
    other = await door.post("/invitation", **door.cookie, Origin=own(door))
    assert (other.status, await other.text()) == (204, "")
    for headers, status in (
        ({"Origin": own(door)}, 401),
        (door.bearer, 403),
        ({**door.bearer, "Origin": own(door)}, 401),
        ({"Cookie": browser["Cookie"]}, 403),
        ({**browser, "Origin": FRIEND}, 403),
        ({**browser, "Origin": "null"}, 403),
    ):
        refused = await door.post("/invitation", **headers)
        assert refused.status == status, headers
        assert LINK not in await refused.text()
    assert LINK not in await (await door.get("/invitation", **browser)).text(), "no GET changes anything"
    assert await (await door.post("/invitation", **browser)).text() == LINK


async def test_an_invitation_waits_a_minute_and_a_later_one_takes_its_place(door: Door) -> None:
    browser = await launched_with_invitation(door)
    door.wall[0] += WAITING_SECONDS + 1
    assert (await door.post("/invitation", **browser)).status == 204
    waiting = WaitingInvitations(lambda: door.wall[0])
    for number in range(WAITING_KEPT + 1):
        waiting.keep(f"browser {number}", "first")
        waiting.keep(f"browser {number}", "second")
    assert waiting.take("browser 0") == "", "the oldest goes when there are too many"
    assert [waiting.take("browser 1"), waiting.take("browser 1")] == ["second", ""]


async def test_a_launch_with_something_else_is_refused(door: Door) -> None:
    async with door.http.post(f"{door.url}/launch", data="no link", headers=door.bearer) as answer:
        assert answer.status == 400
    async with door.http.post(f"{door.url}/launch", data=b"\xff\xfe", headers=door.bearer) as answer:
        assert answer.status == 400


async def test_a_launch_token_is_short_lived(door: Door) -> None:
    launch = door.credentials.new_launch()
    door.wall[0] += LAUNCH_SECONDS + 1
    assert (await door.get(f"/?launch={launch}")).status == 401


async def test_looking_ahead_does_not_use_a_launch_token_up(door: Door) -> None:
    launch = door.credentials.new_launch()
    await door.get(f"/?launch={launch}", **{"Sec-Purpose": "prefetch;prerender"})
    await door.http.head(f"{door.url}/?launch={launch}")
    assert (await door.get(f"/?launch={launch}")).status == 303


async def test_launch_tokens_are_given_to_programs_with_the_token_only(door: Door) -> None:
    assert (await door.post("/launch")).status == 401
    assert (await door.post("/launch", **door.cookie, Origin=own(door))).status == 401
    assert (await door.post(f"/launch?token={TOKEN}")).status == 401
    assert (await door.get("/launch", **door.bearer)).status == 200, "a GET gives the page, and no token"
    assert "launch=" not in await (await door.get("/launch", **door.bearer)).text()


async def test_a_launch_redirect_cannot_be_turned_to_another_site(door: Door) -> None:
    response = await door.get(f"//evil.example/?launch={door.credentials.new_launch()}")
    location = response.headers.get("Location", "/")
    assert urlsplit(location).netloc == ""
    assert not location.startswith("//")
