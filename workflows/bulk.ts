import { WorkflowEntrypoint, type WorkflowEvent, type WorkflowStep, type WorkflowStepConfig } from "cloudflare:workers";
import { BULK_STEP, type BulkParams } from "../schema/storage/messages.ts";
import { createHub } from "../src/bindings/hub.ts";
import { endPieces, type NextPiece, performPiece } from "../src/hub/operate/bulk-piece.ts";

/** A database that is away for a while holds the operation up and does not end it. */
const PIECE = {
  retries: { limit: 100, backoff: "exponential", delay: "1 second" },
  timeout: "5 minutes",
} as const satisfies WorkflowStepConfig;

/** Carries a bulk operation, piece by piece. Each step returns where the next one begins. */
export class BulkWorkflow extends WorkflowEntrypoint<Env, BulkParams> {
  override async run({ payload: { id } }: Readonly<WorkflowEvent<BulkParams>>, step: WorkflowStep): Promise<void> {
    let next: NextPiece | undefined;
    for (let ordinal = 0; next !== null; ordinal++) {
      const after = next;
      const piece = await step.do(BULK_STEP.piece(ordinal), PIECE, async () =>
        JSON.stringify(await performPiece(createHub(this.env), id, after)),
      );
      next = JSON.parse(piece) as NextPiece;
    }
    await step.do(BULK_STEP.end, PIECE, () => endPieces(createHub(this.env), id));
  }
}
