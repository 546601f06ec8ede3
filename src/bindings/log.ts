/** One JSON line about an error at a door of the hub: ids and the error, never a payload. */
export function logError(door: string, error: unknown, ids: Readonly<Record<string, unknown>> = {}): void {
  const { name, message, stack } = error instanceof Error ? error : { name: "Thrown", message: String(error), stack: undefined };
  console.error(JSON.stringify({ level: "error", door, ...ids, name, message, stack }));
}
