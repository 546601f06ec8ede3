import { FAULTS, type FaultEntry, faultCode, withoutCode } from "../../schema/faults.ts";
import { messageOf } from "../../schema/message-of.ts";
import { PAGES } from "./pages.ts";

/** What the hub refused, as an answer: a status, and what to do about it. */
export interface Refusal {
  readonly status: FaultEntry["status"] | 413 | 500;
  readonly text: string;
  readonly advice: string;
}

/** `undefined` for an error that nobody foresaw: its text is for the log. */
export function refusalOf(error: unknown): Refusal | undefined {
  const code = faultCode(error);
  if (code === undefined) return undefined;
  const { status, advice } = FAULTS[code];
  return { status, text: withoutCode(messageOf(error)), advice };
}

const TITLES: Readonly<Record<FaultEntry["status"], string>> = {
  400: "That cannot be asked for",
  404: "There is nothing here",
  409: "That is not possible now",
  503: "The hub cannot do that at the moment",
};

export function titleOf(status: number): string {
  return (TITLES as Readonly<Record<number, string>>)[status] ?? "Something went wrong";
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
        <a href={PAGES.overview.path}>Overview</a>
      </p>
    </>
  );
}
