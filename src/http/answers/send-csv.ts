import { Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import type { AuditPage } from '../../contract/audit.ts'
import type { HttpContext } from '../context.ts'
import { CSV_TYPE, type CsvColumn, csvHeader, csvRow } from './csv.ts'
import { sendHead } from './send-answer.ts'

/** A table to send. */
export interface CsvTable<Row> {
  /** The name of the file, without its ending. */
  name: string
  columns: readonly CsvColumn<Row>[]
  first: AuditPage<Row>
  /** Reads the next page; undefined: the first one is all that was asked for. */
  next: ((cursor: string) => Promise<AuditPage<Row>>) | undefined
}

/**
 * Sends a table as CSV, page by page, so that memory has one page at a time. When only one page was
 * asked for, `Link` leads to the next (RFC 8288). Rejects when a later page cannot be read; the
 * connection is then broken off, so that no client takes a part for the whole.
 */
export async function sendCsv<Row>(ctx: HttpContext, table: CsvTable<Row>): Promise<void> {
  const { name, first, next } = table
  const headers = ['Content-Type', CSV_TYPE]
  headers.push('Content-Disposition', `attachment; filename="${name}.csv"`)
  if (next === undefined && first.nextCursor !== null)
    headers.push('Link', `<${pathOfNext(ctx, first.nextCursor)}>; rel="next"`)
  sendHead(ctx, 200, headers)
  if (ctx.method === 'HEAD') {
    ctx.res.end()
    return
  }
  try {
    await pipeline(Readable.from(linesOf(table)), ctx.res)
  } catch (error) {
    // A client may hang up at any time.
    if ((error as NodeJS.ErrnoException).code !== 'ERR_STREAM_PREMATURE_CLOSE') throw error
  }
}

async function* linesOf<Row>({ columns, first, next }: CsvTable<Row>): AsyncGenerator<string> {
  yield csvHeader(columns)
  for (let page = first; ; page = await next(page.nextCursor)) {
    if (page.items.length > 0) yield page.items.map((row) => csvRow(columns, row)).join('')
    if (page.nextCursor === null || next === undefined) return
  }
}

function pathOfNext(ctx: HttpContext, cursor: string): string {
  const parameters = new URLSearchParams(ctx.querystring)
  parameters.set('cursor', cursor)
  return `${ctx.path}?${parameters}`
}
