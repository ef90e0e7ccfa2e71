/** A long screen in parts, with a list of them that leads to each: beside it where there is room, else above. */
import { useEffect, useRef, useState } from "react";
import type { ReactNode } from "react";

interface PartProps {
  readonly title: string;
  readonly children: ReactNode;
}

export function Part({ title, children }: PartProps) {
  return (
    <section aria-label={title} data-part={title} className="scroll-mt-4">
      <h2 tabIndex={-1} className="mb-1 rounded-control text-13 font-medium text-ink-3">
        {title}
      </h2>
      <div className="divide-y divide-line rounded-card border border-line bg-raised px-4">{children}</div>
    </section>
  );
}

/** The list names the parts that are there, also those that come late. */
export function Parts({ title, children }: PartProps) {
  const shown = useRef<HTMLDivElement>(null);
  const [titles, setTitles] = useState<readonly string[]>([]);
  /** Where somebody went by the list: in view, also when what stands above it grows. */
  const aim = useRef<Element | null>(null);
  useEffect(() => {
    const parts = shown.current;
    if (parts === null) return;
    const name = () => {
      const found = [...parts.querySelectorAll<HTMLElement>(":scope > [data-part]")];
      setTitles(found.map(({ dataset }) => dataset.part ?? ""));
    };
    name();
    const coming = new MutationObserver(name);
    coming.observe(parts, { childList: true });
    const growing = new ResizeObserver(() => aim.current?.scrollIntoView());
    growing.observe(parts);
    const leave = () => {
      aim.current = null;
    };
    // Whoever scrolls, presses or types is somewhere of their own.
    const ways = ["wheel", "pointerdown", "keydown"] as const;
    for (const way of ways) window.addEventListener(way, leave, { capture: true, passive: true });
    return () => {
      coming.disconnect();
      growing.disconnect();
      for (const way of ways) window.removeEventListener(way, leave, { capture: true });
    };
  }, []);
  const goTo = (part: string) => {
    const section = shown.current?.querySelector(`[data-part=${CSS.escape(part)}]`) ?? null;
    aim.current = section;
    section?.scrollIntoView();
    section?.querySelector("h2")?.focus({ preventScroll: true });
  };
  return (
    <div className="h-full overflow-y-auto bg-surface">
      <div className="mx-auto flex max-w-3xl flex-col gap-x-10 gap-y-6 px-5 py-8 desktop:flex-row">
        <div className="flex flex-col gap-3 self-start desktop:sticky desktop:top-8 desktop:w-44 desktop:shrink-0">
          <h1 className="text-24 font-bold tracking-tight">{title}</h1>
          <nav aria-label={`Parts of the ${title.toLowerCase()}`}>
            <ul className="flex flex-wrap gap-1 desktop:-ml-2.5 desktop:flex-col">
              {titles.map((part) => (
                <li key={part}>
                  <button
                    type="button"
                    onClick={() => {
                      goTo(part);
                    }}
                    className="w-full rounded-control px-2.5 py-1 text-left text-13 text-ink-2 hover:bg-hover hover:text-ink max-desktop:border max-desktop:border-line"
                  >
                    {part}
                  </button>
                </li>
              ))}
            </ul>
          </nav>
        </div>
        <div ref={shown} className="mx-auto flex w-full max-w-xl min-w-0 flex-col gap-9 compact:gap-6">
          {children}
        </div>
      </div>
    </div>
  );
}
