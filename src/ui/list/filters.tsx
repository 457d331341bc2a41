import { computed } from '@preact/signals'
import { RECORDING_STATES, type RecordingState } from '../../contract/states.ts'
import { Field } from '../controls/field.tsx'
import { t } from '../i18n/texts.ts'
import { clientName } from './client-name.ts'
import { rows } from './list-state.ts'
import { changeForm, form, typeInForm } from './search-form.ts'

/** The clients to offer: those of the recordings that have been read. */
const knownClients = computed(() => [
  ...new Set(rows.value.map(({ startedBy }) => startedBy.client)),
])

/** The filters of the search: state, client, days and gaps. */
export function Filters({ isOpen }: { isOpen: boolean }) {
  const { state, client, from, to, gaps } = form.value
  return (
    <div class="list-filters" id="list-filters" data-open={isOpen}>
      <Field label={t('list.state')} id="list-state">
        <select
          id="list-state"
          class="input"
          value={state}
          onChange={(event) =>
            changeForm({ state: event.currentTarget.value as RecordingState | '' })
          }
        >
          <option value="">{t('list.anyState')}</option>
          {RECORDING_STATES.map((one) => (
            <option key={one} value={one}>
              {t(`list.state.${one}`)}
            </option>
          ))}
        </select>
      </Field>
      <Field label={t('list.client')} id="list-client">
        <input
          id="list-client"
          class="input"
          value={client}
          maxLength={128}
          spellcheck={false}
          list="list-clients"
          placeholder={t('list.anyClient')}
          onInput={(event) => typeInForm({ client: event.currentTarget.value })}
        />
        <datalist id="list-clients">
          {knownClients.value.map((name) => (
            <option key={name} value={name} label={clientName(name)} />
          ))}
        </datalist>
      </Field>
      <Field label={t('list.from')} id="list-from">
        <input
          id="list-from"
          class="input"
          type="date"
          value={from}
          max={to || undefined}
          onInput={(event) => typeInForm({ from: event.currentTarget.value })}
        />
      </Field>
      <Field label={t('list.to')} id="list-to">
        <input
          id="list-to"
          class="input"
          type="date"
          value={to}
          min={from || undefined}
          onInput={(event) => typeInForm({ to: event.currentTarget.value })}
        />
      </Field>
      <label class="list-gaps">
        <input
          type="checkbox"
          checked={gaps}
          onChange={(event) => changeForm({ gaps: event.currentTarget.checked })}
        />
        {t('list.onlyGaps')}
      </label>
    </div>
  )
}
