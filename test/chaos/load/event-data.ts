/** What the events of the load carry: it tells the destinations how to behave. */
export interface EventData {
  /** Which event of the load. */
  readonly n: number;
  /** How often the flaky destination fails first. */
  readonly failures: number;
  /** How long the slow destination takes. */
  readonly takesMs: number;
  /** Which of the events of its kind: what the hostile destination does goes round. */
  readonly turn: number;
}
