import { useEffect, useState } from 'preact/hooks'
import { AUDIT_REPORTS } from '../../contract/audit.ts'
import { link } from '../live/live-state.ts'
import { hasScope, loadSession, session } from '../live/session.ts'
import { type AskedQuestion, auditHref, otherQuestionHref, parseQuestion } from './audit-query.ts'
import { CsvButton } from './csv-button.tsx'
import { FilterForm } from './filter-form.tsx'
import { ReportRows } from './report-rows.ts'
import { ReportTable } from './report-table.tsx'
import { t } from './texts/texts.ts'

/** The auditor's questions. The question and its filters are the place of the page. */
export function AuditView({ question, query }: { question: string; query: URLSearchParams }) {
  useEffect(() => void loadSession(), [])
  // The recorder decides. A session that is not known yet may ask.
  if (session.value !== null && !hasScope('audit')) return <NoScope />
  const asked = parseQuestion(question, query)
  return (
    <section class="audit" aria-labelledby="audit-title">
      <header class="audit-head">
        <h1 id="audit-title">{t('nav.audit')}</h1>
        <Questions asked={asked} />
      </header>
      <p class="soft">{t(`audit.${asked.name}.about`)}</p>
      <FilterForm key={asked.name} asked={asked} />
      <Answer key={auditHref(asked)} asked={asked} />
    </section>
  )
}

function NoScope() {
  return (
    <section class="notice" role="alert">
      <h1>{t('audit.noScope')}</h1>
      <p>{t('audit.noScopeHelp')}</p>
    </section>
  )
}

function Questions({ asked }: { asked: AskedQuestion }) {
  return (
    <nav class="audit-questions" aria-label={t('audit.questions')}>
      {AUDIT_REPORTS.map((name) => (
        <a
          key={name}
          class="audit-question"
          href={otherQuestionHref(name, asked)}
          aria-current={name === asked.name ? 'page' : undefined}
        >
          {t(`audit.${name}`)}
        </a>
      ))}
    </nav>
  )
}

function Answer({ asked }: { asked: AskedQuestion }) {
  const [report, setReport] = useState<ReportRows | null>(null)
  useEffect(() => {
    const opened = new ReportRows(asked)
    setReport(opened)
    return () => opened.close()
  }, [])
  const isLive = link.value.state === 'live'
  useEffect(() => {
    if (isLive && report?.failure.peek()?.problem === null) void report.readPage()
  }, [isLive])
  return (
    <div class="audit-answer">
      <CsvButton asked={asked} />
      {report && <ReportTable report={report} />}
    </div>
  )
}
