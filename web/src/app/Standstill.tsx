/** The whole page when there is nothing else to show: what happened, and the one thing to do. */
import type { ReactNode } from "react";

import { Button } from "../components/Button";
import { EmptyState } from "../components/EmptyState";

interface Props {
  readonly icon: ReactNode;
  readonly title: string;
  readonly action: string;
  readonly onAction: () => void;
  /** Another way on. */
  readonly beside?: ReactNode;
  readonly children: ReactNode;
}

export function Standstill({ icon, title, action, onAction, beside, children }: Props) {
  return (
    <main aria-label="Casemate" className="flex h-full items-center justify-center bg-sidebar">
      <EmptyState
        icon={icon}
        title={title}
        level={1}
        action={
          <span className="flex flex-wrap justify-center gap-2">
            <Button kind="primary" onClick={onAction}>
              {action}
            </Button>
            {beside}
          </span>
        }
      >
        {children}
      </EmptyState>
    </main>
  );
}
