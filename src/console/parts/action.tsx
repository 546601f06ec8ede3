import type { Child } from "hono/jsx";

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

/** A button that asks before it does what cannot be undone, or needs to be told how. Opens without a script. */
export function Ask({ to, label, confirm, danger = false, children }: AskProps) {
  return (
    <details class="ask" id={`ask:${to}`}>
      <summary class={danger ? "button danger" : "button"}>{label}…</summary>
      <form method="post" action={to} class="panel">
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
  readonly children?: Child;
}

/** Why somebody does it: kept with what was done. */
export function Reason() {
  return (
    <label>
      Reason <span class="soft">(optional, kept with it)</span>
      <input name="reason" maxlength={1_000} autocomplete="off" />
    </label>
  );
}
