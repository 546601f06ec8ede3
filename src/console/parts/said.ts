/** What an action did, by the word in the address it leads to: an address cannot make the console say anything else. */
const SAID = {
  retried: "Retried: this is the new dispatch.",
  cancelled: "Cancelled. An attempt that was under way is still recorded; nothing follows from it.",
  hurried: "Due now.",
  emitted: "Emitted and stored.",
  known: "This key was known: this is the event that had it first, and nothing new was stored.",
  paused: "Paused. Nothing is attempted until it is resumed; nothing is lost and no attempt is used up.",
  resumed: "Resumed. What waits is delivered from now on: within a minute, or at the rate that was asked for.",
  started: "Started. It goes on by itself, also when this page is closed.",
  stopped: "Stopped after the piece it was at. What is done stays done.",
} as const;

export type Said = keyof typeof SAID;

export function textOf(said: string | undefined): string | undefined {
  return said !== undefined && Object.hasOwn(SAID, said) ? SAID[said as Said] : undefined;
}
