import { createHash } from 'node:crypto'
import { setTimeout as delay } from 'node:timers/promises'
import { buildReportModel } from '../../../../src/audit/bundle/report/build-model.ts'
import type { ReportModel } from '../../../../src/audit/bundle/report/report-model.ts'
import { reportPage } from '../../../../src/audit/bundle/report/report-page.ts'
import type { Report } from '../../../../src/audit/bundle/report/section.ts'
import { STYLE } from '../../../../src/audit/bundle/report/style.ts'
import type { PageLanguage } from '../../../../src/contract/configuration.ts'
import { RecorderBench } from '../../../support/recorder-bench.ts'

/** A value that would be markup, or turn its neighbours around, if it were not shown as text. */
export const EVIL = '</script><script>alert(1)</script>"\'&\u202Egpj.exe'

const ZONE = { 'system.host': 'desk-17', 'system.timeZone': 'Europe/Berlin' }

/**
 * Records much in little time: a pause, a refusal, a lost device, a warning, a crash, consent that
 * is withdrawn, a hold, and accesses. Returns the model of its report.
 */
export async function recordEventful(): Promise<ReportModel> {
  const bench = await RecorderBench.create({ systemTags: ZONE })
  const consent = { state: 'granted', method: 'spoken', note: 'Said yes' } as const
  await bench.command('ui', 'recording.start', { tags: { customer: EVIL }, consent })
  await delay(20)
  await bench.command('ui', 'track.pause', {})
  await bench.command('api', 'track.resume', {}).catch(() => {})
  await delay(20)
  await bench.command('ui', 'track.resume', {})
  await bench.command('ui', 'recording.tag', { tags: { 'marker.red': 'Offer', customer: 'C-2' } })
  bench.platform.warn('mic', 'SOURCE_MUTED', true)
  await delay(20)
  bench.platform.warn('mic', 'SOURCE_MUTED', false)
  bench.platform.kill('speaker')
  await delay(50)
  await bench.crash()
  await bench.command('ui', 'recording.consent', { state: 'withdrawn', method: 'written' })
  const { id } = await bench.command('ui', 'recording.close')
  const by = { side: 'api', client: 'home', user: 'tester' } as const
  await bench.command('api', 'recording.hold', { reason: 'A complaint.' }, { recordingId: id, by })
  await bench.recorder.accesses.record({ recordingId: id, act: 'played', media: ['mic'], by })
  const events = await bench.recorder.log.events({ after: 0, limit: 1_000, recordingId: id })
  await bench.dispose()
  return buildReportModel(id, events)
}

/** Renders a report in which everything is in order. */
export function renderReport(
  model: ReportModel,
  language: PageLanguage = 'en',
  more: Partial<Report> = {},
): string {
  const { count } = model.events
  const log = 'f2f-recorder/0123456789abcdef'
  const report: Report = {
    model,
    verdict: {
      ...{ events: count, proven: count, segments: model.segments.length },
      intact: model.segments.length,
      checkpoint: { origin: log, size: 1_000, signers: [log] },
      confirmations: [
        {
          kind: 'witness',
          name: 'witness.example',
          at: '2026-01-31T12:00:00.000Z',
          size: 900,
          covered: 40,
        },
        {
          kind: 'timestampAuthority',
          name: null,
          at: '2026-01-31T12:30:00.000Z',
          size: 950,
          covered: 41,
        },
      ],
      findings: [],
    },
    bundle: {
      ...{ madeAt: model.startedAt, version: '0.1.0', signatureLine: 5, hasVerifier: true },
      composed: { name: 'recording.mp4' },
    },
    ...more,
  }
  const styleHash = createHash('sha256').update(STYLE).digest('base64')
  return reportPage(report, language, styleHash)
}
