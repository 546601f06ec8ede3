import type { DispatchMessage, EmitMessage } from "../../../schema/storage/messages.ts";

/** A queue that keeps what it is given, and delivers nothing. */
export interface KeptQueue {
  readonly queue: Queue;
  readonly messages: DispatchMessage[];
  /** The calls to emit among them. */
  emits(): EmitMessage[];
  /** The ids of the runs that are to be started. */
  started(): string[];
}

export function keptQueue(): KeptQueue {
  const messages: DispatchMessage[] = [];
  const sendBatch = async (batch: Iterable<{ body: DispatchMessage }>) => {
    for (const { body } of batch) messages.push(body);
    return {};
  };
  return {
    queue: { sendBatch } as unknown as Queue,
    messages,
    emits: () => messages.filter((message) => message.kind === "emit"),
    started: () => messages.flatMap((message) => (message.kind === "start" ? message.runs.map(({ id }) => id) : [])),
  };
}

/** A queue that takes nothing. */
export function refusingQueue(message = "Queue is overloaded. Please back off."): Queue {
  return { sendBatch: async () => await Promise.reject(new Error(message)) } as unknown as Queue;
}
