/** Requests that wait for their answer, matched by request id. */
import { ANSWERS, type Reason } from "./generated";
import type { Answers, RequestName } from "./InternalService";
import { ConnectionLost, Refused } from "./InternalService";

/** The fields of any answer that matter for matching it. */
export interface AnyAnswer {
  readonly request_id: string | null;
  readonly message?: string;
  readonly reason?: Reason | null;
}

interface Waiting {
  readonly name: RequestName;
  readonly resolve: (answer: unknown) => void;
  readonly reject: (error: Error) => void;
}

export class PendingRequests {
  private readonly waiting = new Map<string, Waiting>();

  add<Name extends RequestName>(requestId: string, name: Name): Promise<Answers[Name]> {
    return new Promise<Answers[Name]>((resolve, reject) => {
      this.waiting.set(requestId, { name, resolve: resolve as (answer: unknown) => void, reject });
    });
  }

  /** Answers that nobody waits for (any more) change nothing. */
  settle(responseName: string, answer: AnyAnswer): void {
    const waiting = answer.request_id === null ? undefined : this.waiting.get(answer.request_id);
    if (waiting === undefined || answer.request_id === null) return;
    this.waiting.delete(answer.request_id);
    const successes: readonly string[] = ANSWERS[waiting.name];
    if (successes.includes(responseName)) waiting.resolve(answer);
    else waiting.reject(new Refused(reasonOf(answer)));
  }

  /** The connection broke: whether they were done is unknown. */
  loseAll(): void {
    const lost = [...this.waiting.values()];
    this.waiting.clear();
    for (const { reject } of lost) reject(new ConnectionLost());
  }
}

/** Plain Citadel failures carry only a text; it is shown as the technical detail. */
function reasonOf(answer: AnyAnswer): Reason {
  return answer.reason ?? { code: "refused", params: { detail: answer.message ?? "" }, acts: "retry" };
}
