"""Refusals as pages that explain themselves."""

from html import escape
from typing import Final

from casemate.internal_service.adapters.web_surface.gate import Problem

_WORDS: Final[dict[Problem | str, tuple[str, str, str]]] = {
    "not_signed_in": (
        "This browser is not signed in yet",
        "Casemate runs on this computer and lets in only browsers that its owner has opened it in.",
        "In a terminal, run <code>{open}</code>. It opens a fresh, signed-in page.",
    ),
    "invited": (
        "This browser is not signed in yet",
        (
            "Casemate runs on this computer and lets in only browsers that its owner has opened it in. The secret of"
            " the invitation was taken out of the address bar, and is kept nowhere."
        ),
        (
            "In a terminal, run <code>casemate join</code>, which asks for the link. Or run <code>{open}</code> and"
            " choose <em>I have an invitation</em>."
        ),
    ),
    "launch_used": (
        "This link has been used, or is too old",
        "A sign-in link works once and for five minutes, so that nobody can use it after you.",
        "In a terminal, run <code>{open}</code> for a new one.",
    ),
    "credential": (
        "That key does not fit",
        "The cookie or token that came with this request is not one of this service, or has expired.",
        (
            "In a terminal, run <code>{open}</code>. Programs find the present token in the data directory,"
            " in the file <code>token</code>."
        ),
    ),
    "host": (
        "Casemate does not answer under this address",
        "Pages that pretend to be this computer are a known trick, so only addresses on a list are served.",
        (
            "Use the address that <code>{open}</code> prints. To add a name, start the internal service with"
            " <code>--allow-host NAME</code>."
        ),
    ),
    "other_user": (
        "This Casemate belongs to another user of this computer",
        "It answers only programs of the user who started it, whatever they bring. This connection is not from one.",
        (
            "If you are that user and reach it through a container, a virtual machine or a proxy on this computer,"
            " start it with <code>--trust-other-users</code>: then every user here who has a key gets in."
        ),
    ),
    "origin": (
        "A page from elsewhere asked",
        "Another site tried to talk to your Casemate. Nothing was given to it.",
        "If it is yours, start the internal service with <code>--allow-origin</code> and that page's origin.",
    ),
    "busy": (
        "Too many wrong keys at once",
        "Somebody is guessing. Those who are signed in notice nothing of it.",
        "Wait a moment, then run <code>{open}</code>.",
    ),
    "full": (
        "Too many windows and programs are connected",
        "Each place is taken by one that is in use, so there is none for this one.",
        "Close windows of Casemate that you do not need, or stop a program that opens many connections.",
    ),
    "not_found": (
        "There is nothing here",
        "This address does not belong to Casemate.",
        '<a href="/">Go to Casemate</a>',
    ),
    "not_built": (
        "The user interface is not built",
        "The service runs, but this installation holds no files of its user interface.",
        "In a checkout, run <code>make setup</code>; then reload this page.",
    ),
}

_PAGE: Final = """<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>{title} · Casemate</title>
<link rel="icon" href="data:,">
<style>
:root {{ color-scheme: light dark; --ground: #f6f5f2; --card: #fffefb; --ink: #23262a; --quiet: #5c6167;
  --line: #dedcd5; --accent: #1f6f63; }}
@media (prefers-color-scheme: dark) {{ :root {{ --ground: #17191b; --card: #202326; --ink: #eceae4; --quiet: #a5a9ad;
  --line: #34383c; --accent: #6cc5b4; }} }}
* {{ box-sizing: border-box; }}
body {{ margin: 0; min-height: 100vh; display: grid; place-items: center; padding: 24px; background: var(--ground);
  color: var(--ink); font: 15px/1.5 system-ui, sans-serif; }}
main {{ max-width: 480px; padding: 32px; background: var(--card); border: 1px solid var(--line); border-radius: 10px; }}
h1 {{ margin: 0 0 12px; font-size: 20px; font-weight: 650; line-height: 1.3; text-wrap: balance; }}
p {{ margin: 0 0 12px; color: var(--quiet); }}
p.next {{ margin: 20px 0 0; padding-top: 20px; border-top: 1px solid var(--line); color: var(--ink); }}
code {{ padding: 2px 6px; border-radius: 6px; background: var(--ground); border: 1px solid var(--line);
  font-size: 13px; }}
a {{ color: var(--accent); }}
.name {{ margin: 0 0 20px; font-size: 13px; font-weight: 550; letter-spacing: .02em; color: var(--accent); }}
</style>
</head>
<body><main>
<p class="name">Casemate</p>
<h1>{title}</h1>
<p>{why}</p>
<p class="next">{what_now}</p>
</main></body>
</html>
"""


_AGAIN: Final = """<!doctype html>
<html lang="en">
<meta charset="utf-8">
<meta http-equiv="refresh" content="0; url={address}">
<title>Casemate</title>
<p><a href="{address}">Open Casemate</a></p>
</html>
"""


def page(problem: str, open_command: str = "") -> str:
    """HTML. Nothing of the request is in it."""
    title, why, what_now = _WORDS[problem]
    what_now = what_now.replace("{open}", escape(open_command or "casemate open"))
    return _PAGE.format(title=escape(title), why=escape(why), what_now=what_now)


def again_from_here(address: str) -> str:
    """HTML that asks for the same address once more, as a page of ours."""
    return _AGAIN.format(address=escape(address))


def sentence(problem: str) -> str:
    """For programs."""
    return _WORDS[problem][0] + "."
