/** A fault of this page itself: it says so, and nothing is lost, for everything lives in the internal service. */
import { Unplug } from "lucide-react";
import type { ReactNode } from "react";
import { Component } from "react";

import { CopyDetail } from "../components/CopyDetail";
import { Standstill } from "./Standstill";

interface State {
  readonly error: Error | null;
}

export class Mishap extends Component<{ readonly children: ReactNode }, State> {
  override state: State = { error: null };

  static getDerivedStateFromError(error: Error): State {
    return { error };
  }

  override render(): ReactNode {
    const { error } = this.state;
    if (error === null) return this.props.children;
    return (
      <Standstill
        icon={<Unplug size={22} />}
        title="This page has stumbled"
        action="Load it again"
        onAction={() => {
          location.reload();
        }}
      >
        <p className="mb-3">Your messages are safe: the page only shows them.</p>
        <CopyDetail detail={`${error.name}: ${error.message}`} />
      </Standstill>
    );
  }
}
