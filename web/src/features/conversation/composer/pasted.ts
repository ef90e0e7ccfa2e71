/**
 * What was formatted on the clipboard, as the marks one would have written. The HTML is read as data, in a document that
 * runs and loads nothing, and none of it ever becomes part of the page.
 */

const MOST_HTML = 262_144;
const MOST_TEXT = 16_384;
const MOST_NODES = 10_000;
const DEEPEST = 60;

/** Null where it holds nothing that the plain text does not say. */
export function markdownOf(html: string): string | null {
  if (html === "" || html.length > MOST_HTML || !FORMATTED.test(html)) return null;
  const { body } = new DOMParser().parseFromString(html, "text/html");
  const reading: Reading = { nodes: 0, found: false };
  const text = blocksOf(body, reading, 0)
    .replace(/[ \t]+\n/gu, "\n")
    .replace(/\n{3,}/gu, "\n\n")
    .trim();
  return reading.found && reading.nodes <= MOST_NODES && text !== "" && text.length <= MOST_TEXT
    ? text
    : null;
}

const FORMATTED =
  /<(?:b|strong|i|em|s|del|strike|code|pre|a|ul|ol|blockquote|h[1-6])[\s>]|font-weight|font-style/iu;
const BLOCKS = /^(?:P|DIV|SECTION|ARTICLE|HEADER|FOOTER|MAIN|TABLE|TR|H[1-6]|UL|OL|BLOCKQUOTE|PRE|HR|BODY)$/u;
const UNSAID = /^(?:SCRIPT|STYLE|TEMPLATE|HEAD|TITLE|NOSCRIPT|IFRAME|OBJECT|SVG|BUTTON)$/u;

interface Reading {
  nodes: number;
  /** Something that the plain text would lose. */
  found: boolean;
}

function blocksOf(parent: Element, reading: Reading, depth: number): string {
  if (depth > DEEPEST) return parent.textContent;
  let text = "";
  for (const node of parent.childNodes) {
    if (++reading.nodes > MOST_NODES) break;
    text += nodeOf(node, reading, depth);
  }
  return text;
}

function nodeOf(node: Node, reading: Reading, depth: number): string {
  if (node.nodeType === Node.TEXT_NODE) return (node.textContent ?? "").replace(/[\s\u00a0]+/gu, " ");
  if (!(node instanceof HTMLElement) || UNSAID.test(node.tagName)) return "";
  const inner = () => blocksOf(node, reading, depth + 1);
  switch (node.tagName) {
    case "BR":
      return "\n";
    case "PRE":
      reading.found = true;
      return `\n\n\`\`\`\n${node.textContent.replace(/\n$/u, "")}\n\`\`\`\n\n`;
    case "CODE":
      return marked(node.textContent, "`", reading);
    case "HR":
      return "\n\n---\n\n";
    case "A":
      return linkTo(node.getAttribute("href") ?? "", inner().trim(), reading);
    case "UL":
    case "OL":
      return listOf(node, reading, depth);
    case "BLOCKQUOTE":
      reading.found = true;
      return `\n\n${lines(
        inner()
          .trim()
          .replace(/\n{3,}/gu, "\n\n"),
      )
        .map((line) => `> ${line}`)
        .join("\n")}\n\n`;
    case "TD":
    case "TH":
      return `${inner()} `;
    default: {
      const words = withStyle(node, inner(), reading);
      if (/^H[1-6]$/u.test(node.tagName)) {
        reading.found = true;
        return `\n\n# ${words.trim()}\n\n`;
      }
      return BLOCKS.test(node.tagName)
        ? `\n${node.tagName === "P" ? "\n" : ""}${words.trim()}\n${node.tagName === "P" ? "\n" : ""}`
        : words;
    }
  }
}

/** Many programs write `<b style="font-weight:normal">` around what is not bold. */
function withStyle(node: HTMLElement, words: string, reading: Reading): string {
  const { fontWeight, fontStyle, textDecorationLine } = node.style;
  const isBold =
    fontWeight === "" ? /^(?:B|STRONG)$/u.test(node.tagName) : /^(?:bold|[6-9]00)/u.test(fontWeight);
  const isItalic = fontStyle === "" ? /^(?:I|EM)$/u.test(node.tagName) : fontStyle === "italic";
  const isStruck = /^(?:S|DEL|STRIKE)$/u.test(node.tagName) || textDecorationLine === "line-through";
  let text = words;
  if (isStruck) text = marked(text, "~~", reading);
  if (isItalic) text = marked(text, "_", reading);
  if (isBold) text = marked(text, "**", reading);
  return text;
}

/** Blanks at the ends stay outside: marks beside them mean nothing. Nor does a mark hold over lines. */
function marked(text: string, sign: string, reading: Reading): string {
  const words = text.trim();
  if (words === "" || words.includes("\n")) return text;
  reading.found = true;
  const at = text.indexOf(words);
  return `${text.slice(0, at)}${sign}${words}${sign}${text.slice(at + words.length)}`;
}

function linkTo(href: string, words: string, reading: Reading): string {
  if (!/^(?:https?|mailto):/iu.test(href) || /[\s()<>]/u.test(href)) return words;
  if (words === "" || words === href || href === `mailto:${words}`) return words || href;
  reading.found = true;
  return `[${words.replace(/[[\]\n]/gu, " ")}](${href})`;
}

function listOf(list: HTMLElement, reading: Reading, depth: number): string {
  reading.found = true;
  let number = Number.parseInt(list.getAttribute("start") ?? "1", 10) || 1;
  const items = [...list.children].slice(0, MOST_NODES).map((item) => {
    reading.nodes++;
    const sign = list.tagName === "OL" ? `${(number++).toString()}. ` : "- ";
    const isList = item.tagName === "UL" || item.tagName === "OL";
    const [first = "", ...rest] = lines(
      (isList ? nodeOf(item, reading, depth + 1) : blocksOf(item, reading, depth + 1)).trim(),
    );
    const more = rest.filter((line) => line.trim() !== "").map((line) => `${" ".repeat(sign.length)}${line}`);
    return isList
      ? [first, ...rest].map((line) => `  ${line}`).join("\n")
      : [`${sign}${first}`, ...more].join("\n");
  });
  return `\n${items.join("\n")}\n`;
}

function lines(text: string): string[] {
  return text.split("\n");
}
