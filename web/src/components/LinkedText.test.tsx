import { render, screen } from "@testing-library/react";
import { expect, test } from "vitest";

import { LinkedText } from "./LinkedText";

const linksIn = (text: string) => {
  const { container, unmount } = render(<LinkedText text={text} />);
  expect(container.textContent).toBe(text);
  const links = screen.queryAllByRole("link").map((link) => link.getAttribute("href"));
  unmount();
  return links;
};

test("web addresses can be followed, and the sentence around them stays as it was", () => {
  expect(linksIn("See https://example.org/a?b=c#d, and (http://example.net/x).")).toEqual([
    "https://example.org/a?b=c#d",
    "http://example.net/x",
  ]);
});

test("nothing else is a link, and nothing is markup", () => {
  expect(linksIn('javascript:alert(1) data:text/html,x ftp://a <a href="https://">x</a>')).toEqual([]);
});

test("a link gives nothing away", () => {
  render(<LinkedText text="https://example.org/" />);
  expect(screen.getByRole("link")).toHaveAttribute("rel", "noopener noreferrer");
});
