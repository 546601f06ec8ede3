/** What an error says; for whatever else was thrown, that as text. Never throws, whatever it is. */
export function messageOf(error: unknown): string {
  return textOf(() => (error instanceof Error ? error.message : error));
}

/** What is read, as text. Never throws, and takes no time that grows with it: of a list or an object it says what it is, not what it holds. */
export function textOf(read: () => unknown): string {
  try {
    const value = read();
    const isLarge = (typeof value === "object" && value !== null) || typeof value === "function" || typeof value === "bigint";
    return isLarge ? Object.prototype.toString.call(value) : String(value);
  } catch {
    return "(unreadable)";
  }
}
