"""Names, passwords and addresses as they come from a person: checked, and brought into one form."""

import unicodedata

from casemate.internal_service.core.ground.refusals import refuse
from casemate.protocol.limits import FULL_NAME_BYTES, PASSWORD_BYTES, USERNAME_BYTES
from casemate.protocol.server_addresses import read_server_address


def folded(username: str) -> str:
    """Usernames that fold alike are the same name."""
    return unicodedata.normalize("NFKC", unicodedata.normalize("NFKC", username).casefold())


def check_username(username: str) -> str:
    """Raises Refused(too_long or malformed)."""
    _check_length(username, USERNAME_BYTES, "username")
    if any(character.isspace() or unicodedata.category(character) in ("Cc", "Cs") for character in username):
        raise refuse("malformed", what="username")
    return username


def check_full_name(full_name: str) -> str:
    """Without blanks around it. Raises Refused(too_long or malformed)."""
    full_name = full_name.strip()
    _check_length(full_name, FULL_NAME_BYTES, "full_name")
    return full_name


def check_password(password: bytes) -> bytes:
    """Raises Refused(too_long or malformed)."""
    shortest, longest = PASSWORD_BYTES
    if len(password) > longest:
        raise refuse("too_long", what="password")
    if len(password) < shortest:
        raise refuse("malformed", what="password", at_least=str(shortest))
    return password


def server_address(text: str) -> str:
    """HOST:PORT, or wss://HOST[:PORT] for a public certificate. Raises Refused(malformed)."""
    try:
        return read_server_address(text)
    except ValueError as error:
        raise refuse("malformed", what="server_addr") from error


def _check_length(text: str, bounds: tuple[int, int], what: str) -> None:
    shortest, longest = bounds
    try:
        size = len(text.encode("utf-8"))
    except UnicodeEncodeError as error:
        raise refuse("malformed", what=what) from error
    if size > longest:
        raise refuse("too_long", what=what)
    if size < shortest:
        raise refuse("malformed", what=what, at_least=str(shortest))
