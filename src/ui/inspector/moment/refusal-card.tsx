import type { ComponentChildren } from 'preact'
import type { LogEvent } from '../../../contract/events.ts'
import type { RefusalReason, ReplayState } from '../../../contract/replay.ts'
import { mediumName } from '../../record/medium-name.ts'
import { t } from '../texts/texts.ts'
import { commandsText, guardWords, pathText, stateWords, subjectName } from '../words.ts'
import { refusalWords } from './refusal-words.ts'

/** Explains a refused command: who wanted what, what refused it and why, what was possible. */
export function RefusalCard({
  refusal,
  event,
  state,
}: {
  refusal: RefusalReason
  event: LogEvent
  state: ReplayState
}) {
  const who = subjectName(event.by)
  const words = refusalWords(refusal)
  const count = 'count' in event.data ? event.data.count : undefined
  const side = refusal.side === 'ui' ? 'ui' : 'api'
  return (
    <div class="refusal">
      <p class="refusal-wanted">
        {t('inspector.refusal.wanted', { who, verb: t(`player.command.${refusal.command}`) })}
        {count !== undefined && count > 1 && ` ${t('inspector.refusal.count', { count })}`}
      </p>
      <p class="refusal-why">{words ?? <span lang="en">{refusal.reason}</span>}</p>
      <dl class="refusal-facts">
        {refusal.machine !== null && <Decided refusal={refusal} />}
        {refusal.guard !== null && (
          <Fact name={t('inspector.refusal.guard')}>
            <strong class="refusal-guard">{guardWords(refusal.guard)}</strong>{' '}
            <code>{refusal.guard}</code>
          </Fact>
        )}
        <Fact name={t('inspector.refusal.allowed')}>
          {commandsText(state.allowedCommands[side])}
        </Fact>
        <Fact name={t('inspector.refusal.answer')}>
          <code>{refusal.code}</code>
          {words !== null && (
            <span class="refusal-said" lang="en">
              {' '}
              {refusal.reason}
            </span>
          )}
        </Fact>
      </dl>
    </div>
  )
}

function Decided({ refusal: { machine, medium, state } }: { refusal: RefusalReason }) {
  if (machine === null) return null
  return (
    <Fact name={t('inspector.refusal.machine')}>
      {t(`inspector.machine.${machine}`)}
      {medium !== null && ` (${mediumName(medium)})`}
      {state !== null && (
        <>
          : {stateWords(machine, state)} <code>{pathText(state)}</code>
        </>
      )}
    </Fact>
  )
}

function Fact({ name, children }: { name: string; children: ComponentChildren }) {
  return (
    <div class="refusal-fact">
      <dt>{name}</dt>
      <dd>{children}</dd>
    </div>
  )
}
