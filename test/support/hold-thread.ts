/** Holds this thread, as a debugger, Ctrl-Z or a busy machine does: no timer and no data come. */
export function holdThread(ms: number): void {
  Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, ms)
}
