"""What the person who runs a server may choose."""

from dataclasses import dataclass, field
from typing import Literal

from casemate.crypto.keys import Ed25519Public, ServerPasswordKey, ServerPrivate
from casemate.protocol.limits import MAILBOX_SECONDS, NEW_ACCOUNTS_AT_ONCE, REGISTRATION_REQUEST_SECONDS
from casemate.protocol.link import PathOffer

RegistrationMode = Literal["open", "invite", "password", "closed"]
"""Who may make an account: everybody; who has the link of an invitation; who knows the password, or has such a link;
nobody."""


@dataclass(frozen=True, slots=True)
class ServerSettings:
    private_key: ServerPrivate = field(repr=False)
    public_key: Ed25519Public
    registration: RegistrationMode = "open"
    open_to_this_computer: bool = False
    """Where the mode is `invite`: who calls from the server's own computer needs none."""
    password: ServerPasswordKey | None = field(default=None, repr=False)
    """Whoever makes an account proves it, where the mode is `password`; None in any other."""
    registration_request_seconds: float = REGISTRATION_REQUEST_SECONDS
    mailbox_seconds: float = MAILBOX_SECONDS
    new_accounts_at_once: int = NEW_ACCOUNTS_AT_ONCE
    """From one network; after those, one every `NEW_ACCOUNT_SECONDS`."""
    paths: PathOffer | None = None
    """What this server offers for connections between peers; None: no relay runs."""
    version: str = ""
    """Of the program, as devices are told; empty: nothing is."""
