import type { Child } from "hono/jsx";
import { faultCode, withoutCode } from "../../../schema/faults.ts";
import { messageOf } from "../../../schema/message-of.ts";
import type { FormFields } from "./form-fields.ts";

/** A button that does something at once: it can be undone, or repeated without harm. */
export function Action({ to, label, of, primary = false, children }: ActionProps) {
  return (
    <form method="post" action={to} class="action" id={`do:${to}`}>
      {children}
      <button type="submit" class={primary ? "primary" : undefined} aria-label={of === undefined ? undefined : `${label} ${of}`}>
        {label}
      </button>
    </form>
  );
}

interface ActionProps {
  readonly to: string;
  readonly label: string;
  /** What it is done to, for whoever does not see where the button stands. */
  readonly of?: string;
  readonly primary?: boolean;
  readonly children?: Child;
}

/** A form that was refused, as it is shown again: what was typed, and why it cannot be so. */
export interface RefusedForm {
  readonly fields: FormFields<string>;
  readonly problem: string;
}

/** Makes of a refusal of options the form to show again. Throws any other error. */
export function refusedForm(error: unknown, fields: FormFields<string>): RefusedForm {
  if (faultCode(error) !== "options.invalid") throw error;
  return { fields, problem: withoutCode(messageOf(error)) };
}

/** A button that asks before it does what cannot be undone, or needs to be told how. Opens without a script, and by itself when it was refused. */
export function Ask({ to, label, confirm, danger = false, refused, children }: AskProps) {
  return (
    <details class="ask" id={`ask:${to}`} open={refused !== undefined}>
      <summary class={danger ? "button danger" : "button"}>{label}…</summary>
      <form method="post" action={to} class="panel">
        <Problem refused={refused} />
        {children}
        <button type="submit" class={danger ? "danger" : "primary"}>
          {confirm}
        </button>
      </form>
    </details>
  );
}

interface AskProps {
  readonly to: string;
  readonly label: string;
  readonly confirm: string;
  readonly danger?: boolean;
  readonly refused?: RefusedForm | undefined;
  readonly children?: Child;
}

/** Says in a form why it was refused. */
export function Problem({ refused }: { refused: RefusedForm | undefined }) {
  if (refused === undefined) return null;
  return (
    <p class="notice bad" role="alert">
      {refused.problem}
    </p>
  );
}

/** In the place of a page that is a form and nothing else, for who may not send it. */
export function OnlyLooking({ title }: { title: string }) {
  return (
    <>
      <h1>{title}</h1>
      <MayOnlyLook />
    </>
  );
}

/** In the place of a form that a page is for. Buttons and forms beside what a page shows are left out without a word. */
export function MayOnlyLook() {
  return <p class="notice">You may look at everything here and change nothing: this is for operators.</p>;
}

/** Why somebody does it: kept with what was done. */
export function Reason({ value }: { value?: string | undefined }) {
  return (
    <label>
      Reason <span class="soft">(optional, kept with it)</span>
      <input name="reason" maxlength={1_000} autocomplete="off" value={value} />
    </label>
  );
}
