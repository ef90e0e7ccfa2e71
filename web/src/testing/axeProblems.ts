/** What axe finds on the page as it stands. Colours are judged in tokens.test.ts: jsdom computes none. */
import { axe } from "vitest-axe";

export async function axeProblems(): Promise<string[]> {
  const results = await axe(document.body, { rules: { "color-contrast": { enabled: false } } });
  return results.violations.map(
    ({ id, nodes }) => `${id}: ${nodes.map(({ html }) => html.slice(0, 120)).join(" | ")}`,
  );
}
