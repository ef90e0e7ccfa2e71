"""How long the heaviest messages keep their reader's tab busy: `python -m benchmarks.heavy_messages`."""

from typing import Final

from benchmarks.browser import long_tasks, stage, told
from tests.support.deployment import Deployment
from tests.support.heavy_texts import HEAVY_TEXTS

TEXTS: Final = {"an ordinary line": "A line of chat."} | HEAVY_TEXTS
"""The first says what opening costs anyhow."""


async def conversations(deployment: Deployment) -> tuple[int, dict[str, str]]:
    """One reader, and for each kind of text somebody who sent it. Answers the reader's cid and the ids of the
    conversations."""
    async with await deployment.service().view() as reader:
        cid = await reader.register(deployment.server.address, "reader", "Reader")
        await reader.subscribe(cid)
        found = {}
        for number, (kind, text) in enumerate(TEXTS.items()):
            async with await deployment.service().view() as sender:
                peer = await sender.register(deployment.server.address, f"sender{number}", f"Sender of {kind}")
                await sender.subscribe(peer)
                await sender.make_friends(peer, reader, cid)
                message_id = await sender.send_chat(peer, cid, text)
                found[kind] = sender.accounts[peer].conversation_with(cid)
                await sender.until_status(peer, message_id, "delivered")
        return cid, found


def main() -> None:
    title = "The heaviest messages, in the tab that shows them: tasks of the page over 50 ms"
    with stage(title, conversations) as shown:
        cid, by_kind = shown.made
        page = shown.page()
        page.set_default_timeout(180_000)
        for kind, conversation in by_kind.items():
            page.goto(shown.conversation(cid, conversation))
            page.locator("[data-message]").first.wait_for()
            print(f"* {kind}: opening: {told(long_tasks(page))}", end="", flush=True)
            if kind in HEAVY_TEXTS:
                page.get_by_role("button", name="Show all").click()
                page.get_by_role("region", name="The whole message").wait_for()
                print(f"; *Show all*: {told(long_tasks(page))}", end="")
            print(flush=True)


if __name__ == "__main__":
    main()
