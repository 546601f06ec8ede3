/** Handles and results of RPC are released when they are no longer used, else the runtime complains and keeps them. */
export function dispose(handle: unknown): void {
  (handle as Partial<Disposable> | null | undefined)?.[Symbol.dispose]?.();
}
