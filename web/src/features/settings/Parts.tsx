/** A long screen in parts, with a list of them that leads to each: beside it where there is room, else above. */
import { Children, isValidElement, useRef } from "react";
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

/** The list names its children that are a `Part`. */
export function Parts({ title, children }: PartProps) {
  const shown = useRef<HTMLDivElement>(null);
  const titles = Children.toArray(children).flatMap((child) =>
    isValidElement<PartProps>(child) && child.type === Part ? [child.props.title] : [],
  );
  const goTo = (part: string) => {
    const section = shown.current?.querySelector(`[data-part=${CSS.escape(part)}]`);
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
