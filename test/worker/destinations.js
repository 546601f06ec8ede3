import { RpcTarget, WorkerEntrypoint, WorkflowEntrypoint } from "cloudflare:workers";

/**
 * Does what the event tells it: `data.script` is a list with an entry for each attempt, the last one repeated; `data.scripts` has such a
 * list for each destination by name. An entry is the reply itself, or `{ throws }`, `{ hangs: true }`, `{ bytes }` for a huge reply,
 * `{ takesMs, reply }`, `{ odd }` for what JSON cannot hold.
 */
export class Scripted extends WorkerEntrypoint {
  async handle(event, delivery) {
    calls.push({ event, delivery, at: Date.now() });
    const script = event.data?.scripts?.[delivery.destination] ?? event.data?.script ?? ["complete"];
    const entry = script[Math.min(delivery.attempt, script.length) - 1];
    if (typeof entry !== "object" || entry === null) return entry;
    if ("throws" in entry) throw new TypeError(entry.throws);
    if ("hangs" in entry) return await new Promise((resolve) => setTimeout(() => resolve("complete"), 600_000));
    if ("bytes" in entry) return "x".repeat(entry.bytes);
    if ("odd" in entry) return ODD[entry.odd]();
    if ("takesMs" in entry) {
      await scheduler.wait(entry.takesMs);
      return entry.reply;
    }
    return entry;
  }

  /** What was called, for one dispatch. */
  async calls(dispatchId) {
    return calls.filter((call) => call.delivery.dispatchId === dispatchId);
  }

  /** What it is given, as RPC carries it there and back. */
  async echo(value) {
    return value;
  }

  /** A text of so many bytes. */
  async text(bytes) {
    return "x".repeat(bytes);
  }
}

const calls = [];

/** Replies and throws that are nothing a destination should do. */
const ODD = {
  nothing: () => undefined,
  date: () => new Date(),
  map: () => new Map([["status", "complete"]]),
  function: () => () => "complete",
  target: () => new Target(),
  uncloneable: () => new WeakMap(),
  "throw text": () => {
    throw "text, not an error";
  },
  "throw nothing": () => {
    throw undefined;
  },
  never: () => new Promise(() => setInterval(() => {}, 60_000)),
  // biome-ignore lint/suspicious/noThenProperty: a destination may answer with one.
  "a stub that never answers": () => ({ status: "complete", emit: [{ type: "unrouted.x", data: 1 }], then: () => new Promise(() => {}) }),
  "a stream": () => ({ status: "complete", emit: new ReadableStream() }),
  "a stub in its events": () => ({ status: "complete", emit: [new Target(), () => 1] }),
  "a surplus stub": () => ({ status: "complete", stub: new Target(), "odd\ud800\0": 1 }),
  "a number of digits": () => ({ status: "failed", reason: 1n << 20_000_000n }),
  "a million fields": () =>
    Object.assign(Object.fromEntries(Array.from({ length: 300_000 }, (_, n) => [`f${n}`, n])), { status: "complete" }),
  "throw holes": () => {
    throw Object.assign([], { length: 2 ** 32 - 1 });
  },
  "throw a chain": () => {
    let error = new Error("first");
    for (let depth = 0; depth < 3_000; depth++) error = new Error(`caused ${depth}`, { cause: error });
    throw error;
  },
  "throw an aggregate": () => {
    throw new AggregateError(
      Array.from({ length: 20_000 }, (_, n) => new Error(`part ${n}`)),
      "all of them",
    );
  },
  "throw megabytes": () => {
    throw Object.assign(new Error("x".repeat(5_000_000)), { stack: `first\n${"x".repeat(1_000_000)}` });
  },
  "throw NUL": () => {
    throw new Error("a\0b \ud800");
  },
};

class Target extends RpcTarget {
  status() {
    return "complete";
  }
}

/** Implements nothing. */
export class Mute extends WorkerEntrypoint {}

export class TextGetter extends WorkerEntrypoint {
  get handle() {
    return "complete";
  }
}

/** A method has to be on the prototype to be seen by RPC. */
export class ArrowField extends WorkerEntrypoint {
  handle = async () => "complete";
}

export const plainObject = {
  async handle(_event) {
    return "complete";
  },
};

export const widePlainObject = {
  async handle(_event, _delivery, _more, _evenMore) {
    return "complete";
  },
};

/** The hub can call it; what it calls in turn does not exist. */
export class Forwarding extends WorkerEntrypoint {
  async handle() {
    return await this.ctx.exports.Mute.charge();
  }
}

const environments = new Set();

export class FirstIdentity extends WorkerEntrypoint {
  /** How many different `env` objects this isolate has seen. */
  async environments() {
    environments.add(this.env);
    return environments.size;
  }
}

export class SecondIdentity extends FirstIdentity {}

/** A workflow that does what its params say, to see what the engine makes of it. */
export class Probe extends WorkflowEntrypoint {
  async run({ payload }, step) {
    if (payload.sleepUntil !== undefined) await step.sleepUntil("sleep", new Date(payload.sleepUntil));
    return await step.do(
      "work",
      {
        retries: {
          limit: 3,
          backoff: "constant",
          delay: ({ error }) => (error.hint === undefined ? payload.delays[error.message] : undefined) ?? 86_400_000,
        },
      },
      async ({ attempt }) => {
        const message = payload.throws?.[attempt - 1];
        if (message !== undefined) throw Object.assign(new Error(message), { name: "Signal", hint: "lost on the way" });
        return "worked";
      },
    );
  }
}

export default {
  fetch() {
    return new Response("destinations");
  },
};
