"""How often somebody pressed the mouse or the screen, as the browser counts it: no key is a press."""

from playwright.sync_api import BrowserContext

_COUNT = "addEventListener('pointerdown', event => { if (event.isTrusted) pressed(event.target.textContent); }, true)"


def count_presses(context: BrowserContext) -> list[str]:
    """What was pressed on any page of this browser from now on, by what stood on it."""
    pressed: list[str] = []
    context.expose_binding("pressed", lambda _source, words: pressed.append(str(words).strip()[:60]))
    context.add_init_script(_COUNT)
    return pressed
