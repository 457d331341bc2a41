/**
 * Calls back for each key that is pressed without a modifier, unless another listener has handled
 * it, or the element with the focus uses it. The callback returns whether the key has a meaning;
 * the browser then does nothing with it. Returns the function that ends the calls.
 */
export function followKeys(
  press: (event: KeyboardEvent) => boolean,
  usesArrows: (focused: Element) => boolean,
): () => void {
  const onKey = (event: KeyboardEvent): void => {
    if (event.ctrlKey || event.altKey || event.metaKey || event.defaultPrevented) return
    if (needsKey(event, usesArrows) || !press(event)) return
    event.preventDefault()
  }
  addEventListener('keydown', onKey)
  return () => removeEventListener('keydown', onKey)
}

/** Whether the element that has the focus uses the key itself. */
function needsKey(
  { target, key }: KeyboardEvent,
  usesArrows: (focused: Element) => boolean,
): boolean {
  if (!(target instanceof Element)) return false
  const isOwn = 'dialog, input:not([type=range]):not([type=checkbox]), textarea, select'
  if (target.closest(isOwn) !== null) return true
  if (usesArrows(target)) return key.startsWith('Arrow')
  return key === ' ' && target.closest('button, a, summary, input') !== null
}
