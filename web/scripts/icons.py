"""Draws the icons of the installed page from its sign, `web/src/app/favicon.svg`: run it when that changes.

Usage: `.venv/bin/python web/scripts/icons.py`
"""

import re
from pathlib import Path

from playwright.sync_api import sync_playwright

from screenshots import ARGUMENTS, CHROMIUM

APP = Path(__file__).parent.parent / "src/app"
SIZES = (192, 512)
SAFE = 0.8
"""Systems cut a maskable icon to a circle of four fifths of it: the sign stays well within."""


def main() -> None:
    sign = (APP / "favicon.svg").read_text()
    background = re.search(r'<rect [^>]*fill="([^"]+)"', sign)
    assert background is not None
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=ARGUMENTS)
        for size in SIZES:
            page = browser.new_page(viewport={"width": size, "height": size})
            for name, behind, part in (("icon", "transparent", 1.0), ("maskable", background[1], SAFE)):
                page.set_content(
                    f"<style>body {{ margin: 0; height: 100vh; display: grid; place-items: center;"
                    f" background: {behind} }} svg {{ width: {part * 100}vw }}</style>{sign}"
                )
                page.screenshot(path=APP / f"icons/{name}-{size}.png", omit_background=True)
        browser.close()


if __name__ == "__main__":
    main()
