/** Who is looking at the console, and what they may do. */
export interface Visitor {
  /** Written down as `by` with every operation. */
  readonly name: string;
  /** A viewer may look at everything and change nothing. */
  readonly role: "operator" | "viewer";
  /** What let them in. */
  readonly by: "none" | "access" | "session" | "bearer";
}

/** What a hono app behind the guard finds in its context. The nonce is that of hono's `secureHeaders`. */
export interface ConsoleEnv {
  Variables: { visitor: Visitor; secureHeadersNonce?: string };
}

/** Whether they may act, and are shown the buttons for it. */
export function isOperator({ role }: Visitor): boolean {
  return role === "operator";
}
