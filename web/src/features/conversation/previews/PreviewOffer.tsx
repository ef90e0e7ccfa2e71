/** Above what one writes: the offer to ask the page behind a link what it is, and what came of it. */
import { Globe, X } from "lucide-react";
import { useEffect, useState } from "react";

import type { LinkPreviewView, Reason } from "../../../api/generated";
import { Refused } from "../../../api/InternalService";
import { Button, IconButton } from "../../../components/Button";
import { LinkCard } from "../../../components/LinkCard";
import { CONNECTION_LOST, useSession } from "../../../state/context";
import { sentenceOf } from "../../../words/reasons";

interface Props {
  readonly link: string;
  /** What goes along. */
  readonly onPreview: (preview: LinkPreviewView | null) => void;
}

type Stage =
  | { readonly kind: "offered" | "asking" | "dismissed" }
  | { readonly kind: "made"; readonly preview: LinkPreviewView }
  | { readonly kind: "failed"; readonly reason: Reason };

export default function PreviewOffer({ link, onPreview }: Props) {
  const { service, cid } = useSession();
  const [stage, setStage] = useState<Stage>({ kind: "offered" });
  const made = stage.kind === "made" ? stage.preview : null;
  useEffect(() => {
    onPreview(made);
    return () => {
      onPreview(null);
    };
  }, [onPreview, made]);
  const asking = stage.kind === "asking";
  useEffect(() => {
    if (!asking) return;
    let stale = false;
    service.request("MakeLinkPreview", { cid, url: link }).then(
      (answer) => {
        if (!stale) setStage({ kind: "made", preview: answer.preview });
      },
      (error: unknown) => {
        if (!stale)
          setStage({ kind: "failed", reason: error instanceof Refused ? error.reason : CONNECTION_LOST });
      },
    );
    return () => {
      stale = true;
    };
  }, [asking, service, cid, link]);

  if (stage.kind === "dismissed") return null;
  const { host } = new URL(link);
  const dismiss = (
    <IconButton
      label={stage.kind === "made" ? "Send it without the preview" : "No preview of this link"}
      className="!size-7"
      icon={<X size={15} aria-hidden />}
      onClick={() => {
        setStage({ kind: "dismissed" });
      }}
    />
  );
  const ask = () => {
    setStage({ kind: "asking" });
  };
  return (
    <section aria-label="Preview of the link" className="mb-1 flex min-h-9 items-center">
      {stage.kind === "made" ? (
        <LinkCard
          title={stage.preview.title}
          description={stage.preview.description}
          site={stage.preview.site}
          host={host}
          href={null}
          action={<span className="pr-1">{dismiss}</span>}
        />
      ) : (
        <div
          role={stage.kind === "failed" ? "alert" : "status"}
          className="flex min-w-0 flex-1 items-center gap-2 text-13 text-ink-2"
        >
          <Globe size={14} aria-hidden className="shrink-0 text-ink-3" />
          {stage.kind === "failed" ? (
            <span className="min-w-0">
              {sentenceOf(stage.reason, {})}{" "}
              {stage.reason.acts === "retry" && (
                <Button size="small" onClick={ask}>
                  Try again
                </Button>
              )}
            </span>
          ) : asking ? (
            <span className="min-w-0 truncate">
              Asking <bdi>{host}</bdi>…
            </span>
          ) : (
            <>
              <Button size="small" className="min-w-0" onClick={ask}>
                <span className="truncate">
                  Add a preview of <bdi>{host}</bdi>
                </span>
              </Button>
              <span className="min-w-0 truncate text-12 text-ink-3 max-tablet:sr-only">
                Your computer asks that page; it sees your address.
              </span>
            </>
          )}
          <span className="ml-auto">{dismiss}</span>
        </div>
      )}
    </section>
  );
}
