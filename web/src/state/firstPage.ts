/** How much of a conversation is asked for when nothing of it is there: as much as a window shows, so that it is drawn soon. */

export const PAGE_MESSAGES = 60;
const FEWEST_MESSAGES = 20;
/** A line of text takes 26, and a fifth of the window is not the list. */
const WINDOW_PIXELS_PER_MESSAGE = 32;

export function firstPageMessages(): number {
  const filling = Math.ceil(window.innerHeight / WINDOW_PIXELS_PER_MESSAGE);
  return Math.min(PAGE_MESSAGES, Math.max(FEWEST_MESSAGES, filling));
}
