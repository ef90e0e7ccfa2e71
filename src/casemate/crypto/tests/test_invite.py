"""An invitation comes through whole or not at all, and its two keys do not give each other away."""

import base64
import contextlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from casemate.crypto.errors import BadInvitation
from casemate.crypto.invite import (
    Invitation,
    admit_digest,
    admit_token,
    bind,
    binds,
    new_invite,
    read_invitation,
    write_invitation,
)
from casemate.crypto.keys import Ed25519Public, InviteSecret
from casemate.crypto.testing import repeatable_entropy
from casemate.protocol.ids import AccountId, InviteId

INVITE_ID, SECRET = new_invite(repeatable_entropy(b"invite"))
SERVER, ALICE, BOB, EVE = Ed25519Public(b"s" * 32), AccountId(b"a" * 32), AccountId(b"b" * 32), AccountId(b"e" * 32)
INVITATION = Invitation(SERVER, ALICE, INVITE_ID, SECRET, ("192.0.2.7:12349", "wss://casemate.example"))
WRITTEN = write_invitation(INVITATION)


def test_a_link_says_what_was_put_into_it() -> None:
    assert read_invitation(WRITTEN) == INVITATION
    assert "hidden" in repr(INVITATION)


def test_it_is_found_in_the_text_around_it() -> None:
    text = f"Alice invites you.\n\n  uvx casemate join\n\nhttp://192.0.2.7:12349/join#{WRITTEN}\n\nSee you!"
    assert read_invitation(text) == INVITATION


@pytest.mark.parametrize("text", ["", "http://192.0.2.7:12349/join", "casemate1-", "casemate 1"])
def test_a_text_without_one_is_said_to_have_none(text: str) -> None:
    with pytest.raises(BadInvitation, match="none"):
        read_invitation(text)


def test_one_that_was_not_copied_whole_is_found_out() -> None:
    for length in range(len("casemate1-") + 1, len(WRITTEN)):
        with pytest.raises(BadInvitation, match="incomplete"):
            read_invitation(WRITTEN[:length])


def test_a_change_of_any_letter_is_found_out() -> None:
    start = len("casemate1-")
    for place in range(start, len(WRITTEN)):
        other = "A" if WRITTEN[place] != "A" else "B"
        altered = WRITTEN[:place] + other + WRITTEN[place + 1 :]
        if base64.urlsafe_b64decode(altered[start:] + "==") != base64.urlsafe_b64decode(WRITTEN[start:] + "=="):
            with pytest.raises(BadInvitation, match="incomplete|newer"):
                read_invitation(altered)


@given(st.text(max_size=300))
def test_any_text_is_an_invitation_or_none(text: str) -> None:
    for candidate in (text, f"casemate1-{text}"):
        with contextlib.suppress(BadInvitation):
            read_invitation(candidate)


def test_the_binding_holds_for_these_two_at_this_server_by_this_link_alone() -> None:
    proof = bind(INVITATION, BOB)
    assert binds(SECRET, INVITE_ID, ALICE, BOB, SERVER, proof)
    assert not binds(SECRET, INVITE_ID, ALICE, EVE, SERVER, proof), "somebody else shows what Bob showed"
    assert not binds(SECRET, INVITE_ID, EVE, BOB, SERVER, proof)
    assert not binds(SECRET, InviteId(bytes(16)), ALICE, BOB, SERVER, proof)
    assert not binds(SECRET, INVITE_ID, ALICE, BOB, Ed25519Public(bytes(32)), proof)
    assert not binds(InviteSecret(bytes(16)), INVITE_ID, ALICE, BOB, SERVER, proof)
    assert not binds(SECRET, INVITE_ID, ALICE, BOB, SERVER, b"")


def test_what_a_server_is_shown_is_neither_secret_nor_binding() -> None:
    token = admit_token(SECRET)
    assert admit_digest(token) != token
    assert SECRET.secret not in token
    assert bind(INVITATION, BOB) != token
