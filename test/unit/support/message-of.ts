/** The message of what `act` throws: all of an error that survives RPC. Fails when it throws nothing, or no error. */
export function messageOf(act: () => unknown): string {
  try {
    act();
  } catch (error) {
    if (error instanceof Error) return error.message;
    throw new Error(`something that is no error was thrown: ${String(error)}`);
  }
  throw new Error("nothing was thrown");
}

/** The same for what a promise is rejected with. */
export async function messageOfRejection(promise: Promise<unknown>): Promise<string> {
  const settled = await promise.then(
    () => "resolved" as const,
    (error: unknown) => ({ error }),
  );
  return messageOf(() => {
    if (settled !== "resolved") throw settled.error;
  });
}
