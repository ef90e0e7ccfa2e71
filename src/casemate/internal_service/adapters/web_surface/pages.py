"""Refusals as pages that explain themselves."""

from dataclasses import dataclass
from html import escape
from typing import Final

from casemate.internal_service.adapters.web_surface.gate import Problem

AGAIN_SCRIPT: Final = "/again.js"


@dataclass(frozen=True, slots=True)
class TypedCommands:
    """What a person is told to type in a terminal of this computer."""

    open: str = "casemate open"
    join: str = "casemate join"


_WORDS: Final[dict[Problem | str, tuple[str, str, str]]] = {
    "not_signed_in": (
        "This browser is not signed in yet",
        "Casemate runs on this computer and lets in only browsers that its owner has opened it in.",
        "In a terminal, run <code>{open}</code>. It opens a fresh, signed-in page.",
    ),
    "invited": (
        "This browser is not signed in yet",
        (
            "Casemate runs on this computer and lets in only browsers that its owner has opened it in. An invitation"
            " that came with the address was taken out of the address bar; the browser may still have it in its list of"
            " pages that were visited."
        ),
        (
            "In a terminal, run <code>{join}</code>, which asks for the link. Or run <code>{open}</code> and"
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
            "Use the address that <code>{open}</code> prints. To add a name, start Casemate with"
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
        "If it is yours, start Casemate with <code>--allow-origin</code> and that page's origin.",
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
  font-size: 13px; overflow-wrap: anywhere; -webkit-box-decoration-break: clone; box-decoration-break: clone; }}
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
_AGAIN_WITH_FRAGMENT: Final = """<!doctype html>
<html lang="en">
<meta charset="utf-8">
<script src="{script}"></script>
<noscript><meta http-equiv="refresh" content="0; url={without}"></noscript>
<title>Casemate</title>
<p><a href="{without}">Open Casemate</a></p>
</html>
"""
AGAIN_JAVASCRIPT: Final = """\
// Of an address that differs by its fragment alone a browser asks nothing: this page takes another one first.
const asked = location.href;
history.replaceState(null, "", "/");
location.replace(asked);
"""


def page(problem: str, commands: TypedCommands) -> str:
    """HTML. Nothing of the request is in it."""
    title, why, what_now = _WORDS[problem]
    what_now = what_now.replace("{open}", escape(commands.open)).replace("{join}", escape(commands.join))
    return _PAGE.format(title=escape(title), why=escape(why), what_now=what_now)


def again_from_here(address: str) -> str:
    """HTML that asks for the same address once more, as a page of ours."""
    return _AGAIN.format(address=escape(address))


def again_with_fragment(without: str) -> str:
    """The same for an address with a fragment, which only a script carries on; `without` scripts it leads there."""
    return _AGAIN_WITH_FRAGMENT.format(script=AGAIN_SCRIPT, without=escape(without))


def sentence(problem: str) -> str:
    """For programs."""
    return _WORDS[problem][0] + "."
