import { expect, test } from "vitest";

import type { Block, Inline } from "./parse";
import { parseMarkdown } from "./parse";

/** As short as one can read it: [strong words], {where: of a link}, and so on. */
function said(text: string): string {
  return parseMarkdown(text)?.map(block).join(" ¶ ") ?? "as it was written";
}

function block(of: Block): string {
  switch (of.kind) {
    case "code":
      return `code ${of.language}<${of.text}>`;
    case "quote":
      return `quote<${of.children.map(block).join(" ¶ ")}>`;
    case "list":
      return `list <${of.items
        .map(
          ({ checked, children }, place) =>
            `${of.start === null ? "" : `${(of.start + place).toString()}. `}${checked === null ? "" : checked ? "done " : "todo "}${children.map(block).join(" ")}`,
        )
        .join(" | ")}>`;
    case "table":
      return `table<${[of.head, ...of.rows].map((row) => row.map(line).join(" , ")).join(" | ")}>`;
    case "rule":
      return "rule";
    case "heading":
      return `heading<${line(of.children)}>`;
    default:
      return line(of.children);
  }
}

function line(inlines: readonly Inline[]): string {
  return inlines
    .map((inline) => {
      if ("text" in inline) return inline.kind === "text" ? inline.text : `code<${inline.text}>`;
      if (inline.kind === "link") return `link ${inline.href} (${inline.where})<${line(inline.children)}>`;
      return `${inline.kind}<${line(inline.children)}>`;
    })
    .join("");
}

test.each([
  ["**bold** and *slanted* and _slanted_", "strong<bold> and emphasis<slanted> and emphasis<slanted>"],
  ["~~gone~~ `code`", "strike<gone> code<code>"],
  ["これは**重要**です", "これはstrong<重要>です"],
  ["one\ntwo", "one\ntwo"],
  ["one\n\ntwo", "one ¶ two"],
  ["```py\nprint(1)\n```", "code py<print(1)>"],
  ["```\nnever closed", "code <never closed>"],
  ["- a\n- b\n  - c", "list <a | b list <c>>"],
  ["7. a\n8. b", "list <7. a | 8. b>"],
  ["- [x] a\n- [ ] b", "list <done a | todo b>"],
  ["- [x] a\n\n- [ ] b", "list <done a | todo b>"],
  ["> a\n> b", "quote<a\nb>"],
  ["# a\ntext", "heading<a> ¶ text"],
  ["a\n\n---\n\nb", "a ¶ rule ¶ b"],
  ["|a|b|\n|-|-|\n|1|**2**|", "table<a , b | 1 , strong<2>>"],
  ["[a](https://example.org/x)", "link https://example.org/x (example.org)<a>"],
  ["[a](mailto:a@example.org?subject=x)", "link mailto:a@example.org (a@example.org)<a>"],
  ["<https://example.org/>", "link https://example.org/ (example.org)<https://example.org/>"],
])("%j is read as it is meant", (text, meant) => {
  expect(said(text)).toBe(meant);
});

test.each([
  "snake_case_name and __init__.py",
  "2*3*4 = 24, 5 * 3 * 2",
  "from ~5 to ~10 and ~about~",
  "*.py and *.ts",
  "C:\\new\\table and \\\\server\\share",
  "#hashtag and -5 degrees, 3.5",
  "a < b > c && d",
  "<b>not bold</b> <!-- nor hidden -->",
  "<script>alert(1)</script>",
  "title\n===",
  "title\n  two blanks before\t and a tab",
  "[ref]: https://example.org",
  "    four blanks",
  "&amp; &lt;b&gt; &#65;",
  "1.5 litres",
  "-> there <-",
  "C:\\.ssh\\_x *.a and \\\\server\\_b\\[c",
  "a 1\\. b \\.c \\+d",
  // Words would vanish, or be others.
  "|a|\n|-|\n|b|secret|",
  "```drop table users; -- please read\nx\n```",
  "```drop table users; -- please read",
  "```js title=secret\nx\n```",
  "```{secret}\nx\n```",
  "```aVeryLongSecretOfOneWord\nx\n```",
  "3. c\n1. a\n7. b",
  "1. a\n1. b",
  "007. a",
  '[a](https://example.org "secret")',
  '![a](https://example.org "secret")',
])("%j stays as it was written", (text) => {
  expect(said(text)).toBe(text);
});

test.each([
  "[a](javascript:alert(1))",
  "[a](JaVaScRiPt:alert(1))",
  "[a](java\tscript:alert(1))",
  "[a](data:text/html,x)",
  "[a](vbscript:x)",
  "[a](file:///etc/passwd)",
  "[a](//example.org)",
  "[a](/settings)",
  "[a](#x)",
  "[a](http://127.0.0.1:12345/)",
  "[a](http://localhost/)",
  "![a](data:image/png;base64,AAAA)",
  "<javascript:alert(1)>",
])("%s leads nowhere, and is read as it was written", (text) => {
  expect(said(text)).toBe(text);
});

test("a link says where it leads, whatever else it says", () => {
  expect(said("[https://bank.example](https://evil.example/)")).toContain("(evil.example)");
  expect(said("[a](https://bank.example@evil.example/)")).toBe(
    "link https://evil.example/ (evil.example)<a>",
  );
  expect(said("[a](https://b\u0430nk.example/)")).toContain("(xn--");
});

test("a picture is a link: nothing is fetched because somebody wrote", () => {
  expect(said("![a cat](https://example.org/cat.png)")).toBe(
    "link https://example.org/cat.png (example.org)<a cat>",
  );
});

test("in a link there is no other", () => {
  expect(said("[![in](https://a.example)](https://b.example)")).toBe(
    "link https://b.example/ (b.example)<in>",
  );
});

const HOSTILE: readonly (readonly [string, string])[] = [
  ["quotes in each other", ">".repeat(10_000)],
  ["quotes in each other, with blanks", "> ".repeat(8000)],
  ["quotes and lists in each other", "> - ".repeat(4000)],
  ["lists in each other", Array.from({ length: 170 }, (_, depth) => `${" ".repeat(depth)}- a`).join("\n")],
  ["brackets", "[".repeat(16_000)],
  ["links that never close", "[a](".repeat(4000)],
  ["images", "![".repeat(8000)],
  ["underscores", "_a".repeat(8000)],
  ["stars", "*a ".repeat(5000)],
  ["both, in each other", `${"**_".repeat(2600)}x${"_**".repeat(2600)}`],
  ["backticks", `${"`".repeat(8000)}a`],
  ["backticks of two lengths", "`a``b".repeat(3000)],
  ["a wide table", `${"|a".repeat(4000)}\n${"|-".repeat(4000)}\n|b|b`],
  ["a long table", `|a|\n|-|\n${"|b|\n".repeat(3000)}`],
  ["tags", "<a ".repeat(5000)],
  ["comments", "<!--".repeat(4000)],
  ["addresses", "a.".repeat(4000) + "@b"],
  ["blanks", " ".repeat(16_000) + "x"],
  ["backslashes", "\\".repeat(16_000)],
  ["fences", "```\n".repeat(4000)],
];

test.each(HOSTILE)("%s: the words are all there, whatever they do", (_, text) => {
  const blocks = parseMarkdown(text);
  // Each mark can hide itself, never a word.
  const words = (from: string) => from.replaceAll(/[^a-z]/gu, "");
  if (blocks !== null)
    expect(
      words(
        blocks
          .map(block)
          .join("")
          .replaceAll(/list|quote|table|code|text|strong|emphasis|strike|link|rule|heading/gu, ""),
      ),
    ).toBe(words(text));
});

test("what would take long is not read at all", () => {
  for (const name of ["quotes in each other", "underscores", "brackets", "both, in each other"])
    expect(parseMarkdown(HOSTILE.find(([one]) => one === name)?.[1] ?? "")).toBeNull();
  expect(parseMarkdown("**a** ".repeat(4000))).toBeNull();
});

/** The same texts each time: a fault that is found is found again. */
function* chances(seed: number): Generator<number, never> {
  for (let state = seed; ;) {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    yield state / 2 ** 32;
  }
}

const PIECES = [
  ..."* _ ~ ` [ ] ( ) # > | - + . ! : \\ \" ' < & \n \n \t".split(" "),
  " ",
  ...[
    "**",
    "__",
    "~~",
    "```",
    "````",
    "~~~",
    "\n\n",
    "\n- ",
    "\n1. ",
    "\n2. ",
    "\n9) ",
    "\n> ",
    "\n# ",
    "\n  ",
  ],
  ...[
    "\n|",
    "\n|-|-|\n",
    "|",
    "\n---\n",
    "](",
    "![",
    "](https://example.org)",
    '[a](https://example.org "',
    '")',
    "- [ ] ",
    "C:\\",
    "\\_",
  ],
];

const WORDS = /w\d+x|(?<!\w)\d+(?=[.)])/gu;

test("no word is lost, whatever stands around it", () => {
  const chance = chances(277);
  const oneOf = (many: number) => Math.floor(chance.next().value * many);
  for (let round = 0; round < 4000; round++) {
    let text = "";
    for (let piece = 0; piece < 24; piece++)
      text += oneOf(3) === 0 ? `w${piece.toString()}x` : (PIECES[oneOf(PIECES.length)] ?? "");
    const drawn = said(text);
    if (drawn !== "as it was written")
      expect(drawn.match(WORDS), JSON.stringify(text)).toEqual(text.match(WORDS));
  }
});

test.each([
  ["a line that opens nothing within code", "```\n```x\n```\n", "\n```"],
  ["code in a list, which ends with it", "- a\n  ```\n\n", "\n```"],
  ["code with blanks before it", "  ```\n~~~\n```\n", ""],
  ["more signs than anybody means", `${"`".repeat(17)}\n\`\`\`\n${"`".repeat(17)}\n`, "\n```"],
  ["another end of a line", "```\n```\r", "\n```"],
])("a tangle does not hide behind %s", (_, before, after) => {
  expect(parseMarkdown(`${before}${"_a".repeat(2100)}${after}`)).toBeNull();
});

test("nobody means a fence of more signs than a few", () => {
  const fence = "~".repeat(17);
  expect(said(`${fence}\na\n${fence}`)).toBe(`${fence}\na\n${fence}`);
});

test("much code is no tangle", () => {
  const code = `\`\`\`py\n${"a[i] = b_c * d_e\n".repeat(600)}\`\`\``;
  expect(parseMarkdown(code)?.map(({ kind }) => kind)).toEqual(["code"]);
});
