import { mediumName } from '../../record/medium-name.ts'
import { PlayerIcon } from '../player-icon.tsx'
import type { PlayTrack } from '../playing/play-timeline.ts'
import type { Player } from '../playing/player.ts'
import { t } from '../texts/texts.ts'

/** The names of the tracks, each with what its sound can be switched to. */
export function TrackHeads({ player, tracks }: { player: Player; tracks: readonly PlayTrack[] }) {
  return (
    <ul class="track-heads" aria-label={t('player.tracks')}>
      {tracks.map(({ medium }) => {
        const name = mediumName(medium)
        const isMuted = player.muted.value.has(medium)
        const isSolo = player.solo.value === medium
        return (
          <li key={medium} class={`track-head track-head-${medium}`}>
            <span class="track-name">{name}</span>
            {medium !== 'screen' && (
              <span class="track-switches">
                <button
                  type="button"
                  class="switch"
                  aria-pressed={isMuted}
                  aria-label={t('player.mute', { medium: name })}
                  title={t('player.mute', { medium: name })}
                  onClick={() => player.toggleMute(medium)}
                >
                  <PlayerIcon name={isMuted ? 'mute' : 'sound'} size={18} />
                </button>
                <button
                  type="button"
                  class="switch switch-solo"
                  aria-pressed={isSolo}
                  aria-label={t('player.solo.label', { medium: name })}
                  title={t('player.solo.label', { medium: name })}
                  onClick={() => player.toggleSolo(medium)}
                >
                  {t('player.solo')}
                </button>
              </span>
            )}
          </li>
        )
      })}
    </ul>
  )
}
