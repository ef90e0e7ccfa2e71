"""The page at an invitation's address: how to go on where no Casemate is. It knows of no invitation.

A browser sends nothing of what stands after # in an address, so the server that serves this page learns no secret, and
the page holds no script that could.
"""

import base64
import hashlib
from dataclasses import dataclass
from html import escape
from typing import Final

# The colours are those of the pages of the internal service.
_STYLE: Final = """
:root { color-scheme: light dark; font: 1rem/1.5 system-ui, sans-serif; --ground: #f6f5f2; --card: #fffefb;
  --ink: #23262a; --quiet: #5c6167; --line: #dedcd5; --accent: #1f6f63; }
@media (prefers-color-scheme: dark) { :root { --ground: #17191b; --card: #202326; --ink: #eceae4; --quiet: #a5a9ad;
  --line: #34383c; --accent: #6cc5b4; } }
* { box-sizing: border-box; }
body { margin: 0; min-height: 100vh; display: grid; align-items: center; padding: 1.5rem 1rem;
  background: var(--ground); color: var(--ink); }
main { width: 100%; max-width: 36rem; margin: 0 auto; padding: 1.75rem 1.5rem; background: var(--card);
  border: 1px solid var(--line); border-radius: 10px; }
h1 { margin: 0 0 0.75rem; font-size: 1.375rem; line-height: 1.3; text-wrap: balance; }
h2 { margin: 1.5rem 0 0.25rem; font-size: 1rem; }
p { margin: 0 0 0.75rem; text-wrap: pretty; }
.name { font-size: 0.875rem; font-weight: 600; color: var(--accent); }
code { padding: 0.125rem 0.375rem; border: 1px solid var(--line); border-radius: 6px; background: var(--ground);
  font: 0.9375rem/1.5 ui-monospace, monospace; white-space: nowrap; user-select: all; }
.line code { display: block; padding: 0.75rem; white-space: normal; overflow-wrap: anywhere; }
.quiet { margin: 1.5rem 0 0; padding-top: 1.25rem; border-top: 1px solid var(--line); font-size: 0.875rem;
  color: var(--quiet); }
"""
_INSTALL: Final = """\
<p>In a terminal, run this line, and paste the address when it asks:</p>
<p class="line"><code>{line}</code></p>
"""
_ASK: Final = """\
<p>Ask whoever invited you how to install it. Then run <code>casemate join</code> in a terminal, and paste the address
when it asks.</p>
"""
_PAGE: Final = """\
<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="robots" content="noindex">
<title>You are invited to Casemate</title>
<style>{style}</style>
</head>
<body><main>
<p class="name">Casemate</p>
<h1>You are invited to talk on Casemate</h1>
<p>Casemate runs on your own computer. The address of this page is your invitation: <b>copy the whole of it from the
address bar</b>. On a phone, send it to your computer first.</p>
<h2>If Casemate is on your computer</h2>
<p>Open it, choose <b>I have an invitation</b>, and paste the address.</p>
<h2>If it is not there yet</h2>
{install}<p class="quiet">The secret part of the address, after the #, was not sent to this server: browsers keep it to
themselves. But this page may have come over a network without protection, and somebody on the way could have changed
it. Install Casemate only from where you would get it anyway; if in doubt, ask whoever invited you. Once Casemate is
here, the invitation itself tells it which server and which person are the right ones.</p>
</main></body>
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
