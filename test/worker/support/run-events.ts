/** An event of a run as the engine reports it, with the members that tests look at. */
export interface EngineEvent {
  readonly type: string;
  readonly stepName?: string;
  readonly attempt?: number;
  readonly retryDelayMs?: number;
  readonly output?: unknown;
  readonly error?: { readonly name: string; readonly message: string };
}

/** All events of a run, from its start until it is over. */
export async function runEvents(workflow: Workflow<never>, id: string): Promise<EngineEvent[]> {
  const instance = await workflow.get(id);
  using subscription = await instance.subscribe();
  const events: EngineEvent[] = [];
  for (;;) {
    const { value, done } = await subscription.next();
    if (value === undefined || done === true) return events;
    events.push(value as EngineEvent);
  }
}

/** How many steps of a run were completed: each is billed. */
export async function stepsOf(workflow: Workflow<never>, id: string): Promise<string[]> {
  const events = await runEvents(workflow, id);
  return events.flatMap(({ type, stepName }) =>
    type === "step_completed" || type === "sleep_completed" ? [`${type} ${stepName ?? ""}`] : [],
  );
}
