/** The same in the details, where it can be found without a right click. */
import { Button } from "../../../components/Button";
import { useAttempt, useWorkspace } from "../../../state/context";
import { sentenceOf } from "../../../words/reasons";
import { arrangingIcon } from "./arrangingIcon";
import { useArranging } from "./useArranging";

export function ArrangingButtons({ conversation }: { readonly conversation: string }) {
  const row = useWorkspace((workspace) => workspace.conversations.get(conversation));
  const actions = useArranging(conversation);
  const [attempt, run] = useAttempt();
  if (row === undefined) return null;
  return (
    <>
      {actions.map((action) => (
        <Button
          key={action.kind}
          kind="quiet"
          className="justify-start"
          busy={attempt.state === "running"}
          icon={arrangingIcon(action.kind, row)}
          onClick={() => void run(action.act)}
        >
          {action.name}
        </Button>
      ))}
      {attempt.state === "refused" && (
        <p role="alert" className="text-13 text-red-ink">
          {sentenceOf(attempt.reason, {})}
        </p>
      )}
    </>
  );
}
