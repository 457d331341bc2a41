/** A promise and what resolves it. */
export interface Latch {
  opened: Promise<void>
  open: () => void
}

/** Creates a latch, for something that a test holds back. */
export function latch(): Latch {
  let open = (): void => {}
  const opened = new Promise<void>((resolve) => {
    open = resolve
  })
  return { opened, open }
}
