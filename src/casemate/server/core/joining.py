"""The door for new accounts: open, by invitation, by password, or closed. Guesses are slowed down, from one network
and in all."""

from typing import Final

from casemate.crypto.link_proof import Greeting
from casemate.crypto.server_password import password_fits
from casemate.node import Instant, Monotonic
from casemate.protocol.ids import InviteId
from casemate.protocol.limits import (
    WRONG_PASSWORD_SECONDS,
    WRONG_PASSWORDS_AT_ONCE,
    WRONG_PASSWORDS_IN_ALL_AT_ONCE,
    WRONG_PASSWORDS_IN_ALL_SECONDS,
)
from casemate.protocol.link import CreateAccount
from casemate.protocol.versions import INVITES_FEATURE
from casemate.server.core.allowances import Allowances
from casemate.server.core.events import Caller
from casemate.server.core.invites import NOT_KNOWN, Invites
from casemate.server.core.refusals import Refusal
from casemate.server.core.settings import RegistrationMode, ServerSettings

_EVERYBODY: Final = ""


class Joining:
    def __init__(self, invites: Invites, settings: ServerSettings) -> None:
        self._invites = invites
        self._registration = settings.registration
        self._open_to_this_computer = settings.open_to_this_computer
        self._password = settings.password
        self._wrong_passwords = _Guesses("too_many_passwords")
        self._wrong_invites = _Guesses("too_many_invite_tries")

    @property
    def password_required(self) -> bool:
        return self._registration == "password"

    def registration_for(self, caller: Caller) -> RegistrationMode:
        """How this caller may make an account."""
        is_let_in = self._registration == "invite" and self._open_to_this_computer and caller.is_here
        return "open" if is_let_in else self._registration

    def check(self, caller: Caller, greeting: Greeting, frame: CreateAccount, now: Instant) -> None:
        """Whoever shows an invitation needs nothing else. Raises RequestRefused with what is wrong or missing."""
        if self.registration_for(caller) in ("closed", "invite") and INVITES_FEATURE not in greeting.client_features:
            # It does not know the words for that; these it knows, and once it is updated it hears the others.
            raise Refusal("update_this_computer")
        if self._registration == "closed":
            raise Refusal("registration_closed")
        if frame.invite_id:
            self._check_invite(caller.network, frame, now)
        elif self.registration_for(caller) == "invite":
            raise Refusal("invite_needed")
        elif self._registration == "password":
            self._check_password(caller.network, greeting, frame.server_password or [], now.monotonic)

    def joined(self, frame: CreateAccount) -> None:
        """The account of this frame is made."""
        if frame.invite_id:
            self._invites.use(InviteId(frame.invite_id))

    def _check_invite(self, network: str, frame: CreateAccount, now: Instant) -> None:
        """A right one is always taken, however many wrong ones came: nobody guesses 128 bits."""
        try:
            self._invites.check(InviteId(frame.invite_id), frame.admit_token, now)
        except Refusal as refusal:
            if refusal.code == NOT_KNOWN:
                self._wrong_invites.check(network, now.monotonic)
                self._wrong_invites.take(network, now.monotonic)
            raise

    def _check_password(self, network: str, greeting: Greeting, presented: list[bytes], now: Monotonic) -> None:
        assert self._password is not None, "a server that asks for a password has one"
        self._wrong_passwords.check(network, now)
        if len(presented) == 1 and password_fits(self._password, greeting, presented[0]):
            return
        self._wrong_passwords.take(network, now)
        raise Refusal("server_password_wrong")


class _Guesses:
    """How many wrong ones are looked at; after those nothing is, until time has passed. Raise RequestRefused."""

    def __init__(self, code: str) -> None:
        self._of_a_network = Allowances(WRONG_PASSWORDS_AT_ONCE, WRONG_PASSWORD_SECONDS, code)
        self._in_all = Allowances(WRONG_PASSWORDS_IN_ALL_AT_ONCE, WRONG_PASSWORDS_IN_ALL_SECONDS, code)

    def check(self, network: str, now: Monotonic) -> None:
        self._of_a_network.check(network, now)
        self._in_all.check(_EVERYBODY, now)

    def take(self, network: str, now: Monotonic) -> None:
        self._of_a_network.take(network, now)
        self._in_all.take(_EVERYBODY, now)
