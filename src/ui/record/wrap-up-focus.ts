import { useEffect, useRef } from 'preact/hooks'
import { current } from '../live/live-state.ts'

/**
 * Moves the focus to the form for the last tags when capture ends while the page is open. It stays
 * where it is when the person is typing, or when another client controls the recording.
 */
export function useFocusAtWrapUp(): void {
  const recording = current.value
  const isWrapUp = recording?.state === 'WrapUp'
  const wasCapturing = useRef(false)
  useEffect(() => {
    if (isWrapUp && wasCapturing.current && recording.allowedCommands.includes('tag')) {
      const active = document.activeElement
      if (!(active instanceof HTMLInputElement)) document.getElementById('tag-key')?.focus()
    }
    wasCapturing.current = recording !== null && !isWrapUp
  }, [isWrapUp, recording?.id])
}
