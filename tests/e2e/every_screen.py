"""What holds on every screen, asked of the page itself: one `main` and one heading of it, names that hold what is seen,
and room for a finger."""

from typing import Any, Final

from playwright.sync_api import Page

FINGER_PIXELS: Final = 44

_LANDMARKS: Final = """() => {
  const seen = selector => [...document.querySelectorAll(selector)]
    .filter(element => element.checkVisibility({ visibilityProperty: true }));
  return [seen('main, [role=main]').length, seen('h1').length];
}"""

_NAMES: Final = r"""() => {
  const plain = text => text.replace(/\p{Cf}/gu, '').replace(/[^\p{L}\p{N}]+/gu, ' ').trim().toLowerCase();
  const drawn = node => {
    if (node.nodeType === Node.TEXT_NODE) return [node.data];
    if (node.nodeType !== Node.ELEMENT_NODE || node.matches('[aria-hidden=true], .sr-only, svg')) return [];
    return [...node.childNodes].flatMap(drawn);
  };
  return [...document.querySelectorAll('[aria-label]')]
    .filter(element => element.checkVisibility() && element.matches('a, button, [role=option], [role=menuitem]'))
    .filter(element => drawn(element).some(words => !plain(element.ariaLabel).includes(plain(words))))
    .map(element => `${element.ariaLabel} / ${drawn(element).join(' ')}`);
}"""

_TARGETS: Final = """finger => {
  const controls = 'button, a[href], input, textarea, select, summary, [role=option], [role=menuitem]';
  // A link inside a sentence cannot be higher than its line.
  const isInSentence = element => element.matches('p a, .message-text a');
  const isPressedAt = (element, x, y) => {
    const there = document.elementFromPoint(x, y);
    return element.contains(there) || [...element.labels ?? []].some(label => label.contains(there));
  };
  const isLargeEnough = element => {
    const { width, height } = element.getBoundingClientRect();
    if (width >= finger - 0.5 && height >= finger - 0.5) return true;
    element.scrollIntoView({ block: 'center', inline: 'nearest' });
    const box = element.getBoundingClientRect();
    const [x, y] = [box.x + box.width / 2, box.y + box.height / 2];
    const reach = finger / 2 - 1;
    const [wide, high] = [Math.max(width / 2 - 1, reach), Math.max(height / 2 - 1, reach)];
    return [[-wide, 0], [wide, 0], [0, -high], [0, high]].every(([dx, dy]) => isPressedAt(element, x + dx, y + dy));
  };
  const called = element => (element.ariaLabel ?? element.labels?.[0]?.textContent ?? element.textContent).trim();
  const small = [];
  const layer = document.querySelector('dialog:modal') ?? document;
  for (const element of layer.querySelectorAll(controls)) {
    if (!element.checkVisibility({ visibilityProperty: true }) || isInSentence(element)) continue;
    if (element.closest('.sr-only, [inert]') || isLargeEnough(element)) continue;
    const { width, height } = element.getBoundingClientRect();
    small.push(`${called(element).slice(0, 40)}: ${Math.round(width)}×${Math.round(height)}`);
  }
  return [...new Set(small)];
}"""


def landmarks(page: Page) -> tuple[int, int]:
    """How many `main` and how many `h1` there are to be seen or heard."""
    mains, headings = page.evaluate(_LANDMARKS)
    return mains, headings


def names_without_their_words(page: Page) -> list[str]:
    """Controls whose name leaves out words that are drawn on them: who speaks to the computer says what they see."""
    found: list[str] = page.evaluate(_NAMES)
    return found


def too_small_for_fingers(page: Page) -> list[Any]:
    """What can be pressed and is smaller than a finger, with its size."""
    found: list[Any] = page.evaluate(_TARGETS, FINGER_PIXELS)
    return found
