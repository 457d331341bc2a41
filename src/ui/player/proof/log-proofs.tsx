import { useSignal } from '@preact/signals'
import { useState } from 'preact/hooks'
import type { AuditKey } from '../../../contract/audit-key.ts'
import type { OutsiderView } from '../../../contract/outsiders.ts'
import { Field } from '../../controls/field.tsx'
import { ProblemText } from '../../controls/problem-text.tsx'
import { saveBlob } from '../../controls/save-blob.ts'
import { type ShownProblem, toShownProblem } from '../../controls/shown-problem.ts'
import { recorder } from '../../live/recorder.ts'
import { t } from '../texts/texts.ts'
import { OutsiderList } from './outsider-list.tsx'

type Proofs =
  | { state: 'loading' }
  | { state: 'failed'; problem: ShownProblem | null }
  | { state: 'known'; key: AuditKey; outsiders: readonly OutsiderView[] }

/**
 * Offers what people need who do not trust this computer: receipts, the checkpoint, the key, and
 * who else has confirmed the log. `position` is the event whose receipt is offered first.
 * Everything is read when it is opened.
 */
export function LogProofs({ position }: { position: number }) {
  const proofs = useSignal<Proofs>({ state: 'loading' })
  const load = async (): Promise<void> => {
    proofs.value = { state: 'loading' }
    try {
      const [key, { items }] = await Promise.all([recorder.auditKey(), recorder.outsiders()])
      proofs.value = { state: 'known', key, outsiders: items }
    } catch (error) {
      proofs.value = { state: 'failed', problem: toShownProblem(error) }
    }
  }
  return (
    <details
      class="log-proofs"
      onToggle={({ currentTarget }) => {
        if (currentTarget.open) void load()
      }}
    >
      <summary>{t('player.proof.more.open')}</summary>
      <div class="log-proofs-body">
        <SaveProofs key={position} position={position} />
        <Known proofs={proofs.value} position={position} />
      </div>
    </details>
  )
}

function SaveProofs({ position }: { position: number }) {
  const [wanted, setWanted] = useState(String(position))
  const failure = useSignal<{ problem: ShownProblem | null } | null>(null)
  const isPosition = /^[1-9]\d{0,14}$/.test(wanted)
  const save = async (path: string, name: string): Promise<void> => {
    failure.value = null
    try {
      const answer = await recorder.open(path)
      saveBlob(await answer.blob(), name)
    } catch (error) {
      failure.value = { problem: toShownProblem(error) }
    }
  }
  return (
    <form
      class="save-proofs"
      onSubmit={(event) => {
        event.preventDefault()
        if (isPosition) void save(`/audit/receipts/${wanted}`, `receipt-${wanted}.tlog-proof`)
      }}
    >
      <Field label={t('player.proof.position')} id="receipt-position">
        <input
          id="receipt-position"
          class="input"
          inputMode="numeric"
          value={wanted}
          maxLength={15}
          aria-invalid={!isPosition}
          aria-describedby="receipt-help"
          onInput={({ currentTarget }) => setWanted(currentTarget.value.trim())}
        />
      </Field>
      <button type="submit" class="button button-small" disabled={!isPosition}>
        {t('player.proof.receipt')}
      </button>
      <button
        type="button"
        class="button button-small"
        onClick={() => void save('/audit/checkpoint', 'checkpoint.txt')}
      >
        {t('player.proof.checkpoint')}
      </button>
      <p class="field-help" id="receipt-help">
        {t('player.proof.receiptHelp')}
      </p>
      <div role="alert" class="field-error">
        {failure.value &&
          (failure.value.problem ? (
            <ProblemText problem={failure.value.problem} />
          ) : (
            t('list.unreachable')
          ))}
      </div>
    </form>
  )
}

function Known({ proofs, position }: { proofs: Proofs; position: number }) {
  if (proofs.state === 'loading') return <p class="soft">{t('page.loading')}</p>
  if (proofs.state === 'failed')
    return (
      <div role="alert" class="field-error">
        {proofs.problem ? <ProblemText problem={proofs.problem} /> : t('list.unreachable')}
      </div>
    )
  const { key, outsiders } = proofs
  return (
    <>
      <section aria-labelledby="proof-key">
        <h3 id="proof-key">{t('player.proof.key')}</h3>
        <p class="soft">{t('player.proof.keyHelp')}</p>
        <p>
          <code class="vkey">{key.key}</code>
        </p>
        <button
          type="button"
          class="button button-small"
          onClick={() => saveBlob(new Blob([`${key.key}\n`]), 'key.txt')}
        >
          {t('player.proof.saveKey')}
        </button>
      </section>
      <OutsiderList outsiders={outsiders} position={position} />
    </>
  )
}
