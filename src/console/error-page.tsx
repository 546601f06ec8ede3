import type { ContentfulStatusCode } from "hono/utils/http-status";
import { FAULTS, type FaultCode, faultCode } from "../../schema/faults.ts";
import { messageOf } from "../../schema/message-of.ts";

/** What the hub refused, as an answer: a status, and what to do about it. */
export interface Refusal {
  readonly status: ContentfulStatusCode;
  readonly text: string;
  readonly advice: string;
}

/** `undefined` for an error that nobody foresaw: its text is for the log. */
export function refusalOf(error: unknown): Refusal | undefined {
  const code = faultCode(error);
  if (code === undefined) return undefined;
  return { status: statusOf(code), text: messageOf(error).replace(/^.*?\([a-z_.]+\) /s, ""), advice: FAULTS[code] };
}

function statusOf(code: FaultCode): ContentfulStatusCode {
  if (code.endsWith(".unknown")) return 404;
  if (code === "dispatch.ongoing" || code === "dispatch.settled" || code === "key.conflict") return 409;
  if (code === "storage.unavailable" || code === "storage.full" || code === "config.invalid") return 503;
  return 400;
}

const TITLES: Readonly<Record<number, string>> = {
  400: "That cannot be asked for",
  404: "There is nothing here",
  409: "That is not possible now",
  503: "The hub cannot do that at the moment",
};

export function titleOf(status: number): string {
  return TITLES[status] ?? "Something went wrong";
}

export function ErrorPage({ refusal }: { refusal: Refusal }) {
  return (
    <>
      <h1>{titleOf(refusal.status)}</h1>
      <p class="notice bad" role="alert">
        {refusal.text}
      </p>
      {refusal.advice !== "" && <p>What to do: {refusal.advice}.</p>}
      <p>
        <a href="/">Overview</a>
      </p>
    </>
  );
}
