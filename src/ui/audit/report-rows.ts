import { batch, signal } from '@preact/signals'
import type { AuditReportName, AuditReports } from '../../contract/audit.ts'
import { type ShownProblem, toShownProblem } from '../controls/shown-problem.ts'
import { recorder } from '../live/recorder.ts'
import { type AskedQuestion, toReportQuery } from './audit-query.ts'

const PAGE = 100

/** A row of any report. */
export type AuditRow = AuditReports[AuditReportName]

/** The answer to a question, page after page. */
export class ReportRows {
  readonly asked: AskedQuestion
  readonly rows = signal<readonly AuditRow[]>([])
  readonly isReading = signal(false)
  /** Where the next page begins: undefined before the first one, null behind the last one. */
  readonly nextCursor = signal<string | null | undefined>(undefined)
  /** Why a page could not be read. The problem is null when the recorder did not answer. */
  readonly failure = signal<{ problem: ShownProblem | null } | null>(null)
  readonly #aborter = new AbortController()

  constructor(asked: AskedQuestion) {
    this.asked = asked
    void this.readPage()
  }

  /** Reads the next page, also after a failure. Does nothing while one is read, or at the end. */
  async readPage(): Promise<void> {
    const { value: cursor } = this.nextCursor
    if (this.isReading.value || cursor === null) return
    batch(() => {
      this.isReading.value = true
      this.failure.value = null
    })
    const { signal } = this.#aborter
    try {
      const query = { ...toReportQuery(this.asked), limit: PAGE, cursor }
      const page = await recorder.auditReport(this.asked.name, query, { signal })
      batch(() => {
        this.rows.value = [...this.rows.value, ...page.items]
        this.nextCursor.value = page.nextCursor
      })
    } catch (error) {
      if (!signal.aborted) this.failure.value = { problem: toShownProblem(error) }
    } finally {
      this.isReading.value = false
    }
  }

  /** Reads no more. */
  close(): void {
    this.#aborter.abort()
  }
}
