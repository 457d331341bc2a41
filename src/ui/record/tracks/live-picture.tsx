import { useEffect, useState } from 'preact/hooks'
import { t } from '../../i18n/texts.ts'
import { recorder } from '../../live/recorder.ts'
import { Icon } from '../icons.tsx'

const INTERVAL_MS = 1_000

interface LivePictureProps {
  id: string
  isRecording: boolean
  /** Whether the recorder has confirmed that; otherwise the screen may be recorded all the same. */
  isCertain: boolean
}

/**
 * Shows the screen as it is recorded, once a second. It asks only while the screen records and
 * somebody can see the page. A pause removes the picture at once.
 */
export function LivePicture({ id, isRecording, isCertain }: LivePictureProps) {
  const [url, setUrl] = useState<string | null>(null)
  useEffect(() => {
    if (!isRecording) return
    const end = new AbortController()
    let shown: string | undefined
    const show = (blob: Blob) => {
      if (shown) URL.revokeObjectURL(shown)
      shown = URL.createObjectURL(blob)
      setUrl(shown)
    }
    void pollPicture(id, end.signal, show)
    return () => {
      end.abort()
      if (shown) URL.revokeObjectURL(shown)
      setUrl(null)
    }
  }, [id, isRecording])
  return (
    <div class="picture">
      {isRecording && url ? (
        <img src={url} alt={t('record.picture.alt')} />
      ) : (
        <p class="picture-none">
          <Icon name="screen" size={32} />
          {t(
            isRecording
              ? 'record.picture.waiting'
              : `record.picture.${isCertain ? 'none' : 'unknown'}`,
          )}
        </p>
      )}
    </div>
  )
}

async function pollPicture(
  id: string,
  signal: AbortSignal,
  show: (blob: Blob) => void,
): Promise<void> {
  // By its id: `current` would be an error as soon as the recording has ended.
  const path = `/recordings/${id}/picture`
  while (!signal.aborted) {
    const nextAt = performance.now() + INTERVAL_MS
    if (!document.hidden) {
      try {
        const answer = await recorder.open(path, {}, { signal })
        const blob = await answer.blob()
        if (!signal.aborted && blob.size > 0) show(blob)
      } catch {
        // The link shows a recorder that does not answer.
      }
    }
    await new Promise((resolve) => setTimeout(resolve, Math.max(0, nextAt - performance.now())))
  }
}
