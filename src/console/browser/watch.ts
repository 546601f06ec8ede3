import { renew } from "./renew.ts";

const AGAIN_MS = 3_000;

/** A `WatchLine` as far as it is shown: its own type needs those of Workers, which are not those of a browser. */
type Line = { readonly kind: "dispatch" } | { readonly kind: "run"; readonly event: RunEvent };
type RunEvent = { readonly type: string; readonly timestamp: string } & Readonly<Record<string, unknown>>;

/** Follows what an element says is to be watched: shows each event of the run, and renews the page when the stored state changes. */
export async function watch(): Promise<void> {
  for (;;) {
    const log = document.querySelector<HTMLElement>("[data-watch]");
    if (log === null) return;
    await untilSeen();
    try {
      for await (const line of linesOf(log.dataset["watch"] ?? "", () => log.replaceChildren())) {
        if (line.kind === "run") log.append(entryOf(line.event));
        else await renew();
      }
    } catch {
      // The connection broke, or nobody looks: the hub tells the history again with the next one.
    }
    await untilSeen();
    await renew();
    await new Promise((resolve) => setTimeout(resolve, AGAIN_MS));
  }
}

async function* linesOf(address: string, onOpen: () => void): AsyncGenerator<Line> {
  const answer = await fetch(address, { signal: whenHidden() });
  if (!answer.ok || answer.body === null) return;
  onOpen();
  const reader = answer.body.pipeThrough(new TextDecoderStream()).getReader();
  let text = "";
  for (let read = await reader.read(); !read.done; read = await reader.read()) {
    const lines = (text + read.value).split("\n");
    text = lines.pop() ?? "";
    for (const line of lines) if (line !== "") yield JSON.parse(line) as Line;
  }
}

/** A tab that nobody sees costs the hub nothing. */
async function untilSeen(): Promise<void> {
  while (document.visibilityState !== "visible") {
    await new Promise((resolve) => document.addEventListener("visibilitychange", resolve, { once: true }));
  }
}

function whenHidden(): AbortSignal {
  const hidden = new AbortController();
  document.addEventListener("visibilitychange", () => hidden.abort(), { once: true });
  return hidden.signal;
}

function entryOf(event: RunEvent): HTMLLIElement {
  const time = document.createElement("time");
  time.dateTime = event.timestamp;
  time.title = event.timestamp;
  time.textContent = event.timestamp.slice(11, 23);
  const entry = document.createElement("li");
  entry.append(time, ` ${event.type.replaceAll("_", " ")}${detailOf(event)}`);
  return entry;
}

/** Numbers and names that the engine tells of an event, as text. */
function detailOf(event: RunEvent): string {
  const told = ["stepName", "attempt", "retryDelayMs"].filter((name) => event[name] !== undefined).map((name) => `${name} ${event[name]}`);
  const error = event["error"] as { message?: string } | undefined;
  const all = [...told, ...(error?.message === undefined ? [] : [error.message])];
  return all.length === 0 ? "" : `: ${all.join(", ")}`;
}
