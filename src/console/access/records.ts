/** What access to the console keeps in the database, so that it holds in every isolate. Throws a fault when that does not answer. */
export interface AccessRecords {
  /** Whether somebody has signed out of a session. */
  readonly isEnded: (session: string) => Promise<boolean>;
  /** Ends a session. `until`: when it would have ended by itself, in milliseconds since 1970. */
  readonly end: (session: string, until: number) => Promise<void>;
  /**
   * Counts a secret that came from a network, if it is wrong. Returns when secrets from there are looked at again, in milliseconds since 1970,
   * where too many were: then it is refused, right or wrong.
   */
  readonly countSecret: (tried: { readonly network: string; readonly isRight: boolean }) => Promise<number | undefined>;
}
