/** A part of the page whose code comes when it is first needed: until then, or where it does not come, other things stand there. */
import type { ComponentType, ReactNode } from "react";
import { useEffect, useState } from "react";

import { Button } from "./Button";

interface Props<Of extends object> {
  /** The same function each time; called again with every try. */
  readonly load: () => Promise<ComponentType<Of>>;
  /** What the part is given. */
  readonly of: Of;
  readonly waiting?: ReactNode;
  /** Puts what is said of a failure where it belongs. */
  readonly failed?: (said: ReactNode) => ReactNode;
}

/** What has come, by the function that loads it: then it stands there at once. */
const there = new WeakMap<() => Promise<unknown>, unknown>();

/** Before it is needed, while the page has nothing else to do. What does not come is asked for again when it is. */
export async function loadAhead(load: () => Promise<unknown>): Promise<void> {
  try {
    there.set(load, await load());
  } catch {
    // Whoever needs it is told.
  }
}

export function Later<Of extends object>({ load, of, waiting = null, failed = (said) => said }: Props<Of>) {
  const [Part, setPart] = useState(() => (there.get(load) as ComponentType<Of> | undefined) ?? null);
  const [hasFailed, setHasFailed] = useState(false);
  const [tries, setTries] = useState(0);

  useEffect(() => {
    let stale = false;
    load().then(
      (part) => {
        there.set(load, part);
        if (!stale) setPart(() => part);
      },
      () => {
        if (!stale) setHasFailed(true);
      },
    );
    return () => {
      stale = true;
    };
  }, [load, tries]);

  if (Part !== null) return <Part {...of} />;
  if (!hasFailed) return waiting;
  const again = () => {
    setHasFailed(false);
    setTries(tries + 1);
  };
  return failed(<NotLoaded onAgain={again} />);
}

/** A newer build has other files: then only the page as a whole can be loaded again. */
function NotLoaded({ onAgain }: { readonly onAgain: () => void }) {
  return (
    <div role="alert" className="flex flex-col items-center gap-3 text-center text-13 text-ink-2">
      <p>This part of the page could not be loaded. What you wrote is kept.</p>
      <div className="flex flex-wrap justify-center gap-2">
        <Button size="small" onClick={onAgain}>
          Try again
        </Button>
        <Button
          size="small"
          onClick={() => {
            location.reload();
          }}
        >
          Load the page again
        </Button>
      </div>
    </div>
  );
}
