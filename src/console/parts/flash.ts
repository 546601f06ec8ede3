import { withQuery } from "./links.tsx";

/**
 * Flash messages: what an action did, by the word in the address it leads to.
 * An address cannot make the console say anything else.
 */
const FLASH = {
  retried: "Retried: this is the new dispatch.",
  cancelled: "Cancelled. An attempt that was under way is still recorded; nothing follows from it.",
  dismissed: "Dismissed: it is no dead letter any more.",
  hurried: "Due now.",
  emitted: "Emitted and stored.",
  known: "This key was known: this is the event that had it first, and nothing new was stored.",
  knownUndelivered:
    "This key was known: this is the event that had it first, and nothing new was stored. What of it has failed or was cancelled stays so: retry it here, or emit with another key.",
  paused: "Paused. Nothing is attempted until it is resumed; nothing is lost and no attempt is used up.",
  resumed: "Resumed. What waits is delivered from now on: within a minute, or at the rate that was asked for.",
  started: "Started. It goes on by itself, also when this page is closed.",
  stopped: "Stopped after the piece it was at. What is done stays done.",
} as const;

export type Flash = keyof typeof FLASH;

/** Returns the message for a word from an address, or nothing when it is none of the words above. */
export function flashText(flash: string | undefined): string | undefined {
  return flash !== undefined && Object.hasOwn(FLASH, flash) ? FLASH[flash as Flash] : undefined;
}

/** An address that leads there and says there what was done. */
export function withFlash(path: string, flash: Flash | undefined): string {
  return withQuery(path, { flash });
}
