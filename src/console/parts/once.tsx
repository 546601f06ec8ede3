import { v7 as uuidv7 } from "uuid";

/** Draws what tells a form from every other that is shown: one that is sent twice says so by it. */
export function drawOnce(): string {
  return uuidv7();
}

/** Carries what was drawn in the form. */
export function Once({ name, value }: { name: string; value: string | undefined }) {
  return value === undefined ? null : <input type="hidden" name={name} value={value} />;
}

/** A key for what a form says: the same for two that say the same in the same form. */
export async function keyOfForm(once: string, fields: Readonly<Record<string, string>>): Promise<string> {
  const said = new TextEncoder().encode(JSON.stringify([once, fields]));
  const digest = new Uint8Array(await crypto.subtle.digest("SHA-256", said));
  return `form-${Array.from(digest, (byte) => byte.toString(16).padStart(2, "0")).join("")}`;
}
