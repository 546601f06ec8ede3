import { messageOf } from "../../schema/message-of.ts";

/** What a person who watches is told. */
export interface Report {
  /** A line, or several, without anything secret. */
  readonly say: (text: string) => void;
  /** Does a step and prints its verdict. Throws what the step throws. */
  readonly step: <Result>(title: string, work: () => Promise<Result>) => Promise<Result>;
}

/** `secrets` are never printed, whoever says them. */
export function createReport(secrets: readonly string[]): Report {
  const say = (text: string) => {
    const clean = secrets.reduce((shown, secret) => shown.replaceAll(secret, "[secret]"), text);
    process.stdout.write(`${clean}\n`);
  };
  const step = async <Result>(title: string, work: () => Promise<Result>): Promise<Result> => {
    say(`▶ ${title}`);
    const startedAt = Date.now();
    const took = () => `${Math.round((Date.now() - startedAt) / 1_000)} s`;
    try {
      const result = await work();
      say(`✓ ${title} (${took()})\n`);
      return result;
    } catch (error) {
      say(`✗ ${title} (${took()}): ${messageOf(error)}\n`);
      throw error;
    }
  };
  return { say, step };
}
