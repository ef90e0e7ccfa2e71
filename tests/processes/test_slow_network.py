"""A slow way to the server is no broken one."""

from pathlib import Path

from tests.support.deployment import deployment_in
from tests.support.slow_network import slow_network


async def test_a_message_that_takes_long_to_upload_arrives_over_one_link(tmp_path: Path) -> None:
    """A pong waits behind ten seconds of data; the link is kept, and the message is not begun again."""
    with deployment_in(tmp_path) as deployment:
        deployment.start("one", "two")
        async with (
            slow_network(f"https://{deployment.server.address}/", up_bytes_per_second=100_000) as slow,
            await deployment.service("one").view() as one,
            await deployment.service("two").view() as two,
        ):
            near = await one.register(slow.removeprefix("https://").rstrip("/"), "UserOne", "User One")
            far = await two.register(deployment.server.address, "UserTwo", "User Two")
            await one.subscribe(near)
            await two.subscribe(far)
            await one.make_friends(near, two, far)
            online_since = one.accounts[near].account["link"]["since"]
            message_id = await one.send_chat(near, far, "x" * 1_000_000)
            await one.until_status(near, message_id, "delivered", "read", seconds=60)
            assert one.accounts[near].account["link"] == {"state": "online", "since": online_since, "reason": None}
