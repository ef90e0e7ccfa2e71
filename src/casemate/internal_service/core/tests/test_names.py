"""Addresses, names and passwords as people type them; which request has which failure."""

import pytest

from casemate.internal_service.core.ground.failures import Address, failure_named
from casemate.internal_service.core.ground.names import check_username, folded, server_address
from casemate.internal_service.core.ground.refusals import Refused, reason
from casemate.internal_service.core.ground.sentences import sentence
from casemate.protocol.client.codec import encode_response
from casemate.protocol.client.extension_bases import ExtensionRequest
from casemate.protocol.client.requests import CITADEL_REQUESTS, GetAccountInformation, GetSessions
from casemate.protocol.client.types import Uuid
from casemate.protocol.ids import Cid


@pytest.mark.parametrize(
    ("typed", "address"),
    [
        ("127.0.0.1:12349", "127.0.0.1:12349"),
        (" Example.ORG ", "example.org:12349"),
        ("[::1]:5", "[::1]:5"),
        ("[::1]", "[::1]:12349"),
        ("host:0012", "host:12"),
        ("wss://Team.example", "wss://team.example"),
        ("wss://team.example:8443/", "wss://team.example:8443"),
    ],
)
def test_an_address_is_brought_into_one_form(typed: str, address: str) -> None:
    assert server_address(typed) == address


@pytest.mark.parametrize(
    "typed", ["", ":5", "a b", "http://x", "host:0", "host:65536", "host:x", "a@b", "a/b", "x" * 300, "::1", "a?b#c"]
)
def test_what_is_no_address_is_refused(typed: str) -> None:
    with pytest.raises(Refused):
        server_address(typed)


def test_names_that_fold_alike_are_the_same() -> None:
    assert folded("ALICE") == folded("alice") == folded("ａｌｉｃｅ")
    assert folded("straße") == folded("STRASSE")


@pytest.mark.parametrize("name", ["al", "a" * 38, "a b c", "tab\tname", "nul\x00name", "surrogate\ud800"])
def test_what_is_no_username_is_refused(name: str) -> None:
    with pytest.raises(Refused):
        check_username(name)


AT = Address(request_id=Uuid("237e2ecf-91b0-4110-83d0-f91ed2507948"), cid=Cid(5), peer_cid=Cid(6))


@pytest.mark.parametrize("kind", CITADEL_REQUESTS, ids=lambda kind: kind.__name__)
def test_every_request_has_a_failure_that_can_be_sent_or_cannot_fail(kind: type) -> None:
    response = failure_named(kind.__name__, AT, reason("internal"))
    if kind in (GetSessions, GetAccountInformation):
        assert response is None
    else:
        assert response is not None
        assert response.request_id == AT.request_id
        encode_response(response)


@pytest.mark.parametrize("kind", ExtensionRequest.__subclasses__(), ids=lambda kind: kind.__name__)
def test_every_extension_request_has_a_failure(kind: type[ExtensionRequest]) -> None:
    response = failure_named(kind.__name__, AT, reason("internal"))
    assert type(response) is kind.failure


def test_a_sentence_holds_what_is_known_and_a_new_code_is_shown_as_it_is() -> None:
    assert sentence(reason("already_registered"), peer="7") == "Peer 7 is already registered"
    assert sentence(reason("signed_out", name="{x}")) == "Sign in to {x} first"
    assert sentence(reason("signed_out")) == "Sign in to ? first"
    assert sentence(reason("brand_new_code")) == "brand new code"
