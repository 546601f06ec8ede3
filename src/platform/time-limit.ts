/**
 * Waits for a call so long and no longer: then for what `onSilence` returns or throws. The call itself cannot be taken back and may still be
 * carried out, so whatever is passed here must be safe to repeat.
 */
export async function withTimeLimit<Result>(call: Promise<Result>, withinMs: number, onSilence: () => Result): Promise<Result> {
  const elapsed = Promise.withResolvers<void>();
  const timer = setTimeout(() => elapsed.resolve(), withinMs);
  try {
    return await Promise.race([call, elapsed.promise.then(onSilence)]);
  } finally {
    clearTimeout(timer);
  }
}

/** What is said of a part of the platform that gave no answer in time, read back where the platform's own words are read. */
export function noAnswer(who: string, withinMs: number): Error {
  return new Error(`${who} ${NO_ANSWER} within ${withinMs} ms`);
}

export const NO_ANSWER = "gave no answer";
