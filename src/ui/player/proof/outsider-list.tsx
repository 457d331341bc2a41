import type { OutsiderView } from '../../../contract/outsiders.ts'
import { t } from '../texts/texts.ts'
import { dateText } from '../time-text.ts'

/** Lists who outside this computer has confirmed the log, and whether that covers an event. */
export function OutsiderList({
  outsiders,
  position,
}: {
  outsiders: readonly OutsiderView[]
  position: number
}) {
  return (
    <section aria-labelledby="outsiders">
      <h3 id="outsiders">{t('player.outsiders')}</h3>
      {outsiders.length === 0 && <p class="soft">{t('player.outsiders.none')}</p>}
      <ul class="outsider-list">
        {outsiders.map((outsider) => (
          <li
            key={outsider.url}
            class="outsider"
            data-problem={outsider.problem?.code}
            data-confirmed={outsider.confirmed !== null && outsider.confirmed.size >= position}
          >
            <p>
              <span class="outsider-name">{outsider.name}</span>{' '}
              <span class="soft">{t(`player.outsider.${outsider.kind}`)}</span>
            </p>
            <p>{confirmationText(outsider, position)}</p>
            {outsider.problem && (
              <p class="field-error">
                {t(`player.outsider.problem.${outsider.problem.code}`)}{' '}
                <span lang="en">{outsider.problem.message}</span>
              </p>
            )}
          </li>
        ))}
      </ul>
    </section>
  )
}

function confirmationText({ confirmed }: OutsiderView, position: number): string {
  if (confirmed === null) return t('player.outsider.never')
  const values = { size: confirmed.size, when: dateText(confirmed.at), position }
  return t(confirmed.size >= position ? 'player.outsider.covers' : 'player.outsider.before', values)
}
