"""Runs `casemate` with a server that lies: `python -m tests.support.hostile_server HOW ARGS…`.

`other-account USERNAME` shows that account where another one is looked for, under the name that was asked for;
`other-devices USERNAME` keeps the account that was asked for, and shows that one's devices; `lets-everybody-in`
takes every invitation for a good one.
"""

import sys
from dataclasses import replace

from msgspec import structs

from casemate.cli import main
from casemate.node import Effect, Instant
from casemate.protocol.link import AccountFound, FindAccount
from casemate.server.core.directory import Directory
from casemate.server.core.events import Send
from casemate.server.core.invites import Invites
from casemate.server.core.links import DeviceLink


def lie_about_everybody(how: str, username: str) -> None:
    honest = Directory.find

    def find(self: Directory, link: DeviceLink, frame: FindAccount, now: Instant) -> list[Effect]:
        [send] = honest(self, link, frame, now)
        assert isinstance(send, Send)
        shown = send.frame
        assert isinstance(shown, AccountFound)
        [(_, liar)] = self._store.directory.page(shown.row.account_id, username, "", 1)
        kept = self._store.accounts.account(liar.account_id)
        assert kept is not None
        if how == "other-account":
            shown = structs.replace(shown, row=structs.replace(shown.row, account_id=liar.account_id), names=b"")
        return [replace(send, frame=structs.replace(shown, device_list=kept.device_list))]

    Directory.find = find  # type: ignore[method-assign, assignment]


def let_everybody_in() -> None:
    Invites.check = lambda *_: None  # type: ignore[method-assign]


if __name__ == "__main__":
    how, *arguments = sys.argv[1:]
    if how == "lets-everybody-in":
        let_everybody_in()
    else:
        lie_about_everybody(how, arguments.pop(0))
    sys.argv = ["casemate", *arguments]
    main()
