/** Signing out; asks first when words are in hand that the service does not have, and says so when it cannot be done. */
import { Button } from "../../components/Button";
import { Dialog } from "../../components/Dialog";
import { useSession, useAttempt } from "../../state/context";
import { sentenceOf } from "../../words/reasons";

interface Props {
  readonly onSignedOut: () => void;
  readonly onClose: () => void;
}

export function SignOut({ onSignedOut, onClose }: Props) {
  const session = useSession();
  const [attempt, run] = useAttempt();
  const signOut = async () => {
    if (await run(() => session.signOut())) onSignedOut();
  };
  const inHand = session.outgoing.wordsInHand();
  const kept = session.outgoing.keepsSealed && !session.outgoing.wordsUnsealed();
  return (
    <Dialog
      title={inHand ? "Sign out with words in hand" : "Sign out"}
      onClose={onClose}
      className="max-w-md"
    >
      <div className="flex flex-col gap-4 px-5 pb-5">
        {inHand ? (
          <p className="text-15 text-ink-2">
            Some of what you wrote here was not taken over yet by Casemate on this computer.{" "}
            {kept
              ? "It stays in this browser, sealed, and is there again when you sign in to this account here."
              : "This browser cannot keep it: it is lost when you sign out."}
          </p>
        ) : (
          <p className="text-15 text-ink-2">
            It did not work yet. Everything you wrote is kept by Casemate on this computer.
          </p>
        )}
        {attempt.state === "refused" && (
          <p role="alert" className="text-13 text-red-ink">
            {sentenceOf(attempt.reason, {})}
          </p>
        )}
        <div className="flex justify-end gap-2">
          <Button onClick={onClose}>Stay</Button>
          <Button
            kind={kept ? "primary" : "danger"}
            busy={attempt.state === "running"}
            onClick={() => void signOut()}
          >
            Sign out
          </Button>
        </div>
      </div>
    </Dialog>
  );
}
