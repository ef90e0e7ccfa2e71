/** Accounts of this computer that are at the server of the invitation already: each can meet who made it. */
import type { Cid, InvitationRead, LocalAccount } from "../../api/generated";
import { Refused } from "../../api/InternalService";
import { Button } from "../../components/Button";
import { CutText } from "../../components/PersonName";
import { useAttempt, useConnection, useService } from "../../state/context";
import { joinRefusalWords, ownInvitationWords } from "../../words/invitations";
import { displayName } from "../../words/names";
import { Refusal } from "./Refusal";

interface Props {
  readonly invitation: InvitationRead;
  readonly text: string;
  readonly onMeet: (cid: Cid, inviter: Cid) => void;
}

export function InvitedHere({ invitation, text, onMeet }: Props) {
  const service = useService();
  const connection = useConnection();
  const [attempt, run] = useAttempt();
  const accounts = connection.state === "connecting" ? [] : (connection.accounts ?? []);
  const guests = accounts.filter(({ cid }) => invitation.here.includes(cid) && cid !== invitation.inviter);
  const open = (cid: Cid) =>
    run(async () => {
      await service.request("OpenInvitation", { cid, text }).catch(unlessRegistered);
      onMeet(cid, invitation.inviter);
    });
  return (
    <>
      {invitation.own && (
        <p className="text-13 text-pretty text-ink-2">
          {ownInvitationWords(accounts.find(({ cid }) => cid === invitation.inviter))}
        </p>
      )}
      {guests.length > 0 && (
        <section aria-label="Your accounts on this server" className="flex flex-col gap-2.5">
          {guests.map((account) => (
            <OpenAs
              key={account.cid.toString()}
              account={account}
              busy={attempt.state === "running"}
              onOpen={() => void open(account.cid)}
            />
          ))}
          {attempt.state === "refused" && (
            <Refusal
              reason={attempt.reason}
              sentence={joinRefusalWords(attempt.reason, invitation.server_addr)}
            />
          )}
          <p className="mt-2 text-13 font-medium text-ink-2">Or as somebody new on this server:</p>
        </section>
      )}
    </>
  );
}

interface OpenAsProps {
  readonly account: LocalAccount;
  readonly busy: boolean;
  readonly onOpen: () => void;
}

function OpenAs({ account, busy, onOpen }: OpenAsProps) {
  return (
    <Button kind="primary" size="large" className="min-w-0 shrink" busy={busy} onClick={onOpen}>
      <CutText>{`Open as ${displayName(account)}`}</CutText>
    </Button>
  );
}

/** Then all that the invitation is for is done. */
function unlessRegistered(error: unknown): void {
  if (!(error instanceof Refused && error.reason.code === "already_registered")) throw error;
}
