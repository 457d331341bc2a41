import type { RecordingAnswer } from '../../contract/views.ts'
import { recorder } from '../live/recorder.ts'
import type { SearchBody } from './search-query.ts'

/** The first page fills a window and comes sooner than a longer one. */
const FIRST_PAGE_SIZE = 50
const PAGE_SIZE = 100

/** The pages of a result, read one after the other. */
export interface SearchPages {
  /** Reads the next page. Rejects as the client does; the same page can then be read again. */
  next(signal: AbortSignal): Promise<RecordingAnswer[]>
  /** Whether there may be another page. */
  hasMore(): boolean
}

interface Source {
  body: SearchBody
  /** Read, but not yet part of a page. */
  read: RecordingAnswer[]
  /** Where its next page begins; null at its end, undefined at its beginning. */
  cursor: string | null | undefined
}

/** Reads the results of several requests as one, newest first. No recording may be in two. */
export function createSearchPages(bodies: readonly SearchBody[]): SearchPages {
  let size = FIRST_PAGE_SIZE
  const sources: Source[] = bodies.map((body) => ({ body, read: [], cursor: undefined }))
  return {
    async next(signal) {
      await Promise.all(sources.map((source) => fill(source, size, signal)))
      const page = sources.flatMap(({ read }) => read).sort(newestFirst)
      const taken = new Set(page.slice(0, size))
      for (const source of sources) source.read = source.read.filter((one) => !taken.has(one))
      size = PAGE_SIZE
      return [...taken]
    },
    hasMore: () => sources.some(({ read, cursor }) => read.length > 0 || cursor !== null),
  }
}

/** Reads enough of a source for a whole page of its own. */
async function fill(source: Source, size: number, signal: AbortSignal): Promise<void> {
  while (source.read.length < size && source.cursor !== null) {
    const { body, cursor } = source
    const place = cursor === undefined ? {} : { cursor }
    const page = await recorder.search({ ...body, ...place, limit: size }, { signal })
    source.read.push(...page.items)
    source.cursor = page.nextCursor
  }
}

/** Orders recordings as the recorder does. */
export function newestFirst(
  a: { startedAt: string; id: string },
  b: { startedAt: string; id: string },
): number {
  if (a.startedAt !== b.startedAt) return a.startedAt < b.startedAt ? 1 : -1
  return a.id < b.id ? 1 : a.id > b.id ? -1 : 0
}
