import { expect, test } from "vitest";

import { markdownOf } from "./pasted";

test.each([
  ["<b>a</b> <i>b</i> <s>c</s> <code>d</code>", "**a** _b_ ~~c~~ `d`"],
  ["<strong> a </strong>b", "**a** b"],
  ["<ul><li>a</li><li>b<ol><li>c</li></ol></li></ul>", "- a\n- b\n  1. c"],
  ["<ol start='3'><li><p>a</p></li><li>b</li></ol>", "3. a\n4. b"],
  ["<pre>let a\n  let b\n</pre>", "```\nlet a\n  let b\n```"],
  ["<blockquote><p>a</p><p>b</p></blockquote>", "> a\n>\n> b"],
  ["<h2>a</h2><p>b</p>", "# a\n\nb"],
  ["<p>a</p><p><b>b</b></p>", "a\n\n**b**"],
  ["a<br><b>b</b>", "a\n**b**"],
  ["<a href='https://example.org/x'>here</a>", "[here](https://example.org/x)"],
  ["<span style='font-weight:700'>a</span>", "**a**"],
])("%s is %j", (html, text) => {
  expect(markdownOf(html)).toBe(text);
});

test.each([
  "",
  "plain",
  "<p>plain</p>",
  "<b style='font-weight:normal'><p>what an editor wraps</p></b>",
  "<a href='https://example.org'>https://example.org</a>",
  "<a href='javascript:alert(1)'>a</a>",
  "<script>alert(1)</script><b></b>",
  `<b>${"a".repeat(300_000)}</b>`,
  `<b>a</b>${"<i>b</i>".repeat(20_000)}`,
])("of %.60s the plain text says as much", (html) => {
  expect(markdownOf(html)).toBeNull();
});

test("scripts, styles and pictures are nobody's words, and nothing of them runs", () => {
  const html =
    "<style>p{}</style><b>a</b><script>window.ran = true</script><img src=x onerror='window.ran = true'>";
  expect(markdownOf(html)).toBe("**a**");
  expect("ran" in window).toBe(false);
});

test("what stands deep in each other is words", () => {
  expect(markdownOf(`${"<div>".repeat(5000)}<b>a</b>`)).toBeNull();
});
