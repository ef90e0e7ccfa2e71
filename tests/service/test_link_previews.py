"""Previews of links, as views ask for them and send them along."""

import pytest
from msgspec.structs import replace

from casemate.protocol.client import extensions as ext
from casemate.protocol.client.extension_bases import Done, RequestRefused
from casemate.protocol.client.message_extensions import LinkPreviewMade, MakeLinkPreview
from casemate.protocol.client.views import LinkPreviewView
from casemate.protocol.ids import Cid
from casemate.protocol.limits import PREVIEWS_A_MINUTE
from casemate.protocol.link_previews import LinkPreview
from tests.service.asking import new_id
from tests.service.house import House
from tests.service.talk import ANSWER, Talk

URL = "https://soup.test/"
VIEW = LinkPreviewView(url=URL, title="Soup", site="Kitchen", description="For two")


@pytest.fixture(autouse=True)
def _page(house: House) -> None:
    house.pages[URL] = LinkPreview(URL, "Soup", "Kitchen", "For two")


def asked(cid: Cid, url: str = URL) -> MakeLinkPreview:
    return MakeLinkPreview(request_id=new_id(), cid=cid, url=url)


def refusal(talk: Talk, request: MakeLinkPreview) -> str:
    return talk.alice.expect(RequestRefused, request).reason.code


def send(talk: Talk, text: str, preview: LinkPreviewView) -> ext.SendChat:
    fields = {"cid": talk.a, "conversation": talk.conversation, "message_id": ANSWER}
    return ext.SendChat(request_id=new_id(), **fields, text=text, preview=preview)  # type: ignore[arg-type]


def test_a_preview_is_made_and_sent_along(talk: Talk) -> None:
    preview = talk.alice.expect(LinkPreviewMade, asked(talk.a)).preview
    assert preview == VIEW
    request = send(talk, f"Look: {URL}", preview)
    assert talk.alice.expect(ext.MessageQueued, request).message.preview == VIEW
    assert talk.page(talk.bob, talk.b)[ANSWER].preview == VIEW
    again = replace(request, request_id=new_id())
    assert talk.alice.expect(ext.MessageQueued, again).message.preview == VIEW, "a repeat changes nothing"


def test_what_is_sent_along_is_bounded_and_of_a_link_in_the_text(talk: Talk) -> None:
    long = LinkPreviewView(url=URL, title="So\n\u202eup " * 100, site="", description="d" * 10_000)
    talk.alice.expect(ext.MessageQueued, send(talk, f"Look: {URL}", long))
    preview = talk.page(talk.bob, talk.b)[ANSWER].preview
    assert preview is not None
    assert (len(preview.title), len(preview.description), preview.title[:7]) == (200, 300, "So up S")
    nowhere = LinkPreviewView(url="javascript:alert(1)", title="x", site="", description="")
    assert talk.alice.expect(RequestRefused, send(talk, "javascript:alert(1)", nowhere)).reason.code == "malformed"


@pytest.mark.parametrize(
    "url", ["", "soup.test", "ftp://soup.test/", "https://a:b@soup.test/", "https://", "http://[x"]
)
def test_what_is_no_address_of_a_page_is_malformed(talk: Talk, url: str) -> None:
    assert refusal(talk, asked(talk.a, url)) == "malformed"


def test_what_does_not_answer_says_so(talk: Talk) -> None:
    assert refusal(talk, asked(talk.a, "https://nowhere.test/")) == "preview_unreachable"


def test_whoever_shows_nobody_an_address_of_theirs_shows_it_to_no_page(talk: Talk) -> None:
    talk.alice.expect(Done, ext.SetSettings(request_id=new_id(), cid=talk.a, relay_only=True))
    assert refusal(talk, asked(talk.a)) == "preview_relay_only"


def test_so_many_are_made_in_a_minute_and_not_more(talk: Talk) -> None:
    for _ in range(PREVIEWS_A_MINUTE):
        talk.alice.expect(LinkPreviewMade, asked(talk.a))
    assert refusal(talk, asked(talk.a)) == "too_many_previews"
    talk.street.pass_time(61.0)
    talk.alice.expect(LinkPreviewMade, asked(talk.a))


def test_without_a_session_none_is_made(talk: Talk) -> None:
    assert refusal(talk, asked(Cid(7))) == "no_session"
