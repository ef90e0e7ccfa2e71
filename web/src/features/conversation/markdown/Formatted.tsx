/** A text with its formatting: elements that are made here, from what was read; nothing of what others wrote is HTML. */
import type { ReactNode } from "react";
import { memo, useContext } from "react";

import { LinkedText } from "../../../components/LinkedText";
import { classes } from "../../../components/classes";
import { fewMarks } from "../../../text/bounded";
import { CodeBlock } from "./CodeBlock";
import { MentionableContext, mentionsIn } from "./mentions";
import type { Block, Inline, FormattedItem } from "./parse";
import { parseMarkdown } from "./parse";

interface Props {
  readonly text: string;
  readonly cut: boolean;
}

/** `cut`: it is not all of the text. */
export function drawFormatted(text: string, cut: boolean): ReactNode {
  return <Formatted text={text} cut={cut} />;
}

/** As it was written, with addresses one can follow. */
export function drawLinked(text: string): ReactNode {
  return <LinkedText text={text} />;
}

const Formatted = memo(function Formatted({ text, cut }: Props) {
  const blocks = parseMarkdown(text);
  const end = cut ? "…" : null;
  if (blocks === null)
    return (
      <p dir="auto">
        <Words text={text} />
        {end}
      </p>
    );
  return (
    <>
      {blocks.map((block, place) => (
        <BlockView key={place} block={block} />
      ))}
      {cut && <p aria-hidden>{end}</p>}
    </>
  );
});

function BlockView({ block }: { readonly block: Block }) {
  switch (block.kind) {
    case "paragraph":
      return (
        <p dir="auto">
          <Inlines of={block.children} />
        </p>
      );
    case "words":
      return <Inlines of={block.children} />;
    case "heading":
      return (
        <h3 dir="auto" className={classes("font-bold", block.large && "text-18")}>
          <Inlines of={block.children} />
        </h3>
      );
    case "code":
      return <CodeBlock language={block.language} text={block.text} />;
    case "quote":
      return (
        <blockquote dir="auto" className="space-y-1.5 border-s-2 border-line-strong ps-3 text-ink-2">
          <Blocks of={block.children} />
        </blockquote>
      );
    case "list":
      return <List start={block.start} items={block.items} />;
    case "table":
      return <Table head={block.head} rows={block.rows} />;
    case "rule":
      return <hr className="border-line-strong" />;
  }
}

function Blocks({ of: blocks }: { readonly of: readonly Block[] }) {
  return blocks.map((block, place) => <BlockView key={place} block={block} />);
}

/** One direction for all of it, by its first word: else its marks would stand on both sides. */
function List({ start, items }: { readonly start: number | null; readonly items: readonly FormattedItem[] }) {
  const rows = items.map(({ checked, children }, place) =>
    checked === null ? (
      <li key={place} className="space-y-1.5">
        <Blocks of={children} />
      </li>
    ) : (
      <li key={place} className="-ms-5 flex list-none gap-1.5">
        <span aria-hidden>{checked ? "☑" : "☐"}</span>
        <span className="sr-only">{checked ? "Done:" : "To do:"}</span>
        <div className="min-w-0 flex-1 space-y-1.5">
          <Blocks of={children} />
        </div>
      </li>
    ),
  );
  if (start === null)
    return (
      <ul dir="auto" className="list-disc space-y-0.5 ps-6">
        {rows}
      </ul>
    );
  return (
    <ol dir="auto" start={start} className="list-decimal space-y-0.5 ps-8">
      {rows}
    </ol>
  );
}

function Table({
  head,
  rows,
}: {
  readonly head: readonly (readonly Inline[])[];
  readonly rows: readonly (readonly (readonly Inline[])[])[];
}) {
  return (
    // Without a mouse, one scrolls what has the focus.
    // eslint-disable-next-line jsx-a11y/no-noninteractive-tabindex
    <div role="region" aria-label="Table" tabIndex={0} className="overflow-x-auto rounded-control">
      <table className="border-collapse text-13 [&_td]:border [&_td]:border-line-strong [&_td]:px-2 [&_td]:py-1 [&_th]:border [&_th]:border-line-strong [&_th]:bg-hover [&_th]:px-2 [&_th]:py-1 [&_th]:text-start">
        <thead>
          <tr>
            {head.map((cell, place) => (
              <th key={place} dir="auto">
                <Inlines of={cell} />
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {rows.map((row, place) => (
            <tr key={place}>
              {row.map((cell, column) => (
                <td key={column} dir="auto">
                  <Inlines of={cell} />
                </td>
              ))}
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}

function Inlines({ of: inlines }: { readonly of: readonly Inline[] }) {
  return inlines.map((inline, place) => <InlineView key={place} inline={inline} />);
}

function InlineView({ inline }: { readonly inline: Inline }) {
  switch (inline.kind) {
    case "text":
      return <Words text={inline.text} />;
    case "code":
      return (
        <code className="rounded-[4px] bg-hover px-1 py-px font-mono text-[0.9em]">
          {fewMarks(inline.text)}
        </code>
      );
    case "strong":
      return (
        <strong className="font-bold">
          <Inlines of={inline.children} />
        </strong>
      );
    case "emphasis":
      return (
        <em>
          <Inlines of={inline.children} />
        </em>
      );
    case "strike":
      return (
        <s>
          <Inlines of={inline.children} />
        </s>
      );
    case "link":
      return <LinkTo inline={inline} />;
  }
}

type Link = Extract<Inline, { readonly kind: "link" }>;

/** What a link says may be anything, another address as well: so where it leads stands beside it, always. */
function LinkTo({ inline: { href, where, children } }: { readonly inline: Link }) {
  return (
    <bdi>
      {/* The other side learns neither where one came from nor gets a hold of this page. */}
      <a
        href={href}
        target="_blank"
        rel="noopener noreferrer"
        title={href}
        className="text-accent-ink underline decoration-1 underline-offset-2 hover:decoration-2"
      >
        <bdi>
          <Labels of={children} />
        </bdi>{" "}
        <bdi dir="ltr" className="text-[0.85em]">
          ({where})
        </bdi>
      </a>
    </bdi>
  );
}

/** Words inside of a link: with their weight, and nothing in them that leads elsewhere. */
function Labels({ of: inlines }: { readonly of: readonly Inline[] }): ReactNode {
  return inlines.map((inline, place) => {
    if ("text" in inline) return fewMarks(inline.text);
    const Kind = inline.kind === "strong" ? "strong" : inline.kind === "emphasis" ? "em" : "span";
    return (
      <Kind key={place}>
        <Labels of={inline.children} />
      </Kind>
    );
  });
}

/** With addresses one can follow, and who is mentioned. */
function Words({ text }: { readonly text: string }) {
  const people = useContext(MentionableContext);
  const mentions = mentionsIn(text, people);
  if (mentions.length === 0) return <LinkedText text={text} />;
  let end = 0;
  const parts: ReactNode[] = [];
  for (const { start, end: after, who } of mentions) {
    parts.push(<LinkedText key={`before ${start.toString()}`} text={text.slice(end, start)} />);
    parts.push(
      <bdi
        key={start}
        title={who.isOneself ? "You" : who.name}
        className={classes(
          "rounded-[4px] font-medium text-accent-ink",
          who.isOneself && "bg-accent-soft px-0.5 ring-1 ring-line-strong",
        )}
      >
        {text.slice(start, after)}
      </bdi>,
    );
    end = after;
  }
  parts.push(<LinkedText key="rest" text={text.slice(end)} />);
  return parts;
}
