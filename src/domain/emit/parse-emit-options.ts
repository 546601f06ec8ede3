import { emitOptions } from "../../../schema/contract/emit-input.ts";
import { Fault } from "../../../schema/faults.ts";
import { inWords, issuesOf, issuesText } from "../../../schema/wording.ts";
import { readOr } from "../base/parsed.ts";
import type { AcceptedEvent } from "./parse-emit.ts";

/** Throws `options.invalid`. */
export function parseEmitOptions(options: unknown): { readonly allowQueued: boolean } {
  const parsed = readOr("options.invalid", "Options", () => emitOptions.safeParse(options ?? {}, inWords));
  if (!parsed.success) throw new Fault("options.invalid", `Options: ${issuesText(issuesOf(parsed.error))}.`);
  return { allowQueued: parsed.data.allowQueued ?? false };
}

/** Whether a key is known, and stands for the same, only the database can say: a queued receipt could not be kept. */
export function refuseKeys(accepted: readonly AcceptedEvent[]): void {
  const index = accepted.findIndex(({ key }) => key !== undefined);
  if (index < 0) return;
  throw new Fault("key.not_queueable", `Event ${index} has a key: with allowQueued, emit events without one.`);
}
