/** The picture and the line by which others recognise one and know how one is. */
import { ImagePlus, Trash2 } from "lucide-react";
import { useRef, useState } from "react";

import type { AccountView } from "../../api/generated";
import { Avatar } from "../../components/Avatar";
import { Button } from "../../components/Button";
import { useAttempt, useSession } from "../../state/context";
import { displayName, initials } from "../../words/names";
import { sentenceOf } from "../../words/reasons";
import { CropDialog } from "./CropDialog";
import { OwnStatus } from "./OwnStatus";

const MOST_FILE_BYTES = 40 * 1024 * 1024;

export function OwnProfile({ account }: { readonly account: AccountView }) {
  return (
    <>
      <OwnPicture account={account} />
      <OwnStatus account={account} />
    </>
  );
}

function OwnPicture({ account }: { readonly account: AccountView }) {
  const { service, cid } = useSession();
  const file = useRef<HTMLInputElement>(null);
  const [chosen, setChosen] = useState<ImageBitmap | null>(null);
  const [unreadable, setUnreadable] = useState(false);
  const [attempt, run] = useAttempt();
  const has = account.picture !== "";
  const close = () => {
    chosen?.close();
    setChosen(null);
  };
  const choose = async (given: File | undefined) => {
    if (given === undefined) return;
    const picture = given.size > MOST_FILE_BYTES ? null : await opened(given);
    setUnreadable(picture === null);
    setChosen(picture);
  };
  return (
    <div className="flex flex-wrap items-center gap-4 py-3">
      <Avatar initials={initials(displayName(account))} colourKey={account.account_id} size={64} />
      <div className="min-w-0 flex-1 basis-48">
        <p className="text-15 font-medium">Picture</p>
        <p className="text-13 text-ink-2">
          {has
            ? "The people you agreed to talk with see it."
            : "The people you agreed to talk with see your initials."}
        </p>
        {(unreadable || attempt.state === "refused") && (
          <p role="alert" className="text-13 text-red-ink">
            {attempt.state === "refused"
              ? sentenceOf(attempt.reason)
              : "This is no picture that this browser can open, or it is larger than 40 MB. Try another one."}
          </p>
        )}
      </div>
      <input
        ref={file}
        type="file"
        accept="image/*"
        aria-label="A picture of yours"
        className="sr-only"
        tabIndex={-1}
        onChange={(event) => {
          void choose(event.currentTarget.files?.[0]);
          event.currentTarget.value = "";
        }}
      />
      <div className="flex gap-2">
        {has && (
          <Button
            size="small"
            kind="danger-quiet"
            busy={attempt.state === "running"}
            icon={<Trash2 size={14} aria-hidden />}
            onClick={() => void run(() => service.request("SetPicture", { cid, picture: "" }))}
          >
            Remove
          </Button>
        )}
        <Button
          size="small"
          icon={<ImagePlus size={14} aria-hidden />}
          onClick={() => {
            file.current?.click();
          }}
        >
          {has ? "Change picture…" : "Choose picture…"}
        </Button>
      </div>
      {chosen !== null && <CropDialog picture={chosen} onDone={close} onClose={close} />}
    </div>
  );
}

/** Null: the browser cannot draw it. */
async function opened(file: File): Promise<ImageBitmap | null> {
  try {
    return await createImageBitmap(file);
  } catch {
    return null;
  }
}
