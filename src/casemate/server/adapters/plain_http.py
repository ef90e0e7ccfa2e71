"""Plain HTTP on the port of the link, for the join page alone: who opens an invitation in a browser has no certificate
of ours to check, and would be warned of one."""

from typing import Final

from casemate.server.adapters.join_page import JoinPage

REQUEST_BYTES: Final = 8 * 1024
JOIN_PATH: Final = b"/join"
_NOT_FOUND: Final = b"HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\nConnection: close\r\n\r\n"
_MALFORMED: Final = b"HTTP/1.1 400 Bad Request\r\nContent-Length: 0\r\nConnection: close\r\n\r\n"
_METHODS: Final = (b"GET", b"HEAD")


class PlainHttp:
    """Answers to one request each. What the request says besides its path is not looked at."""

    def __init__(self, page: JoinPage) -> None:
        fields = {**page.headers, "Content-Length": str(len(page.html)), "Connection": "close"}
        head = "".join(f"{name}: {value}\r\n" for name, value in fields.items())
        self._head = f"HTTP/1.1 200 OK\r\n{head}\r\n".encode("ascii")
        self._page = page.html

    def answer(self, request: bytes) -> bytes | None:
        """None: the request is not whole yet."""
        if b"\r\n\r\n" not in request:
            return None if len(request) < REQUEST_BYTES else _MALFORMED
        words = request.split(b"\r\n", 1)[0].split(b" ")
        if len(words) != 3 or words[0] not in _METHODS:
            return _MALFORMED
        if words[1].partition(b"?")[0] != JOIN_PATH:
            return _NOT_FOUND
        return self._head + (self._page if words[0] == b"GET" else b"")


def may_be_plain(first: int) -> bool:
    """A request of HTTP begins with a capital letter; TLS with another byte."""
    return ord("A") <= first <= ord("Z")
