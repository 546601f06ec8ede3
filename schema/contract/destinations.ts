import type { Operation } from "./operations.ts";

export interface ResumeOptions extends Operation {
  /**
   * Dispatches a second with which what was held back is delivered, 0.01 to 10,000; by default as fast as the hub can, about 50. Can be given
   * anew while it drains.
   */
  readonly rate?: number | undefined;
}

/**
 * How a destination stands. Held back: `paused` by an operator, `tripped` by its own failures. While it is, nothing is attempted, save an attempt
 * now and again by which one that tripped is found to work again, and no attempt is used up. `draining`: it takes calls, and what was held back
 * follows, a minute's share at a time.
 */
export interface DestinationControl {
  readonly destination: string;
  readonly state: "active" | "paused" | "tripped" | "draining";
  readonly since?: string;
  readonly by?: string;
  readonly reason?: string;
  /** Dispatches a second while it drains; none for as fast as the hub can. */
  readonly rate?: number;
  /** Dispatches that are due and held back. `truncated`: there are more than were counted, 10,000. */
  readonly held?: { readonly count: number; readonly truncated: boolean };
}
