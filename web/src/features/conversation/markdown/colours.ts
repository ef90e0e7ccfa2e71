/** Which parts of code are what, for colours: the only file that knows the library. Loaded with the first code. */
import bash from "highlight.js/lib/languages/bash";
import c from "highlight.js/lib/languages/c";
import cpp from "highlight.js/lib/languages/cpp";
import css from "highlight.js/lib/languages/css";
import diff from "highlight.js/lib/languages/diff";
import go from "highlight.js/lib/languages/go";
import java from "highlight.js/lib/languages/java";
import javascript from "highlight.js/lib/languages/javascript";
import json from "highlight.js/lib/languages/json";
import python from "highlight.js/lib/languages/python";
import rust from "highlight.js/lib/languages/rust";
import sql from "highlight.js/lib/languages/sql";
import typescript from "highlight.js/lib/languages/typescript";
import xml from "highlight.js/lib/languages/xml";
import yaml from "highlight.js/lib/languages/yaml";
import { createLowlight } from "lowlight";

import { keeping } from "./kept";

export type Coloured = string | { readonly classes: string; readonly children: readonly Coloured[] };

const LANGUAGES = {
  bash,
  c,
  cpp,
  css,
  diff,
  go,
  java,
  javascript,
  json,
  python,
  rust,
  sql,
  typescript,
  xml,
  yaml,
};
const library = createLowlight(LANGUAGES);

/** Above it code has no colours: the library looks at long words and lines again from each of their signs. */
const MOST_CHARACTERS = 2000;
const LONG_LINE = /[^\n]{201}/u;

/** Null where the language is none of ours: guessing it would take longer than reading it. */
export function coloursOf(language: string, text: string): readonly Coloured[] | null {
  if (text.length > MOST_CHARACTERS || LONG_LINE.test(text) || !library.registered(language)) return null;
  return read(`${language}\n${text}`);
}

/** Of a text below the name of its language. */
const read = keeping((named): readonly Coloured[] | null => {
  const end = named.indexOf("\n");
  try {
    return library.highlight(named.slice(0, end), named.slice(end + 1)).children.flatMap(colouredOf);
  } catch {
    return null; // colours are not worth a message
  }
});

type Node = ReturnType<typeof library.highlight>["children"][number];

function colouredOf(node: Node): readonly Coloured[] {
  if (node.type === "text") return [node.value];
  if (node.type !== "element") return [];
  const { className } = node.properties;
  return [
    {
      classes: Array.isArray(className) ? className.join(" ") : "",
      children: node.children.flatMap((child) => colouredOf(child)),
    },
  ];
}
