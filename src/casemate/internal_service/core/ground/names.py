"""Names, passwords and addresses as they come from a person: checked, and brought into one form."""

import re
import unicodedata
from typing import Final

from casemate.internal_service.core.ground.refusals import refuse
from casemate.protocol.limits import FULL_NAME_BYTES, PASSWORD_BYTES, USERNAME_BYTES

DEFAULT_SERVER_PORT: Final = 12349
_HOST: Final = r"(?:\[[0-9a-fA-F:.]+\]|[^\s:/\[\]@?#]+)"
_ADDRESS: Final = re.compile(rf"(?P<web>wss://)?(?P<host>{_HOST})(?::(?P<port>\d{{1,5}}))?/?")


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
    match = _ADDRESS.fullmatch(text.strip())
    if match is None or len(text) > 255:
        raise refuse("malformed", what="server_addr")
    host = match["host"].lower()
    port = match["port"]
    if port is not None and not 0 < int(port) < 65536:
        raise refuse("malformed", what="server_addr")
    if match["web"]:
        return f"wss://{host}" + (f":{int(port)}" if port else "")
    return f"{host}:{int(port) if port else DEFAULT_SERVER_PORT}"


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
