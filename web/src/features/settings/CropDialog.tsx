/** Which part of a picture others see: moved by hand or arrow keys, enlarged by wheel, slider or plus and minus. */
import { useEffect, useRef, useState } from "react";

import { Button } from "../../components/Button";
import { Dialog } from "../../components/Dialog";
import { useAttempt, useSession } from "../../state/context";
import { sentenceOf } from "../../words/reasons";
import type { Crop } from "./cropping";
import { MOST_ZOOM, moved, WHOLE, within } from "./cropping";
import { drawCrop, drawnAnew, inBase64 } from "./drawnAnew";

const SHOWN_PIXELS = 288;
const STEP = 0.04;
const KEY_ZOOM = 1.15;
const WHEEL_ZOOM = 0.0015;

const MOVES: Readonly<Record<string, readonly [right: number, down: number]>> = {
  ArrowLeft: [STEP, 0],
  ArrowRight: [-STEP, 0],
  ArrowUp: [0, STEP],
  ArrowDown: [0, -STEP],
};

interface Props {
  readonly picture: ImageBitmap;
  readonly onDone: () => void;
  readonly onClose: () => void;
}

export function CropDialog({ picture, onDone, onClose }: Props) {
  const { service, cid } = useSession();
  const canvas = useRef<HTMLCanvasElement>(null);
  const [crop, setCrop] = useState<Crop>(WHOLE);
  const [tooLarge, setTooLarge] = useState(false);
  const [attempt, run] = useAttempt();
  useEffect(() => {
    if (canvas.current !== null) drawCrop(canvas.current, picture, crop);
  }, [picture, crop]);
  const zoomBy = (factor: number) => {
    setCrop((before) => within(picture, { ...before, zoom: before.zoom * factor }));
  };
  const move = (right: number, down: number) => {
    setCrop((before) => moved(picture, before, right, down));
  };
  const keyDown = (event: React.KeyboardEvent) => {
    const step = MOVES[event.key];
    if (step !== undefined) move(...step);
    else if (event.key === "+" || event.key === "=") zoomBy(KEY_ZOOM);
    else if (event.key === "-") zoomBy(1 / KEY_ZOOM);
    else return;
    event.preventDefault();
  };
  const save = async () => {
    const drawn = await drawnAnew(picture, crop);
    setTooLarge(drawn === null);
    if (drawn === null) return;
    if (await run(() => service.request("SetPicture", { cid, picture: inBase64(drawn) }))) onDone();
  };
  return (
    <Dialog title="Your picture" onClose={onClose} className="max-w-md">
      <div className="flex flex-col items-center gap-4 overflow-y-auto px-5 pt-2 pb-5">
        {/* Keys move what is seen in it; a screen reader is told that it is a picture to be moved. */}
        {/* eslint-disable-next-line jsx-a11y/no-noninteractive-element-interactions */}
        <div
          role="application"
          aria-label="What others see. Arrow keys move the picture, plus and minus enlarge it."
          // eslint-disable-next-line jsx-a11y/no-noninteractive-tabindex
          tabIndex={0}
          onKeyDown={keyDown}
          onPointerDown={(event) => {
            event.currentTarget.setPointerCapture(event.pointerId);
          }}
          onPointerMove={(event) => {
            if (!event.currentTarget.hasPointerCapture(event.pointerId)) return;
            const side = event.currentTarget.clientWidth;
            move(event.movementX / side, event.movementY / side);
          }}
          onWheel={(event) => {
            zoomBy(Math.exp(-event.deltaY * WHEEL_ZOOM));
          }}
          className="aspect-square w-full max-w-72 cursor-grab touch-none overflow-hidden rounded-round border border-line active:cursor-grabbing"
        >
          <canvas ref={canvas} width={SHOWN_PIXELS} height={SHOWN_PIXELS} className="block size-full" />
        </div>
        <label className="flex w-full max-w-72 items-center gap-3 text-13">
          Enlarge
          <input
            type="range"
            min={0}
            max={Math.log(MOST_ZOOM)}
            step={0.01}
            value={Math.log(crop.zoom)}
            onChange={(event) => {
              const zoom = Math.exp(Number(event.currentTarget.value));
              setCrop((before) => within(picture, { ...before, zoom }));
            }}
            className="min-w-0 flex-1 accent-accent"
          />
        </label>
        <p className="text-13 text-pretty text-ink-2">
          It is drawn anew here, small and without place or date, and goes sealed to the people you agreed to
          talk with. The server does not see it.
        </p>
        {(tooLarge || attempt.state === "refused") && (
          <p role="alert" className="text-13 text-red-ink">
            {attempt.state === "refused"
              ? sentenceOf(attempt.reason)
              : "This browser could not make it small enough. Try another picture."}
          </p>
        )}
        <div className="flex justify-end gap-2 self-stretch">
          <Button onClick={onClose}>Cancel</Button>
          <Button kind="primary" busy={attempt.state === "running"} onClick={() => void save()}>
            Use this picture
          </Button>
        </div>
      </div>
    </Dialog>
  );
}
