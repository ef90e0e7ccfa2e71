"""Pictures of every screen × state × theme × width over the sample world, into `artifacts/screens`, for looking at.

Usage: `.venv/bin/python web/scripts/screenshots.py [PART_OF_A_NAME…]`
"""

import json
import re
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory

from playwright.sync_api import Browser, Page, sync_playwright

WEB = Path(__file__).parent.parent
OUTPUT = WEB.parent / "artifacts/screens"
CHROMIUM = "/usr/bin/chromium"
ARGUMENTS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--disable-dev-shm-usage",
]
WIDTHS = {"desktop": (1280, 800), "tablet": (800, 900), "phone": (390, 800)}

# The people of web/src/testing/samples.ts.
ADA, GRACE = 17900000000000000001, 15800000000000000010
BEA, JONAS, YUKI, ROSA, SPAM = (
    16100000000000000002,
    14000000000000000003,
    13000000000000000004,
    9800000000000000009,
    9700000000000000011,
)
HOME = f"/a/{ADA}"


def with_person(cid: int, *, of: int = ADA) -> str:
    """The address of a conversation; its id is that of web/src/testing/conversationId.ts."""
    return f"/a/{of}/c/{min(of, cid):016x}{max(of, cid):016x}"


TALK = with_person(BEA)

Act = Callable[[Page], object]

AT_REST = """() => new Promise((done) => {
    const atRest = () => { changes.disconnect(); done(); };
    let pause = setTimeout(atRest, 100);
    const changes = new MutationObserver(() => { clearTimeout(pause); pause = setTimeout(atRest, 100); });
    changes.observe(document, { subtree: true, childList: true, attributes: true, characterData: true });
})"""
"""A page draws what it has, and once more what comes later: until nothing changes any more for a moment."""


def press(name: str) -> Act:
    return lambda page: page.get_by_role("button", name=name).first.click()


def choose(name: str) -> Act:
    return lambda page: page.get_by_role("menuitem", name=name).click()


def menu_of(name: str) -> Act:
    """Of the row of a conversation."""
    return lambda page: page.get_by_role("link", name=name).first.click(button="right")


def run(script: str) -> Act:
    return lambda page: page.evaluate(f"() => {{ const {{ world, service }} = window.casemate; {script} }}")


def show_part(name: str) -> Act:
    """A part of a long screen."""
    return lambda page: page.get_by_role("region", name=name).evaluate("part => part.scrollIntoView()")


def write(text: str) -> Act:
    def act(page: Page) -> None:
        page.get_by_label("Message to").fill(text)
        page.keyboard.press("Enter")

    return act


def types(text: str) -> Act:
    return lambda page: page.get_by_label("Message to").press_sequentially(text)


def then(*acts: Act) -> Act:
    def act(page: Page) -> None:
        for one in acts:
            one(page)

    return act


LAMP = "Done. Lamp is on your desk."
COFFEE, COFFEE_AND_MILK = "And coffee.", "And coffee, with milk."


def point(text: str) -> Act:
    return lambda page: page.locator("[data-message]").filter(has_text=text).last.hover()


def ask_for(text: str, action: str | None = None) -> Act:
    """The menu of a message, and what is chosen there."""

    def act(page: Page) -> None:
        page.locator("[data-message]").filter(has_text=text).last.click(button="right", position={"x": 60, "y": 12})
        page.get_by_role("menu").wait_for()
        if action is not None:
            page.get_by_role("menuitem", name=action, exact=False).first.click()

    return act


def peer_with(change: str) -> Act:
    return run(
        f"const [ada, bea] = [world.account({ADA}n), world.account({BEA}n)]; "
        f"ada.changePeer({{ ...world.peer(ada, bea), {change} }});"
    )


def says(*texts: str) -> Act:
    """Bea says it to Ada, one after the other."""
    said = f"const [ada, bea] = [world.account({ADA}n), world.account({BEA}n)];"
    for place, text in enumerate(texts):
        said += f" world.send(bea, ada, '{place:032x}', {json.dumps(text)});"
    return run(said)


FORMATTED = (
    "Some **bold**, _slanted_, ~~struck~~ words, `code`, @ada, and [the plan](https://example.org/plan).\n\n"
    "- the first\n- the second, which is so long that it goes on in the next line of the list, as it should\n"
    "  1. of these\n  2. and these\n\n- [x] done\n- [ ] to do\n\n"
    "> What Ada said\n> on two lines\n\n# A title\n\n| who | what |\n|-|-|\n| Ada | **keys** |\n| Bea | plans |",
    "🎉👍🏽",
)
CODE = (
    'So:\n```python\n@dataclass(frozen=True)\nclass Lamp:\n    """Burns."""\n\n    hours: float = 12.5  # of oil\n\n'
    '    def left(self, now: float) -> str:\n        return f"{self.hours - now} of a very long line that goes on'
    ' beyond the edge of the message and is scrolled, not wrapped"\n```\nand `make run`',
    "```\n" + "\n".join(f"line {line} of a log without a language" for line in range(50)) + "\n```",
)
ODD = (
    "snake_case_name, __init__.py, 2*3*4, <b>no HTML</b>, C:\\new and *.py",
    "[https://bank.example](https://evil.example/login) and ![a picture](https://example.org/cat.png)",
    "**مرحبا** بك\n\n- واحد\n- اثنان\n\nand English",
    "```js\nlet a = 1; // \u202e hidden\n```",
)

server_away = run("world.serverGoes('away', Date.now() - 400000);")
service_gone = run("service.lose(Date.now() - 60000, Date.now() + 9000);")

RELAY_ONLY = """const hidden = { code: 'relay_only_on', params: {}, acts: 'user' };
    world.connectDirectly(ada, yuki, 'relayed', 74, hidden);"""
HIDE = """ada.settings = { ...ada.settings, relay_only: true };
    ada.changeAccount();
    for (const peer of ada.peers.values())
        if (peer.path?.kind === 'direct')
            world.connectDirectly(ada, world.account(peer.cid), 'relayed', 80, peer.path.reason ?? hidden);"""
CROWD = f"""const ada = world.account({ADA}n);
    const routers = {{ code: 'nats_change_ports', params: {{}}, acts: 'admin' }};
    world.crowd.slice(0, 44).forEach(({{ cid, username, full_name }}, place) => {{
        const other = world.person(cid, username, full_name, {{ online: place % 4 < 3 }});
        world.agree(ada, other);
        if (place % 4 === 0) world.connectDirectly(ada, other, 'direct', 5 + place);
        if (place % 4 === 1)
            world.connectDirectly(ada, other, 'relayed', 60 + place, routers);
    }});"""

ASKED_BY_MANY = f"""world.crowd.slice(0, 6).forEach(({{ cid, username, full_name }}) =>
        world.requestContact(world.person(cid, username, full_name), world.account({ADA}n)));"""


def fill(**fields: str) -> Act:
    def act(page: Page) -> None:
        for label, text in fields.items():
            page.get_by_label(label.replace("_", " ")).fill(text)

    return act


def search(typed: str, *, everywhere: bool = False) -> Act:
    def act(page: Page) -> None:
        page.get_by_role("button", name="Search in this conversation").click()
        if everywhere:
            page.get_by_role("button", name="Everywhere").click()
        page.get_by_label("Words to look for").fill(typed)

    return act


def scroll_up(page: Page) -> None:
    region = page.get_by_role("region", name="Conversation with")
    for _ in range(5):
        region.evaluate("element => (element.scrollTop -= 700)")
        page.wait_for_timeout(120)


LOOK_ALIKE = f"""const ada = world.account({ADA}n);
    const other = world.person(4242n, 'bea.lind', 'B\u0435a Lindqvist', {{ online: true }});
    world.requestContact(other, ada);"""
NAMESAKE = f"""const [ada, bea] = [world.account({ADA}n), world.account({BEA}n)];
    const other = world.person(4242n, 'bea', 'Bea Lindqvist', {{ online: true }});
    world.requestContact(other, ada);
    const namesake = {{ cid: bea.cid, username: bea.username, full_name: bea.full_name }};
    ada.changePeer({{ ...world.peer(ada, other), identity_changed: true, namesake }});"""

ARRANGED = f"""const ada = world.account({ADA}n);
    ada.arrange(world.peer(ada, world.account({BEA}n)).conversation, true, null);
    ada.arrange(world.peer(ada, world.account({JONAS}n)).conversation, null, true);"""

SOUP_LINK = "How about https://soup.test/lentils tonight?"
WITH_PREVIEW = f"""const [ada, bea] = [world.account({ADA}n), world.account({BEA}n)];
    const {{ conversation }} = world.peer(ada, bea);
    const preview = {{ url: 'https://soup.test/lentils', title: 'Lentil soup with lemon and a title that goes on',
        site: 'The Kitchen', description: 'Forty minutes, one pot, for two or four. Red lentils need no soaking.' }};
    world.pages.set(preview.url, preview);
    const short = {{ ...preview, url: 'https://bread.test/', title: 'Bread', site: '', description: '' }};
    const say = (from, to, id, text, preview) => {{
        world.send(from, to, id.repeat(32), text);
        world.changes.preview([ada, bea], conversation, id.repeat(32), preview);
    }};
    say(bea, ada, 'd', 'Look at https://soup.test/lentils first.', preview);
    say(ada, bea, 'e', 'With https://bread.test/', short);"""

PINNED = f"""const [ada, bea] = [world.account({ADA}n), world.account({BEA}n)];
    const {{ conversation }} = world.peer(ada, bea);
    ada.messages.get(conversation).filter(({{ kind, deleted }}) => kind === 'chat' && !deleted).slice(-3)
        .forEach(({{ id }}, place) => world.changes.pin([ada, bea], place === 1 ? ada : bea, conversation, id, true));"""

KEPT_FOR_LATER = f"""const ada = world.account({ADA}n);
    const conversation = world.peer(ada, world.account({BEA}n)).conversation;
    const keep = (id, text, due_at, refused = null) => ada.scheduled.put(
        {{ id: id.repeat(32), conversation, text, reply_to: null, written_at: Date.now(), due_at, refused }},
        () => undefined);
    keep('a', 'I will be ten minutes late, sorry. ' + 'Do not wait with the soup. '.repeat(12), Date.now() + 19_000);
    keep('b', 'Good morning! Shall we?', Date.now() + 20 * 3_600_000);
    keep('c', 'Happy birthday', Date.now() + 900 * 3_600_000);"""

FOUND = (
    "world.found = { files: [{ name: 'a'.repeat(32), found_at: 1.79e12, bytes: 155000, has_vault: true },"
    " { name: 'b'.repeat(32), found_at: 1.79e12, bytes: 9e6, has_vault: false }],"
    " listLost: { code: 'list_lost', params: { what: 'damaged', since: '1790000000000',"
    " kept_as: 'service.db.damaged-2026-09-21-131320' }, acts: 'user' } };"
    " const account = [...world.accounts.values()].find((other) => other.local);"
    " account.state = 'signed_out'; account.reason = { code: 'account_damaged', params: { name: 'ada',"
    " what: 'damaged', file: '/home/ada/.local/share/casemate/internal-service/accounts/0123456789abcdef.db' },"
    " acts: 'user' }; world.accountsChanged();"
)

OPENED_LINK = """const link = world.invites.make({{ cid: {cid}n, uses: 1, seconds: 86400 }}).invites[0].link;
    history.pushState(null, '', '/join' + new URL(link).hash); dispatchEvent(new PopStateEvent('popstate'));"""

INVITED = f"""const make = (uses, seconds) => {{
        const link = world.invites.make({{ cid: {ADA}n, uses, seconds }}).invites[0].link;
        return world.invites.find(link);
    }};
    world.invites.takeBack({{ cid: {ADA}n, invite: make(1, 86400).view.id }});
    world.invites.comes(make(1, 86400), {BEA}n);
    const many = make(25, 30 * 86400);
    for (const cid of [{YUKI}n, {JONAS}n]) world.invites.comes(many, cid);
    const over = make(5, 86400);
    over.view = {{ ...over.view, state: 'over', link: null, ends_at: Date.now() - 1e8, made_at: Date.now() - 2e8 }};"""

ONLY_HERE = "world.reach = { ...world.reachOnNetwork, reach: 'this-computer', addresses: [] };"
TOO_OLD = f"""const ada = world.account({ADA}n);
    ada.link = {{ state: 'away', since: Date.now() - 400000,
        reason: {{ code: 'update_this_computer', params: {{ version: '2.0.0' }}, acts: 'user' }} }};
    ada.changeAccount();"""


def server_runs(version: str, *, newer: bool) -> Act:
    program = f"{{ version: '{version}', newer: {str(newer).lower()}, own: false }}"
    return run(f"const ada = world.account({ADA}n); ada.serverProgram = {program}; ada.changeAccount();")


JOINING = then(fill(Full_name="Dana", Username="dana", Password="long enough indeed"), press("Join"))


def joining_refused(reason: str) -> tuple[str, Act]:
    return HOME, then(run(OPENED_LINK.format(cid=BEA)), run(f"service.refuseNext('Join', {{ {reason} }});"), JOINING)


CHANGED = f"""
    const [ada, bea] = [world.account({ADA}n), world.account({BEA}n)];
    const talk = [...ada.messages.keys()].find((id) => id.endsWith("{ADA:016x}"));
    const said = (text) => ada.messages.get(talk).findLast((message) => message.text === text).id;
    const [coffee, gate] = [said("{COFFEE}"), said("I can read the plans. Give me an hour and a lamp.")];
    world.changes.react([ada, bea], ada, talk, coffee, ["👍"]);
    world.changes.react([ada, bea], bea, talk, coffee, ["☕", "👍"]);
    world.changes.edit([ada, bea], talk, coffee, "{COFFEE_AND_MILK}");
    const answered = {{ author: bea.account_id, id: gate }};
    world.changes.answer([ada, bea], talk, said("{LAMP}"), answered);
"""

SCREENS: dict[str, tuple[str, Act | None]] = {
    "landing": ("/", None),
    "landing-first": (
        "/",
        run("for (const account of world.accounts.values()) account.local = false; world.accountsChanged();"),
    ),
    "landing-fetched": (
        "/",
        then(
            run(
                "for (const account of world.accounts.values()) account.local = false; world.accountsChanged();"
                " world.autostart = { state: 'unavailable', before_login: false,"
                " reason: { code: 'autostart_fetched', params: {}, acts: 'user' } };"
            ),
            press("Create account"),
            press("Back"),
        ),
    ),
    "landing-found": ("/", run(FOUND)),
    "landing-forget": ("/", then(run(FOUND), press("Remove @"))),
    "landing-older": (
        "/",
        run(
            "const account = [...world.accounts.values()].find((other) => other.local); account.reason = { code:"
            " 'account_older', params: { name: 'ada', file: '/home/ada/.local/share/casemate/internal-service/accounts/"
            "0123456789abcdef.db' }, acts: 'user' }; world.accountsChanged();"
        ),
    ),
    "versions-talk": (TALK, server_runs("0.2.0", newer=True)),
    "versions-connections": (f"{HOME}/connections", server_runs("0.0.9", newer=False)),
    "versions-settings": (f"{HOME}/settings", server_runs("0.2.0", newer=True)),
    "versions-too-old": (TALK, run(TOO_OLD)),
    "talk-disk-full": (
        TALK,
        run("world.storage = { code: 'disk_full', params: {}, acts: 'retry' }; world.accountsChanged();"),
    ),
    "create": ("/?create", None),
    "names-look-alike": (HOME, run(LOOK_ALIKE)),
    "names-namesake": (
        HOME,
        then(
            run(NAMESAKE),
            run(f"history.pushState(null, '', '{with_person(4242)}'); dispatchEvent(new PopStateEvent('popstate'));"),
        ),
    ),
    "names-unsigned": (TALK, then(peer_with("names_signed: false"), press("Details"))),
    "create-missing": ("/?create", then(fill(Username="a b", Password="short"), press("Create account"))),
    "create-unreachable": ("/?create", fill(Server_address="team.example.org")),
    "create-taken": (
        "/?create",
        then(fill(Full_name="Bea", Username="bea", Password="long enough indeed"), press("Create account")),
    ),
    "create-slow": (
        "/?create",
        then(
            run("service.hold('Register');"),
            fill(Full_name="Dana", Username="dana", Password="long enough indeed"),
            press("Create account"),
            lambda page: page.wait_for_timeout(2500),
        ),
    ),
    "sign-in": ("/?sign-in", None),
    "join": ("/join", None),
    "join-bad": ("/join", fill(Invitation="see you there")),
    "join-read": (
        HOME,
        then(
            run(f"world.account({ADA}n).state = 'signed_out'; world.accountsChanged();"),
            run(OPENED_LINK.format(cid=BEA)),
        ),
    ),
    "join-here": (HOME, run(OPENED_LINK.format(cid=BEA))),
    "join-own": (HOME, run(OPENED_LINK.format(cid=ADA))),
    "join-taken": joining_refused("code: 'username_taken', params: { username: 'dana' }, acts: 'user'"),
    "join-used": joining_refused("code: 'invite_used', params: {}, acts: 'peer'"),
    "join-expired": joining_refused("code: 'invite_expired', params: {}, acts: 'peer'"),
    "join-taken-back": joining_refused("code: 'invite_ended', params: {}, acts: 'peer'"),
    "join-away": joining_refused("code: 'server_unreachable', params: { address: '192.0.2.7:12349' }, acts: 'retry'"),
    "join-slow": (
        HOME,
        then(
            run(OPENED_LINK.format(cid=BEA)),
            run("service.hold('Join');"),
            JOINING,
            lambda page: page.wait_for_timeout(2500),
        ),
    ),
    "join-altered": (
        "/join",
        then(
            run(
                "service.refuseNext('ReadInvitation', { code: 'no_invitation', acts: 'user',"
                " params: { problem: 'incomplete' } });"
            ),
            fill(Invitation="http://192.0.2.7:12349/join#casemate1-00000"),
        ),
    ),
    "sign-in-link": (with_person(BEA, of=GRACE), None),
    "sign-in-wrong": (f"/a/{GRACE}", then(fill(Password="nope"), press("Sign in"))),
    "home": (HOME, None),
    "home-alone": (
        f"/a/{GRACE}",
        then(run(f"world.account({GRACE}n).peers.clear();"), fill(Password="correct horse"), press("Sign in")),
    ),
    "account-menu": (HOME, press("Account menu")),
    "discover": (HOME, press("Find people")),
    "discover-nobody": (
        HOME,
        then(press("Find people"), lambda page: page.get_by_label("Search people").fill("zzz")),
    ),
    "discover-failed": (
        HOME,
        then(
            run("service.refuseNext('ListDirectory', { code: 'server_away', params: {}, acts: 'retry' });"),
            press("Find people"),
        ),
    ),
    "discover-loading": (HOME, then(run("service.hold('ListDirectory');"), press("Find people"))),
    "invite": (HOME, press("Invite people")),
    "invite-many": (
        HOME,
        then(run(INVITED), press("Invite people"), lambda page: page.get_by_text("25 people", exact=True).click()),
    ),
    "invite-link": (HOME, then(run(INVITED), press("Invite people"), press("Make a link"), press("Copy link"))),
    "invite-here-only": (HOME, then(run(ONLY_HERE), press("Invite people"))),
    "invite-opening": (
        HOME,
        then(run(ONLY_HERE + "service.hold('SetReach');"), press("Invite people"), press("Listen on the network and")),
    ),
    "invite-not-opened": (
        HOME,
        then(
            run(ONLY_HERE + "world.reachOnNetwork = { ...world.reach, failed: true };"),
            press("Invite people"),
            press("Listen on the network and"),
        ),
    ),
    "invite-link-here-only": (HOME, then(run(ONLY_HERE), press("Invite people"), press("For this computer only"))),
    "invite-link-unreachable": (
        HOME,
        then(
            run(
                "world.reach = { ...world.reachOnNetwork, addresses: [{ address: '203.0.113.7:12349', who: 'unknown' }] };"
            ),
            press("Invite people"),
            press("Make a link"),
        ),
    ),
    "invite-trying": (HOME, then(run("service.hold('GetReach');"), press("Invite people"))),
    "invite-link-many": (
        HOME,
        then(
            press("Invite people"),
            lambda page: page.get_by_text("5 people", exact=True).click(),
            press("Make a link"),
        ),
    ),
    "invite-take-back": (HOME, then(run(INVITED), press("Invite people"), press("Take back the link"))),
    "invite-refused": (
        HOME,
        then(
            run("service.refuseNext('MakeInvite', { code: 'server_away', params: {}, acts: 'retry' });"),
            press("Invite people"),
            press("Make a link"),
        ),
    ),
    "invite-loading": (HOME, then(run("service.hold('ListInvites');"), press("Invite people"))),
    "invite-failed": (
        HOME,
        then(
            run("service.refuseNext('ListInvites', { code: 'connection_lost', params: {}, acts: 'retry' });"),
            press("Invite people"),
        ),
    ),
    "switcher": (TALK, lambda page: page.keyboard.press("Control+k")),
    "switcher-found": (
        TALK,
        then(lambda page: page.keyboard.press("Control+k"), lambda page: page.get_by_role("combobox").fill("the")),
    ),
    "search": (TALK, search("")),
    "search-found": (TALK, search("the")),
    "search-everywhere": (TALK, search("the", everywhere=True)),
    "search-at-home": (
        HOME,
        then(
            lambda page: page.keyboard.press("Control+k"),
            lambda page: page.get_by_role("combobox").fill("plans"),
            lambda page: page.get_by_role("option", name="Search messages for").click(),
        ),
    ),
    "search-filters": (TALK, search("the from:bea before:2030-05-01", everywhere=True)),
    "search-when": (TALK, then(search("the"), press("When"))),
    "search-nothing": (TALK, search("aqueduct")),
    "search-nobody": (TALK, search("from:somebody plans")),
    "search-looking": (TALK, then(run("service.hold('SearchMessages');"), search("plans"))),
    "search-failed": (
        TALK,
        then(
            run("service.refuseNext('SearchMessages', { code: 'internal', params: {}, acts: 'retry' });"),
            search("plans"),
        ),
    ),
    "search-led-there": (
        TALK,
        then(
            search("masons"), lambda page: page.get_by_role("list", name="Found messages").get_by_role("button").click()
        ),
    ),
    "go-to-day": (TALK, then(search(""), press("Go to a day"))),
    "talk": (TALK, None),
    "talk-details": (TALK, press("Details")),
    "talk-scrolled": (TALK, scroll_up),
    "talk-new": (with_person(YUKI), None),
    "talk-offline": (with_person(JONAS), None),
    "meeting": (f"{HOME}/with/77", None),
    "talk-awaited": (
        with_person(ROSA),
        then(
            run(
                f"const [ada, rosa] = [world.account({ADA}n), world.account({ROSA}n)]; ada.changePeer({{"
                " ...world.peer(ada, rosa), met: 'by_their_invitation', awaited: true, connection: 'asking' });"
            ),
            write("I am in. Talk to you when you are there."),
        ),
    ),
    "talk-requested": (with_person(ROSA), None),
    "home-arranged": (HOME, then(run(ARRANGED), press("Archive"), menu_of("由紀"))),
    "talk-pinned": (TALK, run(PINNED)),
    "talk-pins": (TALK, then(run(PINNED), press("All 3 pinned"))),
    "talk-preview": (TALK, run(WITH_PREVIEW)),
    "talk-preview-offered": (
        TALK,
        then(
            run(WITH_PREVIEW),
            fill(**{"Message to": SOUP_LINK}),
            lambda page: page.get_by_role("button", name="Add a preview").wait_for(),
        ),
    ),
    "talk-preview-made": (
        TALK,
        then(run(WITH_PREVIEW), fill(**{"Message to": SOUP_LINK}), press("Add a preview")),
    ),
    "talk-preview-failed": (
        TALK,
        then(fill(**{"Message to": SOUP_LINK}), press("Add a preview")),
    ),
    "talk-later": (TALK, run(KEPT_FOR_LATER)),
    "talk-later-menu": (TALK, then(fill(**{"Message to": "Good morning"}), press("Send later"))),
    "talk-later-time": (TALK, then(fill(**{"Message to": "Hi"}), press("Send later"), choose("At another time…"))),
    "talk-blocked": (with_person(SPAM), None),
    "talk-typing": (TALK, run(f"world.typing(world.account({BEA}n), world.account({ADA}n), true);")),
    "talk-alarm": (TALK, peer_with("identity_changed: true, verified: false")),
    "talk-disconnected": (TALK, peer_with("connection: 'none', path: null")),
    "talk-path": (TALK, press("Connection: ")),
    "talk-path-relayed": (with_person(YUKI), press("Connection: ")),
    "talk-path-offline": (with_person(JONAS), press("Connection: ")),
    "talk-path-server-away": (TALK, then(server_away, press("Connection: "))),
    "talk-path-waiting": (with_person(JONAS), then(server_away, press("Connection: "))),
    "talk-path-relay-only": (
        with_person(YUKI),
        then(
            run(f"const [ada, yuki] = [{ADA}n, {YUKI}n].map(cid => world.account(cid)); {RELAY_ONLY}"),
            press("Connection: "),
        ),
    ),
    "talk-path-unknown": (TALK, then(service_gone, press("Connection: "))),
    "connections": (f"{HOME}/connections", None),
    "connections-pointed": (
        f"{HOME}/connections",
        lambda page: page.get_by_role("main").get_by_role("listitem").nth(1).hover(),
    ),
    "connections-server-away": (f"{HOME}/connections", server_away),
    "connections-unknown": (f"{HOME}/connections", service_gone),
    "connections-relay-only": (
        f"{HOME}/connections",
        run(f"const [ada, yuki] = [{ADA}n, {YUKI}n].map(cid => world.account(cid)); {RELAY_ONLY} {HIDE}"),
    ),
    "connections-crowd": (f"{HOME}/connections", run(CROWD)),
    "connections-nobody": (
        f"{HOME}/connections",
        run(f"world.account({ADA}n).peers.forEach((_, cid) => world.account({ADA}n).partFrom(cid));"),
    ),
    "talk-draft": (
        TALK,
        lambda page: page.get_by_label("Message to").fill(
            "One line\nand a second\n\nand a fourth, which is long enough to be wrapped at the width of a phone"
        ),
    ),
    "talk-refused": (
        TALK,
        then(
            run("service.refuseNext('SendChat', { code: 'mailbox_full', params: {}, acts: 'peer' });"),
            write("This is refused"),
        ),
    ),
    "talk-loading": (
        HOME,
        then(
            run("service.hold('GetTimeline');"),
            lambda page: page.get_by_role("link", name=re.compile("^Jonas")).first.click(),
        ),
    ),
    "server-away": (
        TALK,
        then(run("world.serverGoes('away', Date.now() - 400000);"), write("Written while the server is away")),
    ),
    "server-fenced": (
        TALK,
        run("world.serverGoes('fenced', Date.now(), { code: 'fenced', params: {}, acts: 'user' });"),
    ),
    "service-gone": (
        TALK,
        then(run("service.lose(Date.now() - 60000, Date.now() + 9000);"), write("Written while the service is gone")),
    ),
    "formatted": (TALK, says(*FORMATTED)),
    "formatted-code": (TALK, says(*CODE)),
    "formatted-odd": (TALK, says(*ODD)),
    "writing-emoji": (TALK, types("Done :part")),
    "writing-mention": (TALK, types("Ask @")),
    "writing-selected": (TALK, then(types("Some words"), lambda page: page.keyboard.press("Control+A"))),
    "emoji-picker": (TALK, press("Emoji")),
    "emoji-picker-found": (TALK, then(press("Emoji"), fill(Find_an_emoji="hear"))),
    "acting-bar": (TALK, then(run(CHANGED), point(COFFEE_AND_MILK))),
    "acting-menu": (TALK, ask_for(LAMP)),
    "acting-menu-theirs": (TALK, then(run(CHANGED), ask_for(COFFEE_AND_MILK))),
    "acting-keyboard": (TALK, lambda page: page.keyboard.press("Control+ArrowUp")),
    "acting-emojis": (TALK, ask_for(COFFEE, "React with another emoji")),
    "acting-reply": (TALK, then(run(CHANGED), ask_for(COFFEE_AND_MILK, "Reply"))),
    "acting-edit": (TALK, ask_for(LAMP, "Edit")),
    "acting-edit-refused": (
        TALK,
        then(
            ask_for(LAMP, "Edit"),
            run("service.refuseNext('EditMessage', { code: 'message_gone', params: {}, acts: 'user' });"),
            lambda page: page.keyboard.type(" And the oil."),
            lambda page: page.keyboard.press("Enter"),
        ),
    ),
    "acting-select": (
        TALK,
        then(ask_for(LAMP, "Select several"), lambda page: page.get_by_label(f"Select: {COFFEE}").check()),
    ),
    "acting-delete": (TALK, ask_for(LAMP, "Delete")),
    "acting-delete-theirs": (TALK, ask_for(COFFEE, "Delete")),
    "acting-deleted": (TALK, then(ask_for(LAMP, "Delete"), press("Delete for everyone"))),
    "acting-history": (TALK, then(run(CHANGED), ask_for(COFFEE_AND_MILK, "What it said before"))),
    "acting-history-loading": (
        TALK,
        then(
            run(CHANGED + "service.hold('GetMessageVersions');"),
            ask_for(COFFEE_AND_MILK, "What it said before"),
        ),
    ),
    "acting-history-failed": (
        TALK,
        then(
            run(
                CHANGED + "service.refuseNext('GetMessageVersions', { code: 'timed_out', params: {}, acts: 'retry' });"
            ),
            ask_for(COFFEE_AND_MILK, "What it said before"),
        ),
    ),
    "acting-forward": (TALK, then(ask_for(COFFEE, "Forward"), press("Send to"))),
    "acting-details": (TALK, ask_for(LAMP, "Details")),
    "acting-details-theirs": (TALK, ask_for(COFFEE, "Details")),
    "acting-copied": (TALK, ask_for(COFFEE, "Copy link")),
    "jump-gone": (f"{TALK}/{'0e' * 16}", None),
    "settings": (f"{HOME}/settings", None),
    "settings-name": (f"{HOME}/settings", press("Change…")),
    "notes-empty": (with_person(ADA), None),
    "notes": (
        with_person(ADA),
        run(
            f"const ada = world.account({ADA}n); world.send(ada, ada, '{'0e' * 16}', 'Ask Bea for the key of the west gate.');"
        ),
    ),
    "settings-appearance": (f"{HOME}/settings", show_part("Appearance")),
    "settings-privacy": (f"{HOME}/settings", show_part("Privacy")),
    "shortcuts": (HOME, lambda page: page.keyboard.press("?")),
    "settings-delete": (f"{HOME}/settings", press("Delete account…")),
    "settings-notifications": (f"{HOME}/settings", show_part("Notifications")),
    "settings-notifications-hours": (
        f"{HOME}/settings",
        then(show_part("Notifications"), lambda page: page.get_by_text("At night").click()),
    ),
    "settings-notifications-missing": (
        f"{HOME}/settings",
        then(run("world.desktop = 'missing'; service.lose(); service.restore();"), show_part("Notifications")),
    ),
    "mute-menu": (TALK, press("Mute")),
    "muted": (TALK, then(press("Mute"), choose("For an hour"))),
    "muted-unread": (
        HOME,
        run(
            f"world.account({ADA}n).mute('{min(ADA, JONAS):016x}{max(ADA, JONAS):016x}', {{ until: null }});"
            f"world.send(world.account({JONAS}n), world.account({ADA}n), '1'.repeat(32), 'psst');"
        ),
    ),
    "people": (f"{HOME}/people", None),
    "requests-many": (HOME, run(ASKED_BY_MANY)),
    "requests-many-shown": (HOME, then(run(ASKED_BY_MANY), press("4 more"))),
    "nowhere": ("/a/12", None),
    "no-conversation": (with_person(77), None),
    "gallery": ("/gallery", None),
}


def main() -> None:
    wanted = sys.argv[1:]
    names = [name for name in SCREENS if not wanted or any(part in name for part in wanted)]
    OUTPUT.mkdir(parents=True, exist_ok=True)
    with served() as base, sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=ARGUMENTS)
        for name in names:
            for width in WIDTHS:
                for theme in ("light", "dark"):
                    take(browser, base, name, width, theme)
        browser.close()


@contextmanager
def served() -> Iterator[str]:
    """The UI over the sample world, built; its address.

    Built in a place of its own: a build empties its directory, and another of these may be serving what it made.
    """
    port = free_port()
    vite = str(WEB / "node_modules/.bin/vite")
    with TemporaryDirectory() as directory:
        built = ["--outDir", directory, "--logLevel", "error"]
        subprocess.run([vite, "build", "--mode", "fake", "--emptyOutDir", *built], cwd=WEB, check=True)
        where = ["--port", str(port), "--strictPort", "--host", "127.0.0.1"]
        server = subprocess.Popen([vite, "preview", *built, *where], cwd=WEB)
        try:
            wait_for(f"http://127.0.0.1:{port}/")
            yield f"http://127.0.0.1:{port}"
        finally:
            server.terminate()
            server.wait()


def take(browser: Browser, base: str, name: str, width: str, theme: str) -> None:
    columns, rows = WIDTHS[width]
    context = browser.new_context(
        viewport={"width": columns, "height": 2400 if name == "gallery" else rows},
        color_scheme="dark" if theme == "dark" else "light",
        locale="en-GB",
    )
    page = context.new_page()
    page.on("pageerror", lambda error: print(f"{name}: {error}"))
    page.on("console", lambda entry: print(f"{name}: {entry.text}") if entry.type == "error" else None)
    try:
        show(page, base, name)
    except Exception as error:  # noqa: BLE001 - a picture of what went wrong says more than no picture
        print(f"{name} {width}: {str(error).splitlines()[0]}")
    page.wait_for_timeout(450)
    page.screenshot(path=OUTPUT / f"{name}.{width}.{theme}.png")
    context.close()


def show(page: Page, base: str, name: str) -> None:
    """A screen, in the state that it is named for."""
    path, act = SCREENS[name]
    page.goto(base + path)
    page.locator("main:visible, nav:visible").first.wait_for()
    page.wait_for_timeout(250)
    if act is not None:
        act(page)
        page.evaluate(AT_REST)


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def wait_for(address: str) -> None:
    deadline = time.monotonic() + 30
    while True:
        try:
            urllib.request.urlopen(address, timeout=1)
            return
        except OSError:
            if time.monotonic() > deadline:
                raise
            time.sleep(0.2)


if __name__ == "__main__":
    main()
