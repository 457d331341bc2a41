import { useState } from 'preact/hooks'
import { t } from '../i18n/texts.ts'
import { Icon } from '../record/icons.tsx'
import { Filters } from './filters.tsx'
import { ListIcon } from './list-icon.tsx'
import {
  clearForm,
  form,
  removeChip,
  submitForm,
  takeTagsFromField,
  typeInForm,
} from './search-form.ts'

/** The fields of the search. What is typed is found as it is typed. */
export function SearchFields() {
  const [isOpen, setOpen] = useState(false)
  const active = activeFilters()
  return (
    <search class="card list-search">
      <form class="list-form" onSubmit={submit} autocomplete="off">
        <SearchField />
        <button
          type="button"
          class="button list-filter-button"
          aria-expanded={isOpen}
          aria-controls="list-filters"
          onClick={() => setOpen(!isOpen)}
        >
          <ListIcon name="filter" />
          {active > 0 ? t('list.filtersActive', { count: active }) : t('list.filters')}
        </button>
        <Filters isOpen={isOpen} />
        <Chips />
      </form>
    </search>
  )
}

/** Searches at once, and makes chips of the tags that have been typed. */
function submit(event: Event): void {
  event.preventDefault()
  takeTagsFromField()
  submitForm()
}

function SearchField() {
  return (
    <div class="list-field">
      <label class="hidden-text" for="list-text">
        {t('list.search')}
      </label>
      <ListIcon name="search" />
      <input
        id="list-text"
        class="input"
        type="search"
        value={form.value.field}
        maxLength={512}
        spellcheck={false}
        placeholder={t('list.searchExample')}
        aria-describedby="list-help"
        onInput={(event) => typeInForm({ field: event.currentTarget.value })}
        onKeyDown={(event) => {
          // A form of several fields is not submitted by Enter.
          if (event.key === 'Enter') submit(event)
          else if (event.key === ' ' && isAtEnd(event.currentTarget)) takeTagsFromField()
        }}
      />
      <p class="field-help" id="list-help">
        {t('list.searchHelp')}
      </p>
    </div>
  )
}

/** A space ends a tag, unless its value is still in quotation marks. */
function isAtEnd({ value, selectionStart }: HTMLInputElement): boolean {
  return selectionStart === value.length && value.split('"').length % 2 === 1
}

/** The tags that a recording must have, and the way back to all recordings. */
function Chips() {
  const { chips, field } = form.value
  if (chips.length === 0 && field === '' && activeFilters() === 0) return null
  return (
    <div class="list-chips">
      {chips.length > 0 && (
        <ul class="list-chip-row" aria-label={t('list.tags')}>
          {chips.map(({ key, value }) => (
            <li key={key} class="list-chip">
              <span class="list-tag-key">{key}</span> {value}
              <button
                type="button"
                class="list-chip-remove"
                aria-label={t('list.removeTag', { tag: `${key} ${value}` })}
                onClick={() => {
                  removeChip(key)
                  document.getElementById('list-text')?.focus()
                }}
              >
                <Icon name="remove" size={16} />
              </button>
            </li>
          ))}
        </ul>
      )}
      <button
        type="button"
        class="button button-small button-quiet list-clear"
        onClick={() => {
          clearForm()
          document.getElementById('list-text')?.focus()
        }}
      >
        {t('list.clear')}
      </button>
    </div>
  )
}

function activeFilters(): number {
  const { state, client, from, to, gaps } = form.value
  return [state, client, from, to, gaps].filter(Boolean).length
}
