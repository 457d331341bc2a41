import { ProblemText } from '../controls/problem-text.tsx'
import { language } from '../i18n/texts.ts'
import { REPORT_COLUMNS, type ReportColumn } from './report-columns.tsx'
import type { AuditRow, ReportRows } from './report-rows.ts'
import { t } from './texts/texts.ts'

/** The rows that answer a question, and the way to more of them. */
export function ReportTable({ report }: { report: ReportRows }) {
  const { name } = report.asked
  const { value: rows } = report.rows
  const { value: failure } = report.failure
  const { value: cursor } = report.nextCursor
  return (
    <>
      <p class="soft audit-count" role="status">
        {cursor === undefined
          ? ''
          : rows.length === 0
            ? t(`audit.${name}.none`)
            : countText(report)}
      </p>
      {rows.length > 0 && <Table report={report} />}
      <div role="alert">
        {failure && (
          <div class="audit-failure">
            {failure.problem ? (
              <ProblemText problem={failure.problem} />
            ) : (
              <p class="problem-title">{t('list.unreachable')}</p>
            )}
            <button type="button" class="button" onClick={() => void report.readPage()}>
              {t('list.retry')}
            </button>
          </div>
        )}
      </div>
      {report.isReading.value && <p class="soft">{t('page.loading')}</p>}
      {typeof cursor === 'string' && !report.isReading.value && !failure && (
        <button type="button" class="button audit-more" onClick={() => void report.readPage()}>
          {t('audit.more')}
        </button>
      )}
    </>
  )
}

function countText({ rows, nextCursor }: ReportRows): string {
  const { length } = rows.value
  const count = new Intl.NumberFormat(language.value).format(length)
  if (nextCursor.value !== null) return t('audit.rows.more', { count })
  return length === 1 ? t('audit.rows.one') : t('audit.rows', { count })
}

function Table({ report }: { report: ReportRows }) {
  const { name } = report.asked
  // Columns and rows are those of the same report.
  const columns = REPORT_COLUMNS[name] as readonly ReportColumn<AuditRow>[]
  return (
    <table class="audit-table" data-report={name}>
      <caption class="hidden-text">{t(`audit.${name}`)}</caption>
      <thead>
        <tr>
          {columns.map(({ title, isNumber }) => (
            <th key={title} scope="col" data-number={isNumber}>
              {t(title)}
            </th>
          ))}
        </tr>
      </thead>
      <tbody>
        {report.rows.value.map((row, index) => (
          <tr key={index}>
            {columns.map(({ title, isNumber, cell }) => {
              const content = cell(row)
              // On a narrow page the title stands before the cell, and empty cells are left out.
              return (
                <td
                  key={title}
                  data-title={t(title)}
                  data-number={isNumber}
                  data-empty={content === null || content === ''}
                >
                  <span>{content}</span>
                </td>
              )
            })}
          </tr>
        ))}
      </tbody>
    </table>
  )
}
