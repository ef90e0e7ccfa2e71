/** A count that rises a moment later: what is seen as it comes was never waiting, and would only flash. */
import { useEffect, useRef, useState } from "react";

const MOMENT_MILLISECONDS = 500;

export function useHeldBack(count: number): number {
  const [told, setTold] = useState(count);
  const latest = useRef(count);
  useEffect(() => {
    latest.current = count;
  }, [count]);

  const rises = count > told;
  const falls = count < told;
  useEffect(() => {
    if (!rises && !falls) return;
    const timer = setTimeout(
      () => {
        setTold(latest.current);
      },
      rises ? MOMENT_MILLISECONDS : 0,
    );
    return () => {
      clearTimeout(timer);
    };
  }, [rises, falls]);

  return Math.min(told, count);
}
