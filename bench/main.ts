/**
 * `npm run bench [-- --only PARTS] [--quick] [--paste]`, with the parts http, append, capture,
 * recording, latency, obs, idle, page, replay, inspection, inspector, media, sealing, seals,
 * custody, former, audit, opening, programs and gate: compares the recorder with the bare programs
 * that it is made of and with OBS. Writes one table to the terminal, to bench/out, and with
 * `--paste` into docs/performance.md.
 */
import { mkdir, readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { parseArgs } from 'node:util'
import { benchAppend } from './append.ts'
import { benchAudit } from './audit.ts'
import { benchCapture } from './capture.ts'
import { benchCustody } from './custody.ts'
import { benchFormer } from './former.ts'
import { benchGate } from './gate.ts'
import { benchHttp } from './http.ts'
import { benchIdle } from './idle.ts'
import { benchInspection } from './inspection.ts'
import { benchInspector } from './inspector.ts'
import { benchLatency } from './latency.ts'
import { busyPercent, describeMachine, load } from './machine.ts'
import { benchMedia } from './media.ts'
import { benchObs } from './obs-latency.ts'
import { benchOpening } from './opening.ts'
import { FULL, type Pace, QUICK } from './pace.ts'
import { benchPage } from './page.ts'
import { benchPrograms } from './programs.ts'
import { benchRecording } from './recording.ts'
import { benchReplay } from './replay.ts'
import { benchSealedValues } from './sealed-values.ts'
import { benchSealing } from './sealing.ts'
import { type Findings, markdownTable, type Row } from './table.ts'

const OUT = fileURLToPath(new URL('./out/', import.meta.url))
const PAGE = fileURLToPath(new URL('../docs/performance.md', import.meta.url))
/** Finds the table of the last pasted run in the page. */
const MEASURED = /(<!-- measured -->).*(<!-- \/measured -->)/s

const PARTS: Record<string, (pace: Pace) => Promise<Findings>> = {
  http: benchHttp,
  append: benchAppend,
  capture: benchCapture,
  recording: benchRecording,
  latency: benchLatency,
  obs: benchObs,
  idle: benchIdle,
  page: benchPage,
  replay: benchReplay,
  inspection: benchInspection,
  inspector: benchInspector,
  media: benchMedia,
  sealing: benchSealing,
  seals: benchSealedValues,
  custody: benchCustody,
  former: benchFormer,
  audit: benchAudit,
  opening: benchOpening,
  programs: benchPrograms,
  gate: benchGate,
}

const { values } = parseArgs({
  options: {
    only: { type: 'string' },
    quick: { type: 'boolean', default: false },
    paste: { type: 'boolean', default: false },
  },
})
const wanted = values.only?.split(',') ?? Object.keys(PARTS)
for (const name of wanted) {
  if (!Object.hasOwn(PARTS, name))
    throw new Error(
      `The bench has no part “${name}”. Choose from ${Object.keys(PARTS).join(', ')}.`,
    )
}

const rows: Row[] = []
const remarks: string[] = []
const loads = [load()]
const busyBefore = await busyPercent()
for (const name of wanted) {
  console.error(`bench: ${name} (load ${load()})`)
  const findings = await PARTS[name]!(values.quick ? QUICK : FULL)
  rows.push(...findings.rows)
  remarks.push(...findings.remarks)
  loads.push(load())
}

const text = [
  `Measured ${new Date().toISOString()}${values.quick ? ', quickly' : ''}, on ${await describeMachine()}.`,
  `Before it began, other programs kept the processors ${busyBefore} % busy. Load average, the bench's own included: ${loads.join(' → ')}.`,
  '',
  markdownTable(rows),
  '',
  ...remarks.map((remark) => `- ${remark}`),
].join('\n')
console.log(text)
await mkdir(OUT, { recursive: true })
await writeFile(join(OUT, 'bench.md'), `${text}\n`)
await writeFile(join(OUT, 'bench.json'), JSON.stringify({ rows, remarks, loads }, null, 2))
if (values.paste) {
  const page = await readFile(PAGE, 'utf8')
  // A function, because the text may contain replacement patterns such as `$&`.
  await writeFile(
    PAGE,
    page.replace(MEASURED, (_all, start, end) => `${start}\n${text}\n${end}`),
  )
}
