"""Libraries imported without what they would load along for things that no service does.

| library | stays out | which every process would pay with |
| --- | --- | --- |
| structlog | rich and pygments, for tracebacks in colour; our lines tell places only (`logging`) | 3 MiB, 70 ms |
| aiohttp | this computer's certificate authorities, for a client that is told nothing about TLS | 2 MiB, 60 ms |

Whatever imports them afterwards gets them as they are, so a program calls these first (`casemate.cli`). Both only
take away: without authorities nobody is trusted.
"""

import ssl
import sys


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
    authorities = ssl.create_default_context
    ssl.create_default_context = lambda: ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)  # type: ignore[assignment,misc]
    try:
        import aiohttp  # noqa: F401
    finally:
        ssl.create_default_context = authorities
