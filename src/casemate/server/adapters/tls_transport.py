"""TLS for many idle connections: what a connection needs only while something arrives, all of them share.

asyncio's and uvloop's own TLS keep a read buffer for each connection, which is most of what an idle one costs. Here one
buffer takes what comes from any socket; it is decrypted and handed on before the next socket is read.
"""

import asyncio
import contextlib
import ssl
from collections.abc import Callable, Iterable
from typing import Any, Final, cast

from casemate.server.adapters.plain_http import PlainHttp, may_be_plain

HANDSHAKE_SECONDS: Final = 10.0
"""A connection without TLS by then is ended."""
CLOSING_SECONDS: Final = 5.0
"""Whoever does not take what is left is cut off."""
RECORD_BYTES: Final = 16 * 1024
"""The most that one TLS record holds. More at once would stay with the connection: OpenSSL's buffers never shrink."""
UNTAKEN_ANSWERS_BYTES: Final = 64 * 1024


class TlsListener:
    """Makes the protocol of each connection that is accepted; `make_protocol` makes the one above it."""

    def __init__(
        self, context: ssl.SSLContext, make_protocol: Callable[[], asyncio.BaseProtocol], plain: PlainHttp | None = None
    ) -> None:
        """`plain` answers those who do not speak TLS; None: they are cut off."""
        # What would be another handshake in the middle of a connection is not in TLS 1.3.
        assert context.minimum_version >= ssl.TLSVersion.TLSv1_3
        self._context = context
        self._make_protocol = make_protocol
        self._plain = plain
        self._buffer = memoryview(bytearray(RECORD_BYTES))

    def __call__(self) -> "TlsProtocol":
        return TlsProtocol(self._context, self._make_protocol, self._buffer, self._plain)


class TlsProtocol(asyncio.BufferedProtocol):
    """Between a TCP connection and the protocol above it, which meets a `TlsTransport` once there is TLS."""

    __slots__ = (
        "_above",
        "_incoming",
        "_make_protocol",
        "_outgoing",
        "_plain",
        "_plain_request",
        "_shared",
        "_tcp",
        "_timer",
        "_tls",
        "_transport",
    )

    def __init__(
        self,
        context: ssl.SSLContext,
        make_protocol: Callable[[], asyncio.BaseProtocol],
        shared: memoryview,
        plain: PlainHttp | None,
    ) -> None:
        self._make_protocol = make_protocol
        self._plain = plain
        self._plain_request: bytes | None = None
        self._shared = shared
        self._incoming, self._outgoing = ssl.MemoryBIO(), ssl.MemoryBIO()
        self._tls = context.wrap_bio(self._incoming, self._outgoing, server_side=True)
        self._tcp: asyncio.Transport | None = None
        self._above: asyncio.Protocol | None = None
        self._transport: TlsTransport | None = None
        self._timer: asyncio.TimerHandle | None = None

    # ------------------------------------------------------------------------------------------------ what TCP tells us

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._tcp = cast("asyncio.Transport", transport)
        self._abort_after(HANDSHAKE_SECONDS)

    def get_buffer(self, sizehint: int) -> memoryview:
        return self._shared

    def buffer_updated(self, nbytes: int) -> None:
        if self._plain is not None and self._is_plain():
            self._answer_plainly(self._plain, bytes(self._shared[:nbytes]))
            return
        self._incoming.write(self._shared[:nbytes])
        if self._above is None:
            self._shake_hands()
        else:
            self.hand_on()

    def eof_received(self) -> bool:
        """TCP ended, perhaps without a goodbye of TLS. What came before is handed on; then all is over."""
        self._incoming.write_eof()
        if self._above is not None:
            self.hand_on()
        return False

    def pause_writing(self) -> None:
        if self._above is not None:
            self._above.pause_writing()

    def resume_writing(self) -> None:
        if self._above is not None:
            self._above.resume_writing()

    def connection_lost(self, exc: Exception | None) -> None:
        self._stop_timer()
        above, self._above = self._above, None
        self._tcp = None
        if self._transport is not None:
            self._transport.lost()
        if above is not None:
            above.connection_lost(exc)

    # -------------------------------------------------------------------------------------- what the transport asks for

    def hand_on(self) -> None:
        """Decrypt what is here, as long as it is wanted."""
        transport, above = self._transport, self._above
        assert transport is not None
        assert above is not None
        try:
            while transport.is_wanted:
                data = self._tls.read(RECORD_BYTES)
                if not data:  # goodbye was said
                    self._end(transport, above)
                    return
                above.data_received(data)
        except ssl.SSLWantReadError:
            self._answer(transport)
        except ssl.SSLEOFError:
            self._end(transport, above)
        except ssl.SSLError:
            transport.close()  # with an alert that says what was wrong

    def encrypt(self, data: Any) -> None:
        view = memoryview(data).cast("B")
        for start in range(0, len(view), RECORD_BYTES):
            self._tls.write(view[start : start + RECORD_BYTES])
            self._flush()

    def close(self) -> None:
        """Say goodbye, when all that was written is on its way."""
        with contextlib.suppress(ssl.SSLError):
            self._tls.unwrap()
        self._flush()
        if self._tcp is not None:
            self._tcp.close()
            self._abort_after(CLOSING_SECONDS)

    def abort(self) -> None:
        if self._tcp is not None:
            self._tcp.abort()

    # ------------------------------------------------------------------------------------------------------------------

    def _is_plain(self) -> bool:
        """By the first byte that came."""
        if self._plain_request is None:
            if not may_be_plain(self._shared[0]):
                self._plain = None
                return False
            self._plain_request = b""
        return True

    def _answer_plainly(self, plain: PlainHttp, data: bytes) -> None:
        assert self._plain_request is not None
        assert self._tcp is not None
        self._plain_request += data
        answer = plain.answer(self._plain_request)
        if answer is not None and not self._tcp.is_closing():
            self._tcp.write(answer)
            self._tcp.close()

    def _shake_hands(self) -> None:
        try:
            self._tls.do_handshake()
        except ssl.SSLWantReadError:
            self._flush()
            return
        except ssl.SSLError:
            self.close()
            return
        self._flush()
        self._stop_timer()
        assert self._tcp is not None
        self._transport = TlsTransport(self, self._tcp, self._tls)
        above = self._make_protocol()
        assert isinstance(above, asyncio.Protocol)
        self._above = above
        above.connection_made(self._transport)
        self.hand_on()  # what came with the end of the handshake

    def _end(self, transport: "TlsTransport", above: asyncio.Protocol) -> None:
        if not above.eof_received():
            transport.close()

    def _answer(self, transport: "TlsTransport") -> None:
        """The other end may renew keys as often as it likes, if it takes what we have to say to that."""
        if self._outgoing.pending and transport.get_write_buffer_size() > UNTAKEN_ANSWERS_BYTES:
            transport.abort()
        self._flush()

    def _flush(self) -> None:
        if self._outgoing.pending and self._tcp is not None:
            self._tcp.write(self._outgoing.read())

    def _abort_after(self, seconds: float) -> None:
        self._stop_timer()
        self._timer = asyncio.get_running_loop().call_later(seconds, self.abort)

    def _stop_timer(self) -> None:
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None


class TlsTransport(asyncio.Transport):
    """What the protocol above writes to. Nothing waits here: what is written is encrypted and given to TCP at once."""

    __slots__ = ("_below", "_is_closing", "_is_paused", "_tcp", "_tls")

    def __init__(self, below: TlsProtocol, tcp: asyncio.Transport, tls: ssl.SSLObject) -> None:
        super().__init__()
        self._below: TlsProtocol | None = below
        self._tcp = tcp
        self._tls = tls
        self._is_closing = False
        self._is_paused = False

    @property
    def is_wanted(self) -> bool:
        """Whether the protocol above takes what arrives."""
        return not self._is_paused and not self._is_closing

    def lost(self) -> None:
        """The connection is gone."""
        self._is_closing = True
        self._below = None

    def write(self, data: Any) -> None:
        if data and self._below is not None and not self._is_closing:
            self._below.encrypt(data)

    def writelines(self, list_of_data: Iterable[Any]) -> None:
        self.write(b"".join(list_of_data))

    def can_write_eof(self) -> bool:
        return False

    def close(self) -> None:
        if self._below is not None and not self._is_closing:
            self._is_closing = True
            self._below.close()

    def abort(self) -> None:
        self._is_closing = True
        if self._below is not None:
            self._below.abort()

    def is_closing(self) -> bool:
        return self._is_closing

    def pause_reading(self) -> None:
        if not self._is_paused and not self._is_closing:
            self._is_paused = True
            self._tcp.pause_reading()

    def resume_reading(self) -> None:
        if self._is_paused and self._below is not None and not self._is_closing:
            self._is_paused = False
            asyncio.get_running_loop().call_soon(self._go_on)

    def is_reading(self) -> bool:
        return self.is_wanted

    def get_write_buffer_size(self) -> int:
        """Encrypted bytes that the kernel has not taken."""
        return self._tcp.get_write_buffer_size()

    def set_write_buffer_limits(self, high: int | None = None, low: int | None = None) -> None:
        self._tcp.set_write_buffer_limits(high, low)

    def get_extra_info(self, name: str, default: Any = None) -> Any:
        if name == "ssl_object":
            return self._tls
        if name == "sslcontext":
            return self._tls.context
        return self._tcp.get_extra_info(name, default)

    def _go_on(self) -> None:
        """With what is here already, and then with what comes: its end may be among it."""
        if self._below is not None and self.is_wanted:
            self._below.hand_on()
            if self.is_wanted:
                self._tcp.resume_reading()
