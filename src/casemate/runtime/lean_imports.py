"""Libraries imported without what they would load along for things that no service does.

| library | stays out | which every process would pay with |
| --- | --- | --- |
| structlog | rich and pygments, for tracebacks in colour; our lines tell places only (`logging`) | 3 MiB, 70 ms |
| aiohttp | this computer's certificate authorities, for clients told nothing about TLS, twice | 3 MiB, 140 ms |

Whatever imports them afterwards gets them as they are, so a program calls these first (`casemate.cli`). Both only
take away: without authorities nobody is trusted.
"""

import ssl
import sys
from collections.abc import Iterator
from contextlib import contextmanager


def structlog_alone() -> None:
    """Where rich is not installed, structlog does without it."""
    if "structlog" in sys.modules or "rich" in sys.modules:
        return
    sys.modules["rich"] = None  # type: ignore[assignment]  # how Python says that there is no such module
    try:
        import structlog  # noqa: F401
    finally:
        del sys.modules["rich"]


def aiohttp_alone() -> None:
    """Connections to servers under public names ask for the authorities when they need them."""
    with _no_authorities():
        import aiohttp  # noqa: F401


@contextmanager
def _no_authorities() -> Iterator[None]:
    """TLS for clients is as strict as ever, and knows nobody whose word it would take."""
    of_the_system = ssl.SSLContext.load_default_certs
    ssl.SSLContext.load_default_certs = lambda self, purpose=None: None  # type: ignore[method-assign]
    ssl.SSLContext.set_default_verify_paths = lambda self: None  # type: ignore[method-assign]
    try:
        yield
    finally:
        ssl.SSLContext.load_default_certs = of_the_system  # type: ignore[method-assign]
        del ssl.SSLContext.set_default_verify_paths  # what is there again is OpenSSL's own
