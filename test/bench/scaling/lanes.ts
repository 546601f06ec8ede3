/** Does tasks a few at a time, each of which calls `next` when it is over; then `done`. */
export function inLanes(tasks: readonly ((next: () => void) => void)[], lanes: number, done: () => void): void {
  if (tasks.length === 0) {
    done();
    return;
  }
  let begun = 0;
  let left = tasks.length;
  const next = () => {
    const task = tasks[begun++];
    task?.(() => {
      left--;
      if (left === 0) done();
      else next();
    });
  };
  for (let lane = 0; lane < lanes && lane < tasks.length; lane++) next();
}
