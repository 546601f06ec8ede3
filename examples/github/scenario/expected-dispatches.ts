import { type Payload, typeOf, type WebhookDelivery } from "./deliveries.ts";

/** A destination an event is owed to, as `route → destination`. */
export type Owed = string;

type Predicate = (payload: Payload, type: string) => boolean;

/** What the routes in wrangler.toml mean, said a second time and in another language: neither knows the other. */
const EXPECTED: readonly { readonly owed: readonly Owed[]; readonly when: Predicate }[] = [
  { owed: ["trail → audit"], when: () => true },
  {
    owed: ["new-issues → triage"],
    when: ({ action = "" }, type) => isOf("issues", type) && /^(opened|reopened|transferred)$/.test(action),
  },
  {
    owed: ["bugs → triage"],
    when: ({ issue }, type) =>
      isOf("issues", type) && issue?.labels?.some(({ name }) => name === "bug") === true && /\b(readme|spelling)\b/i.test(issue.title),
  },
  { owed: ["small-changes → triage"], when: ({ pull_request }, type) => isOf("pull_request", type) && isSmall(pull_request) },
  {
    owed: ["builds → checks"],
    when: (_payload, type) => /^github\.(check_(run|suite)|workflow_(run|job|dispatch)|status|push)\b/.test(type),
  },
  { owed: ["bots → checks"], when: ({ sender }) => sender?.login.endsWith("[bot]") === true },
  {
    owed: ["talk → digest"],
    when: ({ comment, discussion }, type) => type.endsWith(".created") && (comment !== undefined || discussion !== undefined),
  },
  {
    owed: ["organisation → triage", "organisation → digest"],
    when: ({ repository, organization }) => repository === undefined && organization !== undefined,
  },
  { owed: ["popular → triage"], when: ({ repository }) => (repository?.stargazers_count ?? 0) > 0 },
  {
    owed: ["milestones → projects"],
    when: (_payload, type) =>
      type === "github.pull_request.closed" || type === "github.release.published" || type === "github.deployment_status.created",
  },
];

/** What is owed of an event that follows from another. */
export const OWED_OF_FOLLOW_UP: readonly Owed[] = ["news → digest"];

/** Whom a delivery is owed to. */
export function owedOf(delivery: WebhookDelivery): Owed[] {
  const type = typeOf(delivery);
  return EXPECTED.flatMap(({ owed, when }) => (when(delivery.payload, type) ? owed : []));
}

/** Types of the events that the destination "projects" makes of a delivery. */
export function followUpsOf({ event, payload }: WebhookDelivery): string[] {
  const { action, pull_request, deployment_status } = payload;
  if (event === "pull_request" && action === "closed" && pull_request?.merged === true) return ["project.merged"];
  if (event === "release" && action === "published") return ["project.released"];
  return event === "deployment_status" && deployment_status?.state === "success" ? ["project.deployed"] : [];
}

function isOf(event: string, type: string): boolean {
  return type.startsWith(`github.${event}.`);
}

function isSmall(change: Payload["pull_request"]): boolean {
  if (change?.additions === undefined || change.changed_files === undefined) return false;
  return change.additions >= 1 && change.additions <= 50 && change.changed_files <= 4 && !change.draft;
}
