"""A launch token opens one browser, once, and leaves its address."""

import json
import re
from urllib.parse import urlsplit

import pytest

from casemate.crypto.invite import Invitation, write_invitation
from casemate.crypto.keys import Ed25519Public, InviteSecret
from casemate.internal_service.adapters.web_surface.credentials import LAUNCH_SECONDS
from casemate.internal_service.adapters.web_surface.tests.door import TOKEN, Door, own
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


async def test_a_launch_with_an_invitation_leads_to_it_and_shows_it_to_the_browser_alone(door: Door) -> None:
    async with door.http.post(f"{door.url}/launch", data=f"Come! http://x/join#{LINK}", headers=door.bearer) as answer:
        url = json.loads(await answer.text())["url"]
    assert LINK not in url
    response = await door.get(url.removeprefix(door.url))
    assert (response.status, response.headers["Location"]) == (303, f"/join#{LINK}")
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
