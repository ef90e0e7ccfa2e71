/** In the library's eyes the trigger: the button is on the page before the library is, and keeps its focus so. */
import type { Ref, RefObject } from "react";
import { useImperativeHandle } from "react";

interface Props {
  readonly of: RefObject<HTMLElement | null>;
  readonly ref?: Ref<HTMLElement | null>;
}

export function StandIn({ of: button, ref }: Props) {
  useImperativeHandle<HTMLElement | null, HTMLElement | null>(ref, () => button.current, [button]);
  return null;
}
