import type { Signal } from '@preact/signals'
import type { RefObject } from 'preact'
import type { Side } from '../../../contract/by.ts'
import type { EventType } from '../../../contract/events.ts'
import { MEDIA, type Medium } from '../../../contract/media.ts'
import { mediumName } from '../../record/medium-name.ts'
import { t } from '../texts/texts.ts'
import { type EventFilter, listsAll, NO_FILTER } from './event-filter.ts'

const SIDES: readonly Side[] = ['api', 'ui', 'system']

interface Props {
  filter: Signal<EventFilter>
  types: readonly EventType[]
  search: RefObject<HTMLInputElement | null>
  /** Somebody is about to search. */
  onFocus: () => void
}

/** Chooses which events are listed. */
export function FilterBar({ filter, types, search, onFocus }: Props) {
  const { type, side, medium, isRefusal, text } = filter.value
  const change = (part: Partial<EventFilter>): void => {
    filter.value = { ...filter.value, ...part }
  }
  return (
    <search class="filter" aria-label={t('inspector.filter')}>
      <input
        ref={search}
        type="search"
        class="input filter-text"
        placeholder={t('inspector.filter.text')}
        aria-label={t('inspector.filter.text')}
        value={text}
        onFocus={onFocus}
        onInput={({ currentTarget }) => change({ text: currentTarget.value })}
      />
      <Choice
        name={t('inspector.filter.type')}
        value={type}
        options={types.map((one) => [one, one])}
        onChoose={(one) => change({ type: one as EventType | null })}
      />
      <Choice
        name={t('inspector.filter.side')}
        value={side}
        options={SIDES.map((one) => [one, t(`inspector.side.${one}`)])}
        onChoose={(one) => change({ side: one as Side | null })}
      />
      <Choice
        name={t('inspector.filter.medium')}
        value={medium}
        options={MEDIA.map((one) => [one, mediumName(one)])}
        onChoose={(one) => change({ medium: one as Medium | null })}
      />
      <label class="filter-refusals">
        <input
          type="checkbox"
          checked={isRefusal}
          onChange={({ currentTarget }) => change({ isRefusal: currentTarget.checked })}
        />
        {t('inspector.filter.refusals')}
      </label>
      {!listsAll(filter.value) && (
        <button
          type="button"
          class="button button-small button-quiet"
          onClick={() => {
            filter.value = NO_FILTER
            search.current?.focus()
          }}
        >
          {t('inspector.filter.clear')}
        </button>
      )}
    </search>
  )
}

function Choice({
  name,
  value,
  options,
  onChoose,
}: {
  name: string
  value: string | null
  options: readonly (readonly [value: string, text: string])[]
  onChoose: (value: string | null) => void
}) {
  return (
    <select
      class="input filter-choice"
      aria-label={name}
      value={value ?? ''}
      onChange={({ currentTarget }) => onChoose(currentTarget.value || null)}
    >
      <option value="">{name}</option>
      {options.map(([option, text]) => (
        <option key={option} value={option}>
          {text}
        </option>
      ))}
    </select>
  )
}
