"""A service that may open no more files says so, and keeps what it has."""

import gc
import resource
from collections.abc import Iterator

import pytest

from casemate.internal_service.adapters.account_files import FILES_KEPT, FILES_PER_ACCOUNT
from casemate.protocol.client import extensions as ext
from casemate.protocol.client import requests as ask
from casemate.protocol.client import responses as to
from casemate.protocol.client.response_bases import Failure
from casemate.runtime.open_files import files_left, files_open
from tests.service.asking import connect, new_id, register
from tests.service.house import House


@pytest.fixture
def few_files(house: House) -> Iterator[None]:
    """Enough for what is open and one account more."""
    before = resource.getrlimit(resource.RLIMIT_NOFILE)
    gc.collect()  # what tests before this one left open would be closed at any moment
    resource.setrlimit(resource.RLIMIT_NOFILE, (files_open() + FILES_KEPT + FILES_PER_ACCOUNT + 1, before[1]))
    yield
    resource.setrlimit(resource.RLIMIT_NOFILE, before)


def code_of(answer: object) -> str | None:
    assert isinstance(answer, Failure), answer
    return getattr(answer.reason, "code", None)


@pytest.mark.usefixtures("few_files")
def test_one_account_too_many_is_refused_in_words_and_the_others_go_on(house: House) -> None:
    client = house.client()
    cid = client.register("alice")
    assert code_of(client.ask(register("bob"))) == "too_many_accounts_open"
    assert files_left() >= FILES_KEPT, "there is room for windows"
    view = house.view()
    assert view.expect(ext.Snapshot, ext.Subscribe(request_id=new_id(), cid=cid)).account.cid == cid
    client.ask(ask.Disconnect(request_id=new_id(), cid=cid))
    assert isinstance(client.ask(register("bob")), to.ConnectSuccess), "signing out of one makes room"
    assert code_of(client.ask(connect("alice"))) == "too_many_accounts_open"
