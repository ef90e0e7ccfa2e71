"""The server password at the door: who joins proves it, and guesses are slowed down, from one network and in all."""

from typing import Final

from casemate.crypto.keys import ServerPasswordKey
from casemate.crypto.link_proof import Greeting
from casemate.crypto.server_password import password_fits
from casemate.node import Monotonic
from casemate.protocol.limits import (
    WRONG_PASSWORD_SECONDS,
    WRONG_PASSWORDS_AT_ONCE,
    WRONG_PASSWORDS_IN_ALL_AT_ONCE,
    WRONG_PASSWORDS_IN_ALL_SECONDS,
)
from casemate.server.core.allowances import Allowances
from casemate.server.core.refusals import Refusal

_EVERYBODY: Final = ""
_CODE: Final = "too_many_passwords"


class Joining:
    def __init__(self, password: ServerPasswordKey | None) -> None:
        """None: everybody may join."""
        self._password = password
        self._wrong = Allowances(WRONG_PASSWORDS_AT_ONCE, WRONG_PASSWORD_SECONDS, _CODE)
        self._wrong_in_all = Allowances(WRONG_PASSWORDS_IN_ALL_AT_ONCE, WRONG_PASSWORDS_IN_ALL_SECONDS, _CODE)

    @property
    def password_required(self) -> bool:
        return self._password is not None

    def check(self, caller: str, greeting: Greeting, presented: list[bytes], now: Monotonic) -> None:
        """Raises RequestRefused: too_many_passwords, before it is looked at, or server_password_wrong."""
        if self._password is None:
            return
        self._wrong.check(caller, now)
        self._wrong_in_all.check(_EVERYBODY, now)
        if len(presented) == 1 and password_fits(self._password, greeting, presented[0]):
            return
        self._wrong.take(caller, now)
        self._wrong_in_all.take(_EVERYBODY, now)
        raise Refusal("server_password_wrong")
