import * as cloudflare from "@pulumi/cloudflare";
import type * as pulumi from "@pulumi/pulumi";
import * as z from "zod";
import { closedObject } from "../schema/wording.ts";
import type { WorkerDestination } from "./args.ts";
import type { ServiceBinding } from "./bindings.ts";
import type { PlannedDestination } from "./destination.ts";
import { bindingNameOf } from "./names.ts";
import { isLater } from "./outputs.ts";

const SCRIPT_NAME = /^[A-Za-z0-9_][A-Za-z0-9_-]*$/;

function isWorker(value: unknown): boolean {
  if (typeof value === "string") return SCRIPT_NAME.test(value);
  return isLater(value) || cloudflare.WorkersScript.isInstance(value) || cloudflare.Worker.isInstance(value);
}

/** The arguments of a destination that is a Worker. A program may not be type-checked, so they are here. */
export const workerArgs = closedObject({
  worker: z.custom(isWorker, { error: "expected the name of a Worker, an Output of it, or the WorkersScript itself" }),
  entrypoint: z
    .string()
    .regex(/^[A-Za-z_$][\w$]*$/, { error: "expected the name of an exported class" })
    .optional(),
  deployed: z.boolean().optional(),
  // With the configuration it is part of.
  autoPause: z.unknown().optional(),
});

/** A Worker has one service binding, unless it is not there yet. */
export function planWorker(name: string, { worker, entrypoint, deployed }: WorkerDestination): PlannedDestination {
  const where = { worker: bindingNameOf(name) };
  if (deployed === false) return { name, where, bindings: [], bound: {}, isBound: false };
  const service = scriptNameOf(worker);
  const named = entrypoint !== undefined && { entrypoint };
  const binding: ServiceBinding = { type: "service", name: where.worker, service, ...named };
  return { name, where, bindings: [binding], bound: { worker: service, ...named }, isBound: true };
}

function scriptNameOf(worker: WorkerDestination["worker"]): pulumi.Input<string> {
  if (cloudflare.WorkersScript.isInstance(worker)) return worker.scriptName;
  if (cloudflare.Worker.isInstance(worker)) return worker.name;
  return worker;
}
