import assert from 'node:assert/strict'
import { createHash } from 'node:crypto'
import { Formats } from '../../../src/audit/bundle/report/formats.ts'
import { foreign } from '../../../src/audit/bundle/report/html.ts'
import type { ReportModel } from '../../../src/audit/bundle/report/report-model.ts'
import { suite } from '../../support/suite.ts'
import { EVIL, recordEventful, renderReport } from './support/eventful-recording.ts'

suite('the report of a recording', (test) => {
  let model: ReportModel
  test.before(async () => {
    model = await recordEventful()
  })

  test('is a model of plain JSON, made of the events alone', () => {
    assert.deepEqual(JSON.parse(JSON.stringify(model)), model)
    assert.equal(model.timeZone, 'Europe/Berlin')
    assert.deepEqual(model.startedBy, { side: 'ui', client: 'ui', user: 'tester' })
    assert.deepEqual([model.endReason, model.closeReason], ['interrupted', 'command'])
    assert.ok(model.lengthMs > 0 && model.recordedMs <= model.lengthMs)
    assert.equal(model.events.facts, model.events.count - 2)
  })

  test('names who paused and who resumed, and for which media', () => {
    const pause = model.stretches.find(({ reason }) => reason === 'paused')
    assert.deepEqual(pause?.media, ['mic', 'speaker', 'screen'])
    assert.deepEqual([pause?.by?.client, pause?.endedBy?.client], ['ui', 'ui'])
    const lost = model.stretches.find(({ reason }) => reason === 'captureFailed')
    assert.deepEqual([lost?.media, lost?.by], [['speaker'], null])
    assert.equal(model.interruptions.length, 1)
  })

  test('covers the whole picture with media and gaps, one behind the other', () => {
    assert.deepEqual(
      model.tracks.map(({ medium }) => medium),
      ['mic', 'speaker', 'screen'],
    )
    for (const { items } of model.tracks) {
      const ends = items.map(({ toMs }) => toMs)
      assert.deepEqual(
        items.map(({ fromMs }) => fromMs),
        [0, ...ends.slice(0, -1)],
      )
      assert.equal(ends.at(-1), model.pictureMs)
    }
  })

  test('tells the refusal, the consents, the hold, the warning and the access', () => {
    const [refusal] = model.refusals
    assert.deepEqual([refusal?.command, refusal?.code], ['track.resume', 'CONTROL_HELD_BY_UI'])
    assert.match(refusal?.reason ?? '', /guard/)
    assert.deepEqual(
      model.consents.map(({ state, note }) => [state, note]),
      [
        ['granted', 'Said yes'],
        ['withdrawn', null],
      ],
    )
    assert.deepEqual([model.holds[0]?.reason, model.holds[0]?.released], ['A complaint.', null])
    assert.equal(model.warnings[0]?.code, 'SOURCE_MUTED')
    assert.notEqual(model.warnings[0]?.clearedAt, null)
    assert.deepEqual([model.accesses[0]?.act, model.accesses[0]?.media], ['played', ['mic']])
    const kinds = new Set(model.marks.map(({ kind }) => kind))
    assert.deepEqual([...kinds].sort(), [
      'access',
      'consent',
      'marker',
      'refusal',
      'tag',
      'warning',
    ])
  })

  test('keeps every value of a tag, and says which is in force', () => {
    const customer = model.tags.filter(({ key }) => key === 'customer')
    assert.deepEqual(
      customer.map(({ value, isCurrent }) => [value, isCurrent]),
      [
        [EVIL, false],
        ['C-2', true],
      ],
    )
  })

  for (const language of ['en', 'de'] as const)
    test(`runs no script, asks nobody for anything and shows values as text, in ${language}`, () => {
      const page = renderReport(model, language)
      assert.ok(!/<script|javascript:|<iframe|<object|<link|@import|url\((?!#)/i.test(page))
      assert.ok(!/(?:src|href)="(?!#|recording\.mp4)/.test(page))
      assert.ok(!/ on\w+=| style=/.test(page))
      assert.ok(!page.includes('undefined') && !page.includes('[object'))
      assert.ok(
        page.includes(
          '&lt;/script&gt;&lt;script&gt;alert(1)&lt;/script&gt;&quot;&#39;&amp;[U+202E]gpj.exe',
        ),
      )
      const style = /<style>(.*)<\/style>/s.exec(page)?.[1] ?? ''
      const hash = createHash('sha256').update(style).digest('base64')
      assert.ok(page.includes(`default-src &#39;none&#39;; style-src &#39;sha256-${hash}&#39;`))
    })

  test('says at the top when something is not in order, and what', () => {
    const finding = { kind: 'segmentMissing', file: 'mic-000001.ogg.age', expected: 'ab' } as const
    const checkpoint = { origin: 'x', size: 9, signers: [] }
    const counts = { events: 3, proven: 3, segments: 1, intact: 0, confirmations: [] }
    const page = renderReport(model, 'en', {
      verdict: { ...counts, checkpoint, findings: [finding] },
    })
    const head = page.slice(page.indexOf('<header>'), page.indexOf('</header>'))
    assert.match(head, /class="badge bad"[^>]*>One thing is not in order\./)
    assert.ok(page.includes('The file mic-000001.ogg.age is missing.'))
  })

  test('says of pauses below a second that they are short, and not that there are none', () => {
    const [stretch] = model.stretches
    const section = (stretches: ReportModel['stretches']): string => {
      const page = renderReport({ ...model, stretches }, 'en')
      const from = page.indexOf('<h2>Pauses and gaps</h2>')
      return page.slice(from, page.indexOf('</section>', from))
    }
    const short = section([{ ...stretch!, lengthMs: 600 }])
    assert.match(short, /<p>None lasted a second or longer\.<\/p>/)
    assert.match(short, /One is shorter than a second/)
    assert.match(section([]), /<p>There are none\.<\/p>\n$/)
  })

  test('spells out what nobody can see in a value', () => {
    assert.equal(foreign('a\u202Eb\u0000c\nd').text, '<bdi>a[U+202E]b[U+0000]c ↵ d</bdi>')
    assert.equal(foreign('שלום 👩‍⚕️').text.includes('שלום'), true)
  })

  test('writes times in the zone of the recording, and lengths as people say them', () => {
    const formats = new Formats('de', 'Europe/Berlin')
    assert.equal(formats.dateTime('2026-11-29T09:15:07.312Z'), '29.11.2026, 10:15:07')
    assert.equal(formats.offset('2026-07-01T00:00:00.000Z'), 'GMT+02:00')
    assert.deepEqual(
      [1_234, 59_960, 3_725_000].map((ms) => formats.length(ms)),
      ['1,2 s', '1 min 00 s', '1 h 02 min 05 s'],
    )
    assert.equal(new Formats('en', 'UTC').bytes(1_234_567), '1.2 MB')
    assert.equal(formats.bytes(999), '999 B')
  })
})
