import { batch, signal } from '@preact/signals'
import type { RecordingAnswer } from '../../contract/views.ts'
import { type ListProblem, toListProblem } from './list-problem.ts'
import { type ListRow, toRow } from './list-row.ts'
import { createSearchPages, newestFirst, type SearchPages } from './search-pages.ts'
import { EVERYTHING, type SearchQuery, searchHref, toRequests } from './search-query.ts'

/** The recordings of the search that have been read, newest first. */
export const rows = signal<readonly ListRow[]>([])
/** Whether the rows are still those of the search before, because this one has no answer yet. */
export const isSearching = signal(true)
/** Whether the next page is being read. */
export const isLoadingMore = signal(false)
/** Whether there are recordings that have not been read. */
export const hasMore = signal(false)
/** Why the last page could not be read. */
export const listProblem = signal<ListProblem | null>(null)
/** Counts the searches whose first page has come. */
export const searchCount = signal(0)

/** The search that is shown. */
export let shownSearch: SearchQuery = EVERYTHING
let shownHref: string | null = null
let pages: SearchPages = createSearchPages([])
let reading = new AbortController()

/** Shows a search. The rows of one that is shown already stay. */
export function showSearch(search: SearchQuery): void {
  const href = searchHref(search)
  if (href === shownHref && listProblem.value === null) return
  shownHref = href
  shownSearch = search
  void readFirstPage()
}

/** Whether the rows are those of a search, by its link. */
export function isShowing(href: string): boolean {
  return href === shownHref && !isSearching.value
}

/** Reads again what could not be read. */
export function retry(): void {
  if (listProblem.value === null) return
  listProblem.value = null
  void (isSearching.value ? readFirstPage() : readNextPage())
}

/** Begins to read the search from its beginning, in place of what is being read. */
function beginReading(): { found: SearchPages; signal: AbortSignal } {
  reading.abort()
  reading = new AbortController()
  return { found: createSearchPages(toRequests(shownSearch)), signal: reading.signal }
}

async function readFirstPage(): Promise<void> {
  const { found, signal } = beginReading()
  batch(() => {
    isSearching.value = true
    isLoadingMore.value = false
    listProblem.value = null
  })
  try {
    const page = await found.next(signal)
    if (signal.aborted) return
    pages = found
    batch(() => {
      rows.value = page.map(toRow)
      hasMore.value = found.hasMore()
      isSearching.value = false
      searchCount.value++
    })
  } catch (error) {
    if (!signal.aborted) listProblem.value = toListProblem(error)
  }
}

/**
 * Reads again what is shown, as many rows as there are, and shows them all at once. What cannot be
 * read is told as a problem.
 */
export async function readRowsAgain(): Promise<void> {
  const { found, signal } = beginReading()
  const count = rows.value.length
  isLoadingMore.value = false
  try {
    const read: RecordingAnswer[] = []
    do read.push(...(await found.next(signal)))
    while (read.length < count && found.hasMore() && !signal.aborted)
    if (signal.aborted) return
    pages = found
    batch(() => {
      rows.value = read.map(toRow)
      hasMore.value = found.hasMore()
      listProblem.value = null
    })
  } catch (error) {
    if (!signal.aborted) listProblem.value = toListProblem(error)
  }
}

/** Reads the next page, if there is one and it is not being read. */
export async function readNextPage(): Promise<void> {
  if (isSearching.value || isLoadingMore.value || !hasMore.value || listProblem.value) return
  const { signal } = reading
  isLoadingMore.value = true
  try {
    const page = await pages.next(signal)
    if (signal.aborted) return
    batch(() => {
      const known = new Set(rows.value.map(({ id }) => id))
      const added = page.filter(({ id }) => !known.has(id)).map(toRow)
      rows.value = [...rows.value, ...added]
      hasMore.value = pages.hasMore()
    })
  } catch (error) {
    if (!signal.aborted) listProblem.value = toListProblem(error)
  } finally {
    if (!signal.aborted) isLoadingMore.value = false
  }
}

/** Shows a recording as it is now: a new one at its place, null for one that no longer matches. */
export function replaceRow(id: string, recording: RecordingAnswer | null): void {
  const others = rows.value.filter((row) => row.id !== id)
  if (recording === null) {
    if (others.length < rows.value.length) rows.value = others
    return
  }
  const row = toRow(recording)
  const at = others.findIndex((other) => newestFirst(row, other) < 0)
  // A later page will bring one that is older than all that have been read.
  if (at === -1 && hasMore.value) return
  rows.value = at === -1 ? [...others, row] : others.toSpliced(at, 0, row)
}
