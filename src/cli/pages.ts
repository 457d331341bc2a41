import type { Api } from './api.ts'

/** A page of a list, in an answer of the API. */
export interface Page<T> {
  items: T[]
  nextCursor: string | null
}

/** Fetches all items of a list, page by page. */
export async function fetchAllPages<T>(
  api: Api,
  at: string,
  query: Record<string, string | number | undefined> = {},
): Promise<T[]> {
  const items: T[] = []
  for (let cursor: string | undefined; ; ) {
    const page = await api.get<Page<T>>(at, { ...query, limit: 1000, cursor })
    items.push(...page.items)
    if (page.nextCursor === null) return items
    cursor = page.nextCursor
  }
}
