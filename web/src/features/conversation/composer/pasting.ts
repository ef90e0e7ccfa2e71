/** What was formatted on the clipboard, by code that comes with the composer and not with the first paint. */
let reader: typeof import("./pasted").markdownOf | null = null;

/** Where it does not come, what is pasted is the plain text, until the next composer asks for it. */
export async function loadPasted(): Promise<void> {
  try {
    reader ??= (await import("./pasted")).markdownOf;
  } catch {
    // Nothing is lost: the browser pastes the words.
  }
}

/** Null where it holds nothing that the plain text does not say. */
export function formattedOf(html: string): string | null {
  return reader?.(html) ?? null;
}
