import type { Life } from "./life.ts";

/** How the engine sees a run, or what it says in place of that. */
export async function statusOf(life: Life, id: string): Promise<string> {
  try {
    return await life.call(({ INSPECTOR }) => INSPECTOR.status(id));
  } catch (error) {
    return String(error);
  }
}
