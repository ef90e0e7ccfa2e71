"""Log lines for people who look at a terminal: a sentence each, and what is left of the details behind it."""

from datetime import datetime
from typing import Any, Final

from structlog.typing import EventDict, WrappedLogger

SENTENCES: Final = {
    "account file that nobody lists": "An account file is not in the list of accounts; it is left where it is.",
    "account is older than it was": (
        "The database of an account is older than it was: its log (-wal) is gone or cut, or an older copy was put "
        "back. It begins anew with everybody, and they give back what they have."
    ),
    "account unavailable": "An account could not be opened.",
    "an answer to nothing": "What started this service answered a question that nobody asked.",
    "autostart not changed": "Whether Casemate starts with this computer could not be changed.",
    "awake again on the local network": "This computer was asleep; the local network is looked at anew.",
    "client reads too slowly": "A browser tab or program does not read what it is sent, and was let go.",
    "connection failed": "A connection to somebody ended by a fault of this program.",
    "database is older than it was": (
        "The server's database is older than it was: its log (-wal) is gone or cut, or an older copy was put back. "
        "People's devices send again what they have; accounts made since then have to be put back with newer files, "
        "database and log together."
    ),
    "disk full": "The disk is full: what is here can be read, and it goes on when there is room.",
    "disk nearly full": "The disk is nearly full.",
    "effect not performed": "Something that was decided could not be done, by a fault of this program.",
    "endpoint failed": "Connections to people are off until they are tried again.",
    "endpoint still closes": "Connections to people take long to close.",
    "event undone": "Something that arrived was not allowed, or could not be handled; it changed nothing.",
    "how it was started cannot be written down": (
        "It cannot be written down how this was started, so `casemate autostart` may start something older."
    ),
    "keyring refused": "The system's keyring does not answer; a key file is used.",
    "list of accounts damaged": "The list of accounts cannot be read.",
    "list of accounts is older than it was": (
        "The list of accounts is older than it was: its log (-wal) is gone or cut, or an older copy was put back. "
        "Accounts that it does not name open with their password."
    ),
    "list of accounts missing": "The list of accounts is missing although there are accounts.",
    "malformed frame": "The other end sent something that is no message of this protocol, and was let go.",
    "malformed request": "A program sent a request that cannot be understood; it was told so.",
    "no desktop notifications": "This computer shows no notifications of programs.",
    "no keyring": "The system has no keyring; a key file is used.",
    "no multicast on an interface": "People cannot be found on one of the local networks.",
    "no observer: the relay's port cannot be had for UDP, so fewer paths will be direct": (
        "The relay's port cannot be had for UDP, so fewer paths will be direct."
    ),
    "on a local network": "People are looked for on a local network.",
    "peer reads too slowly": "Somebody's computer does not read what it is sent; its connection was let go.",
    "program too old": (
        "This program is too old for the server: update Casemate on this computer and start it again. What is here is "
        "kept."
    ),
    "proxy not usable": "The proxy that is set cannot be used.",
    "ready": "Ready.",
    "refused": "A request that is not from this computer's browser was refused.",
    "relay ready": "The relay is ready.",
    "response not sent": "An answer could not be written down, and was left out.",
    "server reads too slowly": "The server does not read what it is sent; the link is tried again.",
    "server too old": (
        "The server is too old for this program: whoever runs it has to update it. It is asked again every half minute."
    ),
    "starting anew on the local network": "Looking for people on the local network begins anew.",
    "stopped": "Stopped.",
    "storage broken": "The disk does not take what has to be kept.",
    "the address cannot be written down": "The address cannot be written down, so `casemate open` may not find it.",
    "the browser is not opened": "The browser could not be opened at what was clicked.",
    "the list of browsers cannot be read": "It cannot be read which browsers are signed in; they have to sign in anew.",
    "the list of browsers cannot be saved": "It cannot be written down which browsers are signed in.",
    "the system does not tell whose a connection is": "The system does not tell whose a connection is.",
    "too many files are open for one more account": "Too many files are open for one more account.",
    "transfer ended": "A transfer ended early.",
    "vault failed": "The password could not be checked.",
}
"""What each line of ours says to people. Lines of libraries are shown as they are."""

_LEVELS: Final = {"warning": "Warning: ", "error": "Error: ", "critical": "Error: "}
_OURS: Final = "casemate."


def render(_logger: WrappedLogger, _method: str, event: EventDict) -> str:
    """The last processor: one line for a person."""
    logger, level = str(event.pop("logger", "")), str(event.pop("level", ""))
    time, text = str(event.pop("timestamp", "")), str(event.pop("event", ""))
    details = ", ".join(f"{name} {_plain(value)}" for name, value in event.items() if not name.startswith("_"))
    sentence = SENTENCES.get(text, text) if logger.startswith(_OURS) else text
    return f"{_clock(time)} {logger.removeprefix(_OURS).replace('_', ' ')}: {_LEVELS.get(level, '')}{sentence}" + (
        f" ({details})" if details else ""
    )


def _clock(timestamp: str) -> str:
    """Of this computer; the log for programs has the whole date, in UTC."""
    try:
        return datetime.fromisoformat(timestamp).astimezone().strftime("%H:%M:%S")
    except ValueError:
        return timestamp


def _plain(value: Any) -> str:
    return " ".join(map(str, value)) if isinstance(value, list | tuple) else str(value)
