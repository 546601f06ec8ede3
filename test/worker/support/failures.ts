import { faultCode } from "../../../schema/faults.ts";

/** The message a call fails with. A promise of RPC is awaited here, once: what else touches it rejects beside the test. */
export async function failureOf(call: PromiseLike<unknown>): Promise<string> {
  try {
    await call;
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  }
  return "no failure";
}

/** The code of the fault a call fails with, or what it fails with instead. */
export async function faultOf(call: PromiseLike<unknown>): Promise<string> {
  const message = await failureOf(call);
  return faultCode(new Error(message)) ?? message;
}
