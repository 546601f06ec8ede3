/** Thrown out of a step to come back later. Only its message reaches the engine's delay function. */
export class RetrySignal extends Error {
  constructor(ms: number) {
    super(`retry:${Math.max(0, Math.ceil(ms))}`);
    this.name = "RetrySignal";
  }
}

/** How long the engine waits before it calls the step again: what the signal says, else 5 to 60 s for an error of our own. */
export function retryWaitMs(message: string, engineAttempt: number): number {
  const asked = SIGNAL.exec(message)?.[1];
  return asked === undefined ? Math.min(5_000 * engineAttempt, 60_000) : Number(asked);
}

/** The signal as the engine hands it on: behind the names that it puts before a message, and before a stack. */
const SIGNAL = /^(?:[A-Za-z ]{1,40}: ){0,2}retry:(\d{1,14})(?:\n|$)/;
