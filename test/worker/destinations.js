import { WorkerEntrypoint } from "cloudflare:workers";

/**
 * Does what the event tells it: `data.script` is a list with an entry for each attempt, the last one repeated.
 * An entry is the reply itself, or `{ throws }`, `{ hangs: true }`, `{ bytes }` for a huge reply, `{ takesMs, reply }`.
 */
export class Scripted extends WorkerEntrypoint {
  async handle(event, delivery) {
    calls.push({ event, delivery, at: Date.now() });
    const script = event.data?.script ?? ["complete"];
    const entry = script[Math.min(delivery.attempt, script.length) - 1];
    if (typeof entry !== "object" || entry === null) return entry;
    if ("throws" in entry) throw new TypeError(entry.throws);
    if ("hangs" in entry) return await new Promise((resolve) => setTimeout(() => resolve("complete"), 600_000));
    if ("bytes" in entry) return "x".repeat(entry.bytes);
    if ("takesMs" in entry) {
      await scheduler.wait(entry.takesMs);
      return entry.reply;
    }
    return entry;
  }

  /** What was called, for one dispatch or all. */
  async calls(dispatchId) {
    return calls.filter((call) => dispatchId === undefined || call.delivery.dispatchId === dispatchId);
  }
}

const calls = [];

/** Implements nothing. */
export class Mute extends WorkerEntrypoint {}

export default {
  fetch() {
    return new Response("destinations");
  },
};
