/** The life of a message in words: its steps, each with what proves it, and what the next one waits for. */
import type { MessageView } from "../api/generated";
import { sentenceOf } from "./reasons";

export interface LifeStep {
  readonly title: string;
  /** Null where nobody kept it. */
  readonly time: number | null;
  readonly proof: string;
  /** waits: the next thing to happen. */
  readonly state: "done" | "waits" | "later";
}

const REACHED = ["queued", "sent", "delivered", "read"] as const;

/** `receipts`: whether this account sends read receipts; who sends none is told of none. */
export function lifeOf(message: MessageView, name: string, receipts: boolean): readonly LifeStep[] {
  if (message.mine && !message.deleted && message.status === "received")
    return [
      {
        title: "Written down here",
        time: message.written_at,
        proof: "It is in this computer’s encrypted database. A note to yourself goes nowhere else.",
        state: "done",
      },
    ];
  return message.mine && !message.deleted ? sentLife(message, name, receipts) : receivedLife(message, name);
}

function sentLife(message: MessageView, name: string, receipts: boolean): readonly LifeStep[] {
  const reached = REACHED.findIndex((status) => status === message.status);
  const waits =
    message.reason !== null
      ? sentenceOf(message.reason, { peer: name, waiting: true })
      : message.status === "delivered"
        ? untoldWords(name, receipts)
        : "Not confirmed yet.";
  const step = (place: number, title: string, proof: string, time: number | null = null): LifeStep => {
    if (place <= reached) return { title, time, proof, state: "done" };
    const isNext = place === reached + 1;
    return { title, time: null, proof: isNext ? waits : "", state: isNext ? "waits" : "later" };
  };
  const past = reached >= REACHED.indexOf("delivered");
  return [
    step(0, "Written down here", "It is in this computer’s encrypted database.", message.written_at),
    step(
      1,
      past ? "Sealed, and gone" : "Sealed, on the server",
      past
        ? `It went sealed for ${name}’s device; the server, if it took that way, need not keep it any more.`
        : "The server confirmed that it has it, sealed, on its disk.",
    ),
    step(2, `On ${name}’s device`, `${name}’s device confirmed, sealed, that it is on its disk.`),
    step(3, "Read", `${name}’s device confirmed, sealed, that it was on a screen.`),
  ];
}

/** Nobody knows whether it was read: whoever wrote it may just not be told. */
function untoldWords(name: string, receipts: boolean): string {
  return receipts
    ? `Shown once ${name}’s device says so. It never does if ${name} sends no read receipts.`
    : "You send no read receipts, so you are told of none.";
}

function receivedLife(message: MessageView, name: string): readonly LifeStep[] {
  const who = message.mine ? "You" : name;
  const written: LifeStep = {
    title: `Written by ${message.mine ? "you" : name}`,
    time: message.written_at,
    proof: `${message.mine ? "Your" : `${who}’s`} clock says so; that ${message.mine ? "you" : name} wrote it is proven by the seal.`,
    state: "done",
  };
  if (message.mine)
    return [written, { title: "Deleted", time: null, proof: "What it said is gone.", state: "done" }];
  const arrived: LifeStep = {
    title: "On this computer",
    time: message.arrived_at,
    proof: message.arrived_late
      ? "It arrived late, and stands where it was written."
      : "It is in this computer’s encrypted database.",
    state: "done",
  };
  if (message.deleted)
    return [
      written,
      arrived,
      { title: "Deleted", time: null, proof: "What it said is gone.", state: "done" },
    ];
  const read: LifeStep = message.painted
    ? {
        title: "Read",
        time: null,
        proof: message.untold
          ? `It was on a screen of yours. ${name} is not told: you sent no read receipts then.`
          : `It was on a screen of yours, and ${name} is told so.`,
        state: "done",
      }
    : { title: "Read", time: null, proof: "It has not been on a screen of yours yet.", state: "waits" };
  return [written, arrived, read];
}
