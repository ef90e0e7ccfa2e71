/** Which version of Casemate runs here, and at the server where that is another one. */
import type { ServerProgramView } from "../../api/generated";
import { HowToUpdate } from "../../components/HowToUpdate";
import { useConnection } from "../../state/context";
import { isToUpdateHere, programWords } from "../../words/programVersions";

export function ProgramVersions({ program }: { readonly program: ServerProgramView | null }) {
  const connection = useConnection();
  const service = connection.state === "connecting" ? null : connection.service;
  if (service === null) return null;
  return (
    <>
      {service.version}
      {program !== null && (
        <span className="block text-ink-2">
          {programWords(program, service.version)}{" "}
          {isToUpdateHere(program) && <HowToUpdate command={service.update_command} />}
        </span>
      )}
    </>
  );
}
