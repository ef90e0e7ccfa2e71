"""The page at an invitation's address: how to go on where no Casemate is. It knows of no invitation.

A browser sends nothing of what stands after # in an address, so the server that serves this page learns no secret, and
the page holds no script that could.
"""

import base64
import hashlib
from dataclasses import dataclass
from html import escape
from typing import Final

_STYLE: Final = """
:root { color-scheme: light dark; font: 1rem/1.5 system-ui, sans-serif; }
body { margin: 0 auto; padding: 2rem 1.25rem; max-width: 36rem; }
h1 { font-size: 1.5rem; line-height: 1.25; }
ol { padding-left: 1.25rem; }
li { margin: 0.75rem 0; }
code { display: block; margin: 0.5rem 0; padding: 0.75rem; border: 1px solid; border-radius: 0.5rem; overflow-x: auto;
  font: 0.9375rem/1.5 ui-monospace, monospace; user-select: all; }
.quiet { font-size: 0.875rem; opacity: 0.8; }
"""
_INSTALL: Final = """\
<li>No Casemate on this computer yet? In a terminal:
<code>{line}</code>
and paste the address when it asks.</li>
"""
_ASK: Final = """\
<li>No Casemate on this computer yet? Ask whoever invited you how to install it, then run <code>casemate join</code>
and paste the address when it asks.</li>
"""
_PAGE: Final = """\
<!doctype html>
<html lang="en">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="robots" content="noindex">
<title>You are invited to Casemate</title>
<style>{style}</style>
<h1>You are invited to talk on Casemate</h1>
<p>Casemate runs on your own computer, and this address is your invitation. Its secret part, after the #, has not left
your browser: this server has not seen it.</p>
<ol>
<li>Copy the whole address of this page from the address bar.</li>
<li>Casemate is on this computer? Open it, choose <b>I have an invitation</b>, and paste the address.</li>
{install}</ol>
<p class="quiet">This page may have come over a network without protection, and somebody on the way could have changed
it. Install Casemate only from where you would get it anyway; if in doubt, ask whoever invited you. Once Casemate is
here, the invitation itself tells it which server and which person are the right ones.</p>
</html>
"""


@dataclass(frozen=True, slots=True)
class JoinPage:
    """The same bytes for everybody."""

    html: bytes
    headers: dict[str, str]


def join_page(install_line: str) -> JoinPage:
    """With the line that installs Casemate and joins; empty: whoever invited somebody knows how."""
    install = _INSTALL.format(line=escape(install_line)) if install_line else _ASK
    digest = base64.b64encode(hashlib.sha256(_STYLE.encode()).digest()).decode()
    policy = (
        f"default-src 'none'; style-src 'sha256-{digest}'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
    )
    headers = {
        "Content-Type": "text/html; charset=utf-8",
        "Content-Security-Policy": policy,
        "Cache-Control": "no-store",
        "X-Content-Type-Options": "nosniff",
        "Referrer-Policy": "no-referrer",
    }
    return JoinPage(_PAGE.format(style=_STYLE, install=install).encode(), headers)
