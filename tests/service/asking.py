"""What clients ask an internal service, with everything filled in that a test does not care about."""

import uuid
from typing import Any

from casemate.protocol.client import extensions as ext
from casemate.protocol.client import requests as ask
from casemate.protocol.client.types import DEFAULT_SETTINGS, ConnectMode, LoginMode, Octets, PreSharedKey, Uuid
from casemate.protocol.ids import Cid

PASSWORD = "a long password"
SERVER = "127.0.0.1:12349"


def new_id() -> Uuid:
    return Uuid(str(uuid.uuid4()))


def register(
    username: str,
    /,
    *,
    server: str = SERVER,
    password: str = PASSWORD,
    connect: bool = True,
    server_password: bytes | None = None,
    **changes: Any,
) -> ask.Register:
    fields: dict[str, Any] = {
        "request_id": new_id(),
        "server_addr": server,
        "full_name": username.title(),
        "username": username,
        "proposed_password": Octets(password.encode()),
        "connect_after_register": connect,
        "session_security_settings": DEFAULT_SETTINGS,
        "server_password": None if server_password is None else PreSharedKey(passwords=[Octets(server_password)]),
    }
    return ask.Register(**(fields | changes))


def connect(username: str, password: str = PASSWORD) -> ask.Connect:
    return ask.Connect(
        request_id=new_id(),
        username=username,
        password=Octets(password.encode()),
        connect_mode=ConnectMode(standard=LoginMode(force_login=False)),
        udp_mode="Disabled",
        session_security_settings=DEFAULT_SETTINGS,
    )


def peer_register(cid: Cid, peer_cid: Cid, *, connect_after_register: bool = False) -> ask.PeerRegister:
    return ask.PeerRegister(
        request_id=new_id(),
        cid=cid,
        peer_cid=peer_cid,
        session_security_settings=DEFAULT_SETTINGS,
        connect_after_register=connect_after_register,
    )


def peer_connect(cid: Cid, peer_cid: Cid) -> ask.PeerConnect:
    return ask.PeerConnect(
        request_id=new_id(), cid=cid, peer_cid=peer_cid, udp_mode="Disabled", session_security_settings=DEFAULT_SETTINGS
    )


def peer_connect_accept(cid: Cid, peer_cid: Cid, *, accept: bool = True) -> ask.PeerConnectAccept:
    return ask.PeerConnectAccept(
        request_id=new_id(),
        cid=cid,
        peer_cid=peer_cid,
        accept=accept,
        udp_mode="Disabled",
        session_security_settings=DEFAULT_SETTINGS,
    )


def message(cid: Cid, peer_cid: Cid | None, body: bytes) -> ask.Message:
    return ask.Message(request_id=new_id(), cid=cid, peer_cid=peer_cid, message=Octets(body), security_level="Standard")


def disconnect(cid: Cid) -> ask.Disconnect:
    return ask.Disconnect(request_id=new_id(), cid=cid)


def set_draft(cid: Cid, conversation: str, slot: str, text: str, revision: int) -> ext.SetDraft:
    return ext.SetDraft(
        request_id=new_id(), cid=cid, conversation=conversation, slot=slot, text=text, revision=revision
    )
