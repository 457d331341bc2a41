import { AUDIT_ORDERS, type AuditOrder } from '../../contract/audit.ts'
import type { Side } from '../../contract/by.ts'
import { GAP_REASONS } from '../../contract/gap-reason.ts'
import { MEDIA } from '../../contract/media.ts'
import { Field } from '../controls/field.tsx'
import { mediumName } from '../record/medium-name.ts'
import { replaceRoute } from '../shell/router.ts'
import {
  type AskedQuestion,
  type AuditFilters,
  auditHref,
  isAboutRecordings,
  sidesOf,
} from './audit-query.ts'
import { t } from './texts/texts.ts'

type Change = (change: Partial<AuditFilters>) => void

/**
 * The filters of a question. A text counts when its field is left or Enter is pressed, and not
 * while somebody types: each question that is asked may leave a trace.
 */
export function FilterForm({ asked }: { asked: AskedQuestion }) {
  const change: Change = (changed) =>
    replaceRoute(auditHref({ ...asked, filters: { ...asked.filters, ...changed } }))
  return (
    <form
      class="card audit-filters"
      aria-label={t('audit.filters')}
      autocomplete="off"
      onSubmit={(event) => event.preventDefault()}
    >
      <PeriodFields asked={asked} change={change} />
      <WhoFields asked={asked} change={change} />
      <Field label={t('audit.filter.order')} id="audit-order">
        <select
          id="audit-order"
          class="input"
          value={asked.filters.order}
          onChange={({ currentTarget }) => change({ order: currentTarget.value as AuditOrder })}
        >
          {[...AUDIT_ORDERS].reverse().map((order) => (
            <option key={order} value={order}>
              {t(`audit.order.${order}`)}
            </option>
          ))}
        </select>
      </Field>
      <OwnFields asked={asked} change={change} />
    </form>
  )
}

interface FieldsProps {
  asked: AskedQuestion
  change: Change
}

function PeriodFields({ asked: { filters }, change }: FieldsProps) {
  const { from, to } = filters
  return (
    <>
      <DayField name="from" value={from} max={to} change={change} />
      <DayField name="to" value={to} min={from} change={change} />
    </>
  )
}

function DayField(props: {
  name: 'from' | 'to'
  value: string
  min?: string
  max?: string
  change: Change
}) {
  const { name, value, min, max, change } = props
  const id = `audit-${name}`
  return (
    <Field label={t(`audit.filter.${name}`)} id={id}>
      <input
        id={id}
        class="input"
        type="date"
        value={value}
        min={min || undefined}
        max={max || undefined}
        onChange={({ currentTarget }) => change({ [name]: currentTarget.value })}
      />
    </Field>
  )
}

/** The clients that every recorder has, by the names by which they are asked for. */
const KNOWN_CLIENTS = { home: 'audit.by.home', ui: 'audit.by.ui' } as const

function WhoFields({ asked: { name, filters }, change }: FieldsProps) {
  const label = isAboutRecordings(name) ? 'audit.filter.startedBy' : 'audit.filter.client'
  return (
    <>
      <Field label={t(label)} id="audit-client">
        <input
          id="audit-client"
          class="input"
          value={filters.client}
          maxLength={64}
          spellcheck={false}
          list="audit-clients"
          placeholder={t('audit.filter.client.any')}
          onChange={({ currentTarget }) => change({ client: currentTarget.value.trim() })}
        />
        <datalist id="audit-clients">
          {Object.entries(KNOWN_CLIENTS).map(([client, text]) => (
            <option key={client} value={client} label={t(text)} />
          ))}
        </datalist>
      </Field>
      <Field label={t('audit.filter.side')} id="audit-side">
        <select
          id="audit-side"
          class="input"
          value={filters.side}
          onChange={({ currentTarget }) => change({ side: currentTarget.value as Side | '' })}
        >
          <option value="">{t('audit.side.any')}</option>
          {sidesOf(name).map((side) => (
            <option key={side} value={side}>
              {t(`audit.side.${side}`)}
            </option>
          ))}
        </select>
      </Field>
    </>
  )
}

function OwnFields({ asked: { name, filters }, change }: FieldsProps) {
  if (name === 'long-pauses')
    return (
      <Field label={t('audit.filter.minSeconds')} id="audit-min-seconds">
        <input
          id="audit-min-seconds"
          class="input"
          type="number"
          min={0}
          step={1}
          value={filters.minSeconds}
          onChange={({ currentTarget }) => {
            if (currentTarget.validity.valid && currentTarget.value !== '')
              change({ minSeconds: currentTarget.valueAsNumber })
          }}
        />
      </Field>
    )
  if (name === 'untagged')
    return (
      <Field label={t('audit.filter.key')} id="audit-key">
        <input
          id="audit-key"
          class="input"
          value={filters.key}
          maxLength={64}
          spellcheck={false}
          placeholder={t('audit.filter.key.any')}
          onChange={({ currentTarget }) => change({ key: currentTarget.value.trim() })}
        />
      </Field>
    )
  if (name !== 'gaps') return null
  return (
    <>
      <Choices
        label={t('audit.filter.reason')}
        all={GAP_REASONS}
        chosen={filters.reason}
        text={(reason) => t(`player.gap.${reason}`)}
        onChange={(reason) => change({ reason })}
      />
      <Choices
        label={t('audit.filter.media')}
        all={MEDIA}
        chosen={filters.media}
        text={mediumName}
        onChange={(media) => change({ media })}
      />
    </>
  )
}

function Choices<T extends string>(props: {
  label: string
  all: readonly T[]
  chosen: readonly T[]
  text: (one: T) => string
  onChange: (chosen: T[]) => void
}) {
  const { label, all, chosen, text, onChange } = props
  return (
    <fieldset class="audit-choices">
      <legend class="field-label">{label}</legend>
      {all.map((one) => (
        <label key={one} class="audit-choice">
          <input
            type="checkbox"
            checked={chosen.includes(one)}
            onChange={({ currentTarget: { checked } }) =>
              onChange(all.filter((other) => (other === one ? checked : chosen.includes(other))))
            }
          />
          {text(one)}
        </label>
      ))}
    </fieldset>
  )
}
