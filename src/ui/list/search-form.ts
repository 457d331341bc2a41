import { signal } from '@preact/signals'
import { parseRoute, replaceRoute } from '../shell/router.ts'
import { EVERYTHING, type SearchQuery, searchHref } from './search-query.ts'
import { parseWords, type SearchTag, uniqueTags } from './search-words.ts'

/** The content of the search form. The field may have tags that are still being typed. */
export interface SearchForm extends Omit<SearchQuery, 'text' | 'tags'> {
  field: string
  chips: readonly SearchTag[]
}

const EMPTY: SearchForm = { ...EVERYTHING, field: '', chips: [] }

/** The form as it is filled in. */
export const form = signal<SearchForm>(EMPTY)

/** A person who types is not disturbed by results of half a word. */
const TYPING_MS = 120

/** The link of the newest search of the form itself; undefined when it came from elsewhere. */
let submitted: string | undefined

let timer: ReturnType<typeof setTimeout> | undefined

/** Changes the form by typing. Its search follows after a moment. */
export function typeInForm(change: Partial<SearchForm>): void {
  form.value = { ...form.value, ...change }
  clearTimeout(timer)
  timer = setTimeout(() => {
    // Somebody may have followed a link meanwhile, of which the page does not know yet.
    if (parseRoute(location.hash).name === 'recordings') submitForm()
  }, TYPING_MS)
}

/** Changes the form by a choice. Its search follows at once. */
export function changeForm(change: Partial<SearchForm>): void {
  form.value = { ...form.value, ...change }
  submitForm()
}

/** Searches for what the form holds: its link becomes the place of the page. */
export function submitForm(): void {
  clearTimeout(timer)
  submitted = searchHref(toSearch(form.value))
  replaceRoute(submitted)
}

/** Makes chips of the tags in the field. */
export function takeTagsFromField(): void {
  const { text, tags } = parseWords(form.value.field)
  if (tags.length > 0)
    changeForm({ field: text, chips: uniqueTags([...form.value.chips, ...tags]) })
}

/** Removes a chip. */
export function removeChip(key: string): void {
  changeForm({ chips: form.value.chips.filter((chip) => chip.key !== key) })
}

/** Removes all conditions. */
export function clearForm(): void {
  changeForm(EMPTY)
}

/** Forgets a search that has not begun, because the page shows something else. */
export function leaveForm(): void {
  clearTimeout(timer)
}

/** Fills the form with a search that came from a link, unless it is the one of the form. */
export function fillForm(search: SearchQuery): void {
  const href = searchHref(search)
  // A busy page learns late of the form's own search. More may have been typed meanwhile.
  if (href === submitted || href === searchHref(toSearch(form.value))) return
  submitted = undefined
  const { text, tags, ...others } = search
  form.value = { ...others, field: text, chips: tags }
}

function toSearch({ field, chips, ...others }: SearchForm): SearchQuery {
  const { text, tags } = parseWords(field)
  return { ...others, text, tags: uniqueTags([...chips, ...tags]) }
}
