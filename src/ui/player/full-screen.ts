/** Shows an element on the whole screen, or no longer. */
export function toggleFullScreen(element: HTMLElement | null): void {
  if (document.fullscreenElement) void document.exitFullscreen()
  // A browser may refuse it, e.g. in a frame. Nothing is lost then.
  else element?.requestFullscreen().catch(() => {})
}
