import { useEffect } from 'preact/hooks'
import { link } from '../live/live-state.ts'
import { mediaText } from '../record/medium-name.ts'
import type { Player } from './playing/player.ts'
import { t } from './texts/texts.ts'

/** Names the media that cannot be played here: silence would look as if it had been recorded. */
export function UnplayableNotice({ player, keyMissing }: { player: Player; keyMissing: boolean }) {
  const isLive = link.value.state === 'live'
  useEffect(() => {
    if (isLive) player.retry()
  }, [player, isLive, keyMissing])
  const { value: media } = player.failed
  if (media.length === 0) return null
  return (
    <div class="unplayable" role="alert">
      <p>
        <strong>{t('player.unplayable', { media: mediaText(media) })}</strong>{' '}
        {t(keyMissing ? 'player.unplayable.key' : 'player.unplayable.help')}
      </p>
      <button type="button" class="button button-small" onClick={() => player.retry()}>
        {t('player.unplayable.retry')}
      </button>
    </div>
  )
}
