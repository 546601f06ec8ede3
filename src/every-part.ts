import { messageOf } from "../schema/message-of.ts";
import { logError } from "./bindings/log.ts";

/**
 * Runs the parts of the cron beside each other, so that one which fails or hangs keeps none of the others from its work. Logs what each says
 * and throws when any failed, by which the platform counts the invocation as failed.
 */
export async function everyPart(parts: Readonly<Record<string, () => Promise<void>>>): Promise<void> {
  const failures = await Promise.all(Object.entries(parts).map(([name, part]) => failureOf(name, part)));
  const failed = failures.filter((failure) => failure !== undefined);
  if (failed.length > 0) throw new Error(failed.join("; "));
}

async function failureOf(name: string, part: () => Promise<void>): Promise<string | undefined> {
  try {
    await part();
    return undefined;
  } catch (error) {
    logError("scheduled", error, { part: name });
    return `${name}: ${messageOf(error)}`;
  }
}
