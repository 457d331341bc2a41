import type { Page } from '../../client/types.ts'

/** The most items that the API puts on a page. */
const MOST_ITEMS = 1000

/** Fetches all items of a list, page by page. */
export async function fetchAllItems<T>(
  fetchPage: (query: { limit: number; cursor?: string }) => Promise<Page<T>>,
): Promise<T[]> {
  const items: T[] = []
  for (let cursor: string | undefined; ; ) {
    const page = await fetchPage({ limit: MOST_ITEMS, ...(cursor === undefined ? {} : { cursor }) })
    items.push(...page.items)
    if (page.nextCursor === null) return items
    cursor = page.nextCursor
  }
}
