/**
 * `npm run bench`: compares the recorder with the bare programs that it is made of and with OBS.
 * `npm run bench -- --help` lists its parts and options.
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
import { endDescendants } from './processes.ts'
import { benchPrograms } from './programs.ts'
import { benchRecording } from './recording.ts'
import { benchReplay } from './replay.ts'
import { benchSealedValues } from './sealed-values.ts'
import { benchSealing } from './sealing.ts'
import { type Findings, markdownTable } from './table.ts'

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

const HELP = `npm run bench [-- OPTIONS]

Compares the recorder with the bare programs that it is made of, and with OBS where it is installed.
The table goes to the terminal, and after each part to bench/out/bench.md and bench.json.

  --only PARTS  measures these parts only, separated by commas:
                ${partNames()}
  --quick       fewer and shorter rounds: a first look
  --paste       also puts the table into docs/performance.md`

const { values } = parseArgs({
  options: {
    only: { type: 'string' },
    quick: { type: 'boolean', default: false },
    paste: { type: 'boolean', default: false },
    help: { type: 'boolean', default: false },
  },
})
// Whoever interrupts it finds no daemon, desktop or browser left running.
for (const signal of ['SIGINT', 'SIGTERM'] as const)
  process.once(signal, () => {
    endDescendants()
    process.exit(130)
  })
if (values.help) console.log(HELP)
else await measure(values.only?.split(',') ?? Object.keys(PARTS))

function partNames(): string {
  const lines = ['']
  for (const name of Object.keys(PARTS)) {
    const line = `${lines.at(-1)} ${name}`
    if (line.length > 80) lines.push(` ${name}`)
    else lines[lines.length - 1] = line
  }
  return lines.join('\n               ').trim()
}

/**
 * Measures parts one after the other. A part that fails is named in the table, and the others are
 * measured.
 */
async function measure(wanted: readonly string[]): Promise<void> {
  for (const name of wanted)
    if (!Object.hasOwn(PARTS, name))
      throw new Error(`The bench has no part “${name}”. “--help” lists the parts.`)
  const run: Run = {
    rows: [],
    remarks: [],
    loads: [load()],
    machine: await describeMachine(),
    busyPercent: await busyPercent(),
    startedAt: new Date().toISOString(),
  }
  for (const name of wanted) {
    console.error(`bench: ${name} (load ${load()})`)
    try {
      const { rows, remarks } = await PARTS[name]!(values.quick ? QUICK : FULL)
      run.rows.push(...rows)
      run.remarks.push(...remarks)
    } catch (error) {
      console.error(error)
      run.remarks.push(`The part “${name}” failed: ${(error as Error).message}`)
      process.exitCode = 1
    }
    run.loads.push(load())
    // An interrupted run keeps what it has measured.
    await keep(run)
  }
  const text = report(run)
  console.log(text)
  if (values.paste) await paste(text)
}

interface Run extends Findings {
  loads: string[]
  machine: string
  busyPercent: number
  startedAt: string
}

function report({ rows, remarks, loads, machine, busyPercent, startedAt }: Run): string {
  return [
    `Measured ${startedAt}${values.quick ? ', quickly' : ''}, on ${machine}.`,
    `Before it began, other programs kept the processors ${busyPercent} % busy. Load average, the bench's own included: ${loads.join(' → ')}.`,
    '',
    markdownTable(rows),
    '',
    ...remarks.map((remark) => `- ${remark}`),
  ].join('\n')
}

async function keep(run: Run): Promise<void> {
  await mkdir(OUT, { recursive: true })
  await writeFile(join(OUT, 'bench.md'), `${report(run)}\n`)
  await writeFile(join(OUT, 'bench.json'), JSON.stringify(run, null, 2))
}

async function paste(text: string): Promise<void> {
  const page = await readFile(PAGE, 'utf8')
  // A function, because the text may contain replacement patterns such as `$&`.
  await writeFile(
    PAGE,
    page.replace(MEASURED, (_all, start, end) => `${start}\n${text}\n${end}`),
  )
}
