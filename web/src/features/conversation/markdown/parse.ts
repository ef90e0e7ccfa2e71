/**
 * What is formatted in a text, as data of ours: the only file that knows the library. Texts come from others: whatever
 * they hold is words, unless it is one of the few things below, and reading it has a bound.
 */
import type { MarkedToken, Token, Tokens } from "marked";
import { Lexer, Tokenizer } from "marked";

import { addressOf } from "../../../text/links";
import { keeping } from "./kept";

export type Inline =
  | { readonly kind: "text" | "code"; readonly text: string }
  | { readonly kind: "strong" | "emphasis" | "strike"; readonly children: readonly Inline[] }
  /** `where` it leads, as people read addresses: what a link says of itself may be anything. */
  | {
      readonly kind: "link";
      readonly href: string;
      readonly where: string;
      readonly children: readonly Inline[];
    };

export interface FormattedItem {
  /** Null where it is no task. */
  readonly checked: boolean | null;
  readonly children: readonly Block[];
}

export type Block =
  | { readonly kind: "paragraph" | "words"; readonly children: readonly Inline[] }
  | { readonly kind: "heading"; readonly large: boolean; readonly children: readonly Inline[] }
  | { readonly kind: "code"; readonly language: string; readonly text: string }
  | { readonly kind: "quote"; readonly children: readonly Block[] }
  | { readonly kind: "list"; readonly start: number | null; readonly items: readonly FormattedItem[] }
  | {
      readonly kind: "table";
      readonly head: readonly (readonly Inline[])[];
      readonly rows: readonly (readonly (readonly Inline[])[])[];
    }
  | { readonly kind: "rule" };

/** Above it a text is shown as it was written. */
const MOST_CHARACTERS = 16_384;
/** Of what may begin or end something; what is looked for grows with their square. */
const MOST_MARKS = 2000;
/** Quotes and lists in each other: deeper ones are shown as they were written. */
const DEEPEST = 8;
const MOST_CELLS = 1000;

/** Null where the text is better shown as it was written. A text that was drawn lately is not read again. */
export const parseMarkdown = keeping(read);

function read(text: string): readonly Block[] | null {
  if (text.length > MOST_CHARACTERS || isTangled(text)) return null;
  try {
    return blocksOf(new Lexer({ gfm: true, tokenizer: new Careful() }).lex(text), 0);
  } catch (error) {
    // The library reads what stands in each other by calling itself; nor does anything else it throws cost the words.
    if (error instanceof RangeError || error instanceof Error) return null;
    throw error;
  }
}

const NESTED = /^(?:[ \t]*(?:>|[-+*][ \t]|\d{1,9}[.)][ \t])){9}/mu;

function isTangled(text: string): boolean {
  if (NESTED.test(text)) return true;
  const marks = outsideOfCode(text).match(/[*_~`[\]<>|]/gu);
  return marks !== null && marks.length > MOST_MARKS;
}

const OPENS = /^(`{3,16}(?=[^`]*$)|~{3,16}(?!~))/u;
const MAY_OPEN = /^ {0,3}(?:`{3}|~{3})/u;
const CLOSES = /^ {0,3}(`{3,}|~{3,})[~`]* *$/u;

/**
 * What is in code tangles nothing. Every line is looked at once, and where the library could be of another mind about
 * what is code (in lists, with blanks before it), all that follows counts.
 */
function outsideOfCode(text: string): string {
  const outside: string[] = [];
  const lines = text.split(/\r\n?|\n/u);
  let fence: string | undefined;
  for (const [at, line] of lines.entries()) {
    if (fence !== undefined) {
      if (CLOSES.exec(line)?.[1]?.startsWith(fence) === true) fence = undefined;
      continue;
    }
    fence = OPENS.exec(line)?.[1];
    if (fence !== undefined) continue;
    if (MAY_OPEN.test(line)) return [...outside, ...lines.slice(at)].join("\n");
    outside.push(line);
  }
  return outside.join("\n");
}

const ESCAPE = /^\\([*_~`[\]#>|-])/u;

/** Only what people mean: of what could be taken for a mark by chance, less than the standard takes. */
class Careful extends Tokenizer {
  /** HTML is words; definitions of links would vanish; bare addresses are found by `LinkedText`. */
  override html = nothing;
  override tag = nothing;
  override def = nothing;
  override url = nothing;
  /** Blanks before a line, a line of dashes under one, and the end of a line stay what they are. */
  override code = nothing;
  override lheading = nothing;
  override br = nothing;

  /** Nobody means more than a few signs by one; see `outsideOfCode`. */
  override fences(src: string): Tokens.Code | undefined {
    return /^ {0,3}(?:`{17}|~{17})/u.test(src) ? undefined : super.fences(src);
  }

  /** Not of `C:\.new` and `\\server`: what does not keep a mark from being one is a backslash. */
  override escape(src: string): Tokens.Escape | undefined {
    const [raw, text] = ESCAPE.exec(src) ?? [];
    return raw === undefined || text === undefined ? undefined : { type: "escape", raw, text };
  }

  /** Nor of `C:\a\_b`: behind a letter, a colon or another backslash it is part of a path, and so is what follows. */
  override inlineText(src: string): Tokens.Text | undefined {
    const token = super.inlineText(src);
    if (token === undefined || !/[\p{L}\p{N}:\\]$/u.test(token.raw)) return token;
    const path = ESCAPE.exec(src.slice(token.raw.length))?.[0] ?? "";
    return { ...token, raw: token.raw + path, text: token.text + path };
  }

  /** A single tilde means "about". */
  override del(...of: Parameters<Tokenizer["del"]>): ReturnType<Tokenizer["del"]> {
    const token = super.del(...of);
    return token?.raw.startsWith("~~") === true ? token : undefined;
  }

  /** `2*3*4` multiplies, and `__init__` is a name. */
  override emStrong(src: string, masked: string, before = ""): ReturnType<Tokenizer["emStrong"]> {
    const token = super.emStrong(src, masked, before);
    if (token === undefined) return undefined;
    const isWithin = /\w/u.test(before) || /\w/u.test(src.charAt(token.raw.length));
    if (token.type === "em" && isWithin) return undefined;
    return /^__\w+__$/u.test(token.raw) ? undefined : token;
  }
}

function nothing(): undefined {
  return undefined;
}

function blocksOf(tokens: readonly Token[], depth: number): readonly Block[] {
  return (tokens as readonly MarkedToken[]).flatMap((token) => blockOf(token, depth));
}

function blockOf(token: MarkedToken, depth: number): readonly Block[] {
  switch (token.type) {
    case "space":
    case "checkbox":
      return [];
    case "hr":
      return [{ kind: "rule" }];
    case "code":
      if (!isLanguage(token.lang ?? "")) break;
      return [{ kind: "code", language: token.lang ?? "", text: token.text }];
    case "heading":
      return [{ kind: "heading", large: token.depth === 1, children: inlinesOf(token.tokens) }];
    case "paragraph":
      return [{ kind: "paragraph", children: inlinesOf(token.tokens) }];
    case "text":
      return [{ kind: "words", children: inlinesOf(token.tokens ?? [token]) }];
    case "blockquote":
      if (depth >= DEEPEST) break;
      return [{ kind: "quote", children: blocksOf(token.tokens, depth + 1) }];
    case "list":
      if (depth >= DEEPEST || !countsUp(token)) break;
      return [
        {
          kind: "list",
          start: typeof token.start === "number" ? token.start : null,
          items: token.items.map((item) => ({
            checked: item.task ? item.checked === true : null,
            children: blocksOf(item.tokens, depth + 1),
          })),
        },
      ];
    case "table":
      if (token.header.length * (token.rows.length + 1) > MOST_CELLS || !hasAllCells(token)) break;
      return [
        {
          kind: "table",
          head: token.header.map(({ tokens }) => inlinesOf(tokens)),
          rows: token.rows.map((row) => row.map(({ tokens }) => inlinesOf(tokens))),
        },
      ];
  }
  return [{ kind: "paragraph", children: [{ kind: "text", text: token.raw.trimEnd() }] }];
}

/** One name that a label can have: more words than that would not be seen. */
function isLanguage(said: string): boolean {
  return /^[\w+#.-]{0,20}$/u.test(said);
}

/** The page counts for itself: other numbers than its own would be replaced. */
function countsUp({ start, items }: Tokens.List): boolean {
  return (
    typeof start !== "number" ||
    items.every(({ raw }, place) => /^\s*(\d+)/u.exec(raw)?.[1] === (start + place).toString())
  );
}

/** The library drops what stands in more columns than the head has. */
function hasAllCells({ raw, header, rows }: Tokens.Table): boolean {
  const [head = "", , ...written] = raw.split("\n");
  const read = [header, ...rows].flat().map(({ text }) => text);
  return signsIn([head, ...written]) === signsIn(read);
}

function signsIn(parts: readonly string[]): string {
  return parts.join("").replaceAll(/[\s|\\]/gu, "");
}

function inlinesOf(tokens: readonly Token[]): readonly Inline[] {
  const inlines: Inline[] = [];
  for (const token of tokens as readonly MarkedToken[]) {
    const inline = inlineOf(token);
    const last = inlines.at(-1);
    // Addresses and names are looked for in texts as they were written, not in the pieces they were read in.
    if (inline.kind === "text" && last?.kind === "text")
      inlines[inlines.length - 1] = { kind: "text", text: last.text + inline.text };
    else inlines.push(inline);
  }
  return inlines;
}

function inlineOf(token: MarkedToken): Inline {
  switch (token.type) {
    case "strong":
      return { kind: "strong", children: inlinesOf(token.tokens) };
    case "em":
      return { kind: "emphasis", children: inlinesOf(token.tokens) };
    case "del":
      return { kind: "strike", children: inlinesOf(token.tokens) };
    case "codespan":
      return { kind: "code", text: token.text };
    case "escape":
      return { kind: "text", text: token.text };
    case "checkbox":
      return { kind: "text", text: "" }; // its item says so
    case "link":
      return linkOf(token, inlinesOf(token.tokens));
    case "image":
      // Nothing is fetched from where a writer says: what it shows is one press away.
      return linkOf(token, token.text === "" ? [] : [{ kind: "text", text: token.text }]);
    default:
      return { kind: "text", text: token.raw };
  }
}

/** With a title it is shown as it was written: hardly anybody would see one, and on a phone nobody. */
function linkOf({ href, raw, title }: Tokens.Link | Tokens.Image, children: readonly Inline[]): Inline {
  const to = (title ?? "") === "" ? addressOf(href) : null;
  return to === null
    ? { kind: "text", text: raw }
    : { kind: "link", ...to, children: children.map(withoutLinks) };
}

/** Inside of a link there is no other: one press leads to one place. */
function withoutLinks(inline: Inline): Inline {
  switch (inline.kind) {
    case "link":
      return { kind: "text", text: textOf(inline.children) };
    case "text":
    case "code":
      return inline;
    default:
      return { kind: inline.kind, children: inline.children.map(withoutLinks) };
  }
}

export function textOf(inlines: readonly Inline[]): string {
  return inlines.map((inline) => ("text" in inline ? inline.text : textOf(inline.children))).join("");
}
