import type { Alias } from "@pulumi/pulumi/proto/alias_pb.js";
import type { RegisterResourceRequest } from "@pulumi/pulumi/proto/resource_pb.js";
import type { BoundHooks, RecordedResource } from "./run.ts";
import { urnOf } from "./urn.ts";
import { fromWire } from "./wire.ts";

/** What a program asks for: a resource before anything became of it. */
export type Registration = Omit<RecordedResource, "outputs" | "secretOutputs" | "id" | "operation">;

export function registrationOf(request: RegisterResourceRequest, { project, stack }: { project: string; stack: string }): Registration {
  const { values, secrets } = fromWire(request.getObject());
  const identity = { type: request.getType(), name: request.getName(), parent: request.getParent() };
  return {
    ...identity,
    urn: urnOf({ project, stack, ...identity }),
    custom: request.getCustom(),
    inputs: values,
    secrets,
    dependencies: request.getDependenciesList().toSorted(),
    propertyDependencies: Object.fromEntries(
      Array.from(request.getPropertydependenciesMap().entries(), ([property, urns]) => [property, urns.getUrnsList().toSorted()]),
    ),
    hooks: hooksOf(request),
    aliases: request.getAliasesList().map(aliasOf),
    protect: request.getProtect() ?? false,
    deleteBeforeReplace: request.getDeletebeforereplace(),
    retainOnDelete: request.getRetainondelete() ?? false,
    ignoreChanges: request.getIgnorechangesList(),
    replaceOnChanges: request.getReplaceonchangesList(),
    additionalSecretOutputs: request.getAdditionalsecretoutputsList(),
    provider: request.getProvider(),
    version: request.getVersion(),
  };
}

function hooksOf(request: RegisterResourceRequest): BoundHooks {
  const bound = request.getHooks();
  return {
    beforeCreate: bound?.getBeforeCreateList() ?? [],
    afterCreate: bound?.getAfterCreateList() ?? [],
    beforeUpdate: bound?.getBeforeUpdateList() ?? [],
    afterUpdate: bound?.getAfterUpdateList() ?? [],
    beforeDelete: bound?.getBeforeDeleteList() ?? [],
    afterDelete: bound?.getAfterDeleteList() ?? [],
  };
}

function aliasOf(alias: Alias): string {
  const spec = alias.getSpec();
  if (spec === undefined) return alias.getUrn();
  const parts = {
    name: spec.getName(),
    type: spec.getType(),
    stack: spec.getStack(),
    project: spec.getProject(),
    parent: spec.getParenturn(),
  };
  return Object.entries(parts)
    .filter(([, part]) => part !== "")
    .map(([name, part]) => `${name}=${part}`)
    .join(" ");
}
