/** Another password for this account on this computer, asked for with the old one. */
import { useEffect, useRef, useState } from "react";

import { Button } from "../../components/Button";
import { Dialog } from "../../components/Dialog";
import { Field } from "../../components/Field";
import { changePassword } from "../../state/actions";
import { useAttempt, useSession } from "../../state/context";
import { passwordAdvice, passwordProblem } from "../../words/passwords";
import { sentenceOf } from "../../words/reasons";

export function OwnPassword() {
  const [changing, setChanging] = useState(false);
  const [changed, setChanged] = useState(false);
  return (
    <span className="flex flex-wrap items-baseline gap-x-3 gap-y-1">
      <span className="min-w-0">For this computer alone</span>
      <Button
        size="small"
        kind="quiet"
        onClick={() => {
          setChanging(true);
          setChanged(false);
        }}
      >
        Change password…
      </Button>
      <span role="status" className="text-green-ink">
        {changed && "The new password is in force."}
      </span>
      {changing && (
        <Change
          onDone={() => {
            setChanged(true);
            setChanging(false);
          }}
          onClose={() => {
            setChanging(false);
          }}
        />
      )}
    </span>
  );
}

const EMPTY = { old: "", wanted: "", again: "" };
type Typed = typeof EMPTY;

function Change({ onDone, onClose }: { readonly onDone: () => void; readonly onClose: () => void }) {
  const { service, cid } = useSession();
  const form = useRef<HTMLFormElement>(null);
  const [typed, setTyped] = useState(EMPTY);
  const [checked, setChecked] = useState(false);
  const [attempt, run] = useAttempt({ waits: false });
  const [tried, setTried] = useState("");
  const isUnderWay = attempt.state === "running";
  const close = () => {
    // What is asked for cannot be called back: closing now would look as if it had been.
    if (!isUnderWay) onClose();
  };
  const refused = attempt.state === "refused" ? attempt.reason : null;
  const isWrong = refused?.code === "wrong_password" && tried === typed.old;
  useEffect(() => {
    if (isWrong) form.current?.querySelector("input")?.focus();
  }, [isWrong]);
  const problems = checked ? problemsOf(typed) : {};
  const change = (field: keyof Typed) => (event: { currentTarget: HTMLInputElement }) => {
    setTyped({ ...typed, [field]: event.currentTarget.value });
  };
  const save = async () => {
    setChecked(true);
    const wrong = problemsOf(typed);
    const first = wrong.old ? 0 : wrong.wanted ? 1 : wrong.again ? 2 : null;
    if (first !== null) {
      form.current?.querySelectorAll("input").item(first).focus();
      return;
    }
    setTried(typed.old);
    if (await run(() => changePassword(service, cid, typed.old, typed.wanted))) onDone();
  };
  return (
    <Dialog title="Change your password" onClose={close} className="max-w-md">
      <form
        ref={form}
        noValidate
        className="flex flex-col gap-4 px-5 pb-5"
        onSubmit={(event) => {
          event.preventDefault();
          if (!isUnderWay) void save();
        }}
      >
        <Field
          label="Password until now"
          type="password"
          autoComplete="current-password"
          value={typed.old}
          onChange={change("old")}
          problem={isWrong ? sentenceOf(refused) : problems.old}
        />
        <Field
          label="New password"
          type="password"
          autoComplete="new-password"
          value={typed.wanted}
          onChange={change("wanted")}
          problem={problems.wanted}
          advice={passwordAdvice(typed.wanted)}
        />
        <Field
          label="New password again"
          type="password"
          autoComplete="new-password"
          value={typed.again}
          onChange={change("again")}
          problem={problems.again}
        />
        <p className="text-13 text-pretty text-ink-2">
          Browsers that are signed in stay so; further down you can sign each of them out. Copies of your data
          that were made before, such as backups, still open with the password until now.
        </p>
        {refused !== null && refused.code !== "wrong_password" && (
          <p role="alert" className="text-13 text-red-ink">
            {refused.code === "connection_lost"
              ? "No answer came, so either password may be in force now. Try again; if the password until now no longer opens this account, the new one does."
              : sentenceOf(refused)}
          </p>
        )}
        <div className="flex justify-end gap-2">
          <Button busy={isUnderWay} onClick={close}>
            Keep it
          </Button>
          <Button type="submit" kind="primary" busy={isUnderWay}>
            Change password
          </Button>
        </div>
      </form>
    </Dialog>
  );
}

function problemsOf({ old, wanted, again }: Typed): Partial<Record<keyof Typed, string>> {
  const problems: Partial<Record<keyof Typed, string>> = {};
  if (old === "") problems.old = "The password that opens this account now.";
  const problem = passwordProblem(wanted) ?? (wanted === old ? "That is the password you have." : null);
  if (problem !== null) problems.wanted = problem;
  else if (again !== wanted) problems.again = "This is not what you typed above.";
  return problems;
}
