/** One quiet line: this page, or this computer's Casemate, is older than what it talks with. */
import { X } from "lucide-react";
import { useSyncExternalStore } from "react";

import { Banner } from "../../components/Banner";
import { Button, IconButton } from "../../components/Button";
import { HowToUpdate } from "../../components/HowToUpdate";
import { useConnection, useSessionState } from "../../state/context";
import { hiddenVersions, hideVersion } from "../../state/hiddenVersion";
import { oldPage } from "../../state/oldPage";
import { isToUpdateHere, programWords } from "../../words/programVersions";

export function UpdateLine() {
  const connection = useConnection();
  const program = useSessionState(({ workspace }) => workspace?.account.server_program ?? null);
  const server = useSessionState(({ workspace }) => workspace?.account.server_fingerprint ?? "");
  const hidden = useSyncExternalStore(hiddenVersions.subscribe, hiddenVersions.get);
  const isOld = useSyncExternalStore(oldPage.subscribe, oldPage.get);
  if (connection.state !== "open") return null;
  if (isOld)
    return (
      <Banner
        tone="info"
        action={
          <Button
            size="small"
            onClick={() => {
              location.reload();
            }}
          >
            Reload
          </Button>
        }
      >
        Casemate was updated on this computer. Reload this page to go on with it. Messages that you are
        writing are kept; what you typed elsewhere is not.
      </Banner>
    );
  if (program === null || !isToUpdateHere(program) || hidden.get(server) === program.version) return null;
  return (
    <Banner
      tone="info"
      action={
        <IconButton
          label="Hide until the next version"
          icon={<X size={16} aria-hidden />}
          className="-my-1"
          onClick={() => {
            hideVersion(server, program.version);
          }}
        />
      }
    >
      {programWords(program, connection.service.version)}{" "}
      <HowToUpdate command={connection.service.update_command} />
    </Banner>
  );
}
