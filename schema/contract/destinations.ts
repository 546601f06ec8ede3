import type { Operation } from "./operations.ts";

export interface ResumeOptions extends Operation {
  /** Dispatches a second with which the backlog is delivered, from a minute after the resumption on; by default within a minute. */
  readonly rate?: number | undefined;
}

/**
 * Whether a destination is held back: `paused` by an operator, `tripped` by its own failures. While it is, nothing is attempted, save an attempt
 * now and again by which one that tripped is found to work again, and no attempt is used up.
 */
export interface DestinationControl {
  readonly destination: string;
  readonly state: "active" | "paused" | "tripped";
  readonly since?: string;
  readonly by?: string;
  readonly reason?: string;
}
