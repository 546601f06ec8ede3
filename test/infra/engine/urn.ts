const STACK = "pulumi:pulumi:Stack";

interface Registration {
  readonly project: string;
  readonly stack: string;
  /** A urn, or empty. */
  readonly parent: string;
  readonly type: string;
  readonly name: string;
}

/** Resources below a component carry its type in front of theirs. */
export function urnOf({ project, stack, parent, type, name }: Registration): string {
  const typeOfParent = parent.split("::")[2] ?? "";
  const qualified = typeOfParent === "" || typeOfParent === STACK ? type : `${typeOfParent}$${type}`;
  return `urn:pulumi:${stack}::${project}::${qualified}::${name}`;
}

export function isStack({ type }: { readonly type: string }): boolean {
  return type === STACK;
}
