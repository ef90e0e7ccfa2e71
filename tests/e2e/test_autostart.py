"""Starting with the computer, from the first screen and from Settings: what is shown is what the disk says."""

from pathlib import Path

import pytest
from playwright.sync_api import Browser, Locator, Page, expect

from tests.e2e.album import Album
from tests.e2e.tab import Tab
from tests.support.deployment import Deployment

pytestmark = pytest.mark.e2e


@pytest.fixture
def entry(deployment: Deployment, tmp_path: Path) -> Path:
    """The services run on a computer with a desktop and no systemd of one's own; the file from which that starts."""
    config = tmp_path / "config"
    deployment.server.start()
    deployment.service("one").start(
        environment={"XDG_CONFIG_HOME": str(config), "XDG_RUNTIME_DIR": "", "DISPLAY": ":0"}
    )
    return config / "autostart" / "casemate.desktop"


def switch(page: Page) -> Locator:
    return page.get_by_role("switch", name="Start Casemate with this computer")


def test_it_is_offered_on_the_first_screen_and_changed_in_settings(
    browser: Browser, album: Album, deployment: Deployment, entry: Path
) -> None:
    service = deployment.service("one")
    one = Tab.open(browser.new_context(), album, service)
    expect(switch(one.page)).not_to_be_checked()
    one.picture("offered")
    switch(one.page).focus()
    one.page.keyboard.press("Space")
    expect(switch(one.page)).to_be_checked()
    expect(switch(one.page)).to_be_focused()
    one.picture("on")
    assert str(service.data_dir) in entry.read_text()
    assert service.token not in entry.read_text()

    one.page.reload()
    expect(one.button("Create account")).to_be_visible()
    one.create_account(deployment.server.address, "UserOne", "User One")
    expect(switch(one.page)).to_have_count(0)
    settings = f"/a/{one.cid}/settings"
    one.page.goto(f"{service.web_url}{settings}")
    expect(switch(one.page)).to_be_checked()
    switch(one.page).scroll_into_view_if_needed()
    one.picture("settings")
    switch(one.page).click()
    expect(switch(one.page)).not_to_be_checked()
    assert not entry.exists()

    entry.write_text("[Desktop Entry]\n")
    one.page.reload()
    expect(switch(one.page)).to_be_disabled()
    expect(one.page.get_by_text(f"{entry} is not as Casemate wrote it")).to_be_visible()
    one.picture("not ours")
    assert entry.read_text() == "[Desktop Entry]\n"
    assert one.errors == []
