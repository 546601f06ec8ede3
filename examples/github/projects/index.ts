import { Destination, type EmitInput, type HandleReply, type HubEvent, type Json } from "flowhub";

/** As much of a payload as tells a milestone. */
interface Milestone {
  readonly action?: string;
  readonly pull_request?: { readonly merged: boolean; readonly number: number };
  readonly release?: { readonly tag_name: string };
  readonly deployment_status?: { readonly state: string; readonly environment: string };
}

/** Follows projects: what GitHub says in its words becomes an event in ours, emitted together with the reply. */
export default class Projects extends Destination {
  override handle(event: HubEvent): HandleReply {
    const milestone = milestoneOf(event.data as Milestone);
    return milestone === undefined ? "ignored" : { status: "complete", emit: [{ ...milestone, subject: event.subject }] };
  }
}

function milestoneOf({ action, pull_request, release, deployment_status }: Milestone): EmitInput | undefined {
  if (action === "closed" && pull_request?.merged === true) return milestone("merged", { number: pull_request.number });
  if (action === "published" && release !== undefined) return milestone("released", { tag: release.tag_name });
  if (deployment_status?.state === "success") return milestone("deployed", { environment: deployment_status.environment });
  return undefined;
}

function milestone(what: string, data: Json): EmitInput {
  return { type: `project.${what}`, data };
}
