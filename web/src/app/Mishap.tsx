/** A fault of this page itself: it says so, and nothing is lost, for everything lives in the internal service. */
import { Unplug } from "lucide-react";
import type { ReactNode } from "react";
import { Component } from "react";

import { Button } from "../components/Button";
import { CopyDetail } from "../components/CopyDetail";
import { EmptyState } from "../components/EmptyState";

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
      <main aria-label="Casemate" className="flex h-full items-center justify-center bg-sidebar">
        <EmptyState
          icon={<Unplug size={22} />}
          title="This page has stumbled"
          level={1}
          action={
            <Button
              kind="primary"
              onClick={() => {
                location.reload();
              }}
            >
              Load it again
            </Button>
          }
        >
          <p className="mb-3">Your messages are safe: the page only shows them.</p>
          <CopyDetail detail={`${error.name}: ${error.message}`} />
        </EmptyState>
      </main>
    );
  }
}
