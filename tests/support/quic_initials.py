"""First packets of QUIC calls, made by hand: well-formed, and never followed by anything."""

import os
import socket
from typing import Final

from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.hmac import HMAC

_SALT: Final = bytes.fromhex("38762cf7f55934b34d179ae6a4c80cadccbb7f0a")
"""Of RFC 9001 §5.2: the keys of first packets are known to everybody."""
_DATAGRAM_BYTES: Final = 1_200
_ID_BYTES: Final = 8


def initial_packet() -> bytes:
    """The beginning of a ClientHello that does not go on, so that the call stays half-open."""
    destination, source = os.urandom(_ID_BYTES), os.urandom(_ID_BYTES)
    key, iv, header_key = _keys(destination)
    hello = b"\x01\x00\x02\x00\x03\x03" + os.urandom(32)
    frames = b"\x06\x00" + _length(len(hello)) + hello
    number = bytes(4)
    head = b"\xc3" + (1).to_bytes(4, "big") + bytes([_ID_BYTES]) + destination + bytes([_ID_BYTES]) + source + b"\x00"
    rest = _DATAGRAM_BYTES - len(head) - 2
    header = head + _length(rest) + number
    payload = frames.ljust(rest - len(number) - 16, b"\x00")
    sealed = AESGCM(key).encrypt(iv, payload, header)  # packet number 0 leaves the nonce as it is
    mask = Cipher(algorithms.AES(header_key), modes.ECB()).encryptor().update(sealed[:16])  # noqa: S305 (the RFC's)
    first = bytes([header[0] ^ (mask[0] & 0x0F)])
    hidden = bytes(plain ^ other for plain, other in zip(number, mask[1:], strict=False))
    return first + header[1 : -len(number)] + hidden + sealed


def flood(port: int, packets: int) -> None:
    """So many calls from one address of this computer, to a port of it."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sender:
        for _ in range(packets):
            sender.sendto(initial_packet(), ("127.0.0.1", port))


def _keys(destination: bytes) -> tuple[bytes, bytes, bytes]:
    secret = _expand(_hmac(_SALT, destination), b"client in", 32)
    return _expand(secret, b"quic key", 16), _expand(secret, b"quic iv", 12), _expand(secret, b"quic hp", 16)


def _expand(secret: bytes, label: bytes, size: int) -> bytes:
    label = b"tls13 " + label
    return _hmac(secret, size.to_bytes(2, "big") + bytes([len(label)]) + label + b"\x00\x01")[:size]


def _hmac(key: bytes, data: bytes) -> bytes:
    mac = HMAC(key, SHA256())
    mac.update(data)
    return mac.finalize()


def _length(value: int) -> bytes:
    return (0x4000 | value).to_bytes(2, "big")
