/** For whoever watches: stderr, so that stdout holds the report and nothing else. */
export function say(text: string): void {
  process.stderr.write(`${text}\n`);
}

/** What the run is for: text as it is, anything else as a line of JSON. */
export function report(result: unknown): void {
  process.stdout.write(`${typeof result === "string" ? result : JSON.stringify(result)}\n`);
}
