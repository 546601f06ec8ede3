import { type Answer, answerFromError, answerFromReply, answerMisconfigured, answerTimedOut } from "../../../src/domain/attempt/answer.ts";
import type { Random } from "../../chaos/random.ts";

/** What a destination says when it fails for a while: trying again helps, or might. */
const PASSING: Readonly<Record<string, readonly Answer[]>> = {
  billing: [failed("the card processor answered 503"), answerTimedOut(30_000)],
  warehouse: [failed("the warehouse answered 502 Bad Gateway"), failed("the stock is being counted")],
  email: [failed("421 4.7.0 too many connections, try again later")],
  fraud: [answerTimedOut(10_000)],
  ledger: [thrown("Error", "Network connection lost.", "LedgerClient.post (ledger.js:88:13)")],
  crm: [failed("the CRM answered 429 Too Many Requests")],
  analytics: [failed("the collector answered 500")],
  carriers: [failed("the carrier answered 504 Gateway Timeout"), answerTimedOut(60_000)],
};

/** What it says when no trying will help. */
const LASTING: Readonly<Record<string, readonly Answer[]>> = {
  billing: [refused("the card was declined: insufficient funds")],
  warehouse: [refused("no warehouse stocks SHELF-19")],
  email: [refused("550 5.1.1 the address does not exist")],
  ledger: [thrown("TypeError", "Cannot read properties of undefined (reading 'vat')", "post (index.js:412:27)")],
  carriers: [refused("no carrier serves this postal code")],
};

export function passingFailure(destination: string, random: Random): Answer {
  return random.pick(PASSING[destination] ?? [failed("the destination replied failed")]);
}

export function lastingFailure(destination: string, random: Random): Answer {
  return random.pick([...(LASTING[destination] ?? []), ...(PASSING[destination] ?? [])]);
}

/** A reply that asks to be tried again after so long. */
export function failedFor(ms: number): Answer {
  return { ...failed("closed for stocktaking; try again when it is over"), retryAfterMs: ms };
}

export const WITHOUT_HANDLE: Answer = answerMisconfigured('The RPC receiver does not implement the method "handle".');
export const COMPLETE: Answer = answerFromReply("complete", 0);
export const IGNORED: Answer = answerFromReply("ignored", 0);

type Failed = Extract<Answer, { outcome: "failed" }>;

function failed(reason: string): Failed {
  return answerFromReply({ status: "failed", reason }, 0) as Failed;
}

function refused(reason: string): Answer {
  return answerFromReply({ status: "failed", reason, retryable: false }, 0);
}

function thrown(name: string, message: string, at: string): Answer {
  return answerFromError(
    Object.assign(new Error(message), { name, stack: `${name}: ${message}\n    at ${at}\n    at handle (index.js:31:5)` }),
  );
}
