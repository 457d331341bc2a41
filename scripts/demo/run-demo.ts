import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline/promises'
import { type Daemon, startDaemon } from '../../lab/daemon.ts'
import type { LogEvent } from '../../src/contract/events.ts'
import { checkMedia, findFiles, type StoredSegment } from './check-media.ts'
import { type Crm, createCrm } from './crm.ts'
import { type DemoSource, openDemoSource } from './demo-source.ts'
import type { DemoOptions } from './options.ts'
import { playSession } from './play-session.ts'
import { showReadiness } from './show-readiness.ts'
import { gapsList, type Recorded, tagsTable, timelineOf, tracksTable } from './summary.ts'
import type { Terminal } from './terminal.ts'

async function askForConsent(options: DemoOptions, signal: AbortSignal): Promise<boolean> {
  if (options.yes) return true
  if (!process.stdin.isTTY)
    throw new Error('Nobody can answer the question of --real here. Add --yes to record anyway.')
  const prompt = createInterface({ input: process.stdin, output: process.stdout })
  try {
    const answer = await prompt.question(`Record this for ${options.seconds} s now? [y/N] `, {
      signal,
    })
    return /^y(es)?$/i.test(answer.trim())
  } finally {
    prompt.close()
  }
}

async function readRecording(crm: Crm, daemon: Daemon, id: string): Promise<Recorded> {
  const recording = await crm.get(`/recordings/${id}`)
  const { items } = await crm.get(`/recordings/${id}/segments?limit=1000`)
  return { recording, segments: await findFiles(join(daemon.home, 'recordings', id), items) }
}

/** Shows the recording and checks its files. Returns whether all checks have passed. */
async function showResult(
  recorded: Recorded,
  events: LogEvent[],
  source: DemoSource,
  pngFolder: string,
  terminal: Terminal,
) {
  const { print, style } = terminal
  print(`\n${style.strong('Tracks')}\n${tracksTable(recorded)}`)
  print(
    `\n${style.strong('Time line')}  = media  . none\n${timelineOf(recorded)}\n${gapsList(recorded)}`,
  )
  print(`\n${style.strong('Tags')}\n${tagsTable(recorded)}`)
  print(
    `\n${style.strong('Log')}\n  ${events.length} events, from ${events.at(0)?.type} to ${events.at(-1)?.type}`,
  )
  const segments = recorded.segments as StoredSegment[]
  const checks = await checkMedia(segments, { mustBeAudible: source.kind !== 'real', pngFolder })
  checks.unshift({
    ok: true,
    text: `all ${segments.length} files have the SHA-256 of the log`,
  })
  print(`\n${style.strong('Checked')}`)
  for (const { ok, text } of checks)
    print(`  ${ok ? style.good('ok') : style.bad('FAILED')}  ${text}`)
  return checks.every((check) => check.ok)
}

/**
 * Runs the demo. Returns whether the recorded files have passed their checks. Ends everything that
 * it has started, also after an error.
 */
export async function runDemo(
  options: DemoOptions,
  terminal: Terminal,
  signal: AbortSignal,
): Promise<boolean> {
  const { print, style } = terminal
  const cleanups: (() => Promise<unknown>)[] = []
  const home = await mkdtemp(join(tmpdir(), 'f2f-demo-'))
  // The home folder is kept when it contains a whole recording.
  let isKept = false
  cleanups.push(async () => {
    if (!isKept) return rm(home, { recursive: true, force: true, maxRetries: 3 })
    print(`\n${style.strong('Everything is in')} ${home}`)
    print(`  start the recorder on it:  node dist/cli/f2f.cjs serve --home ${home}`)
    print(`  remove it:                 rm -r ${home}`)
  })
  try {
    print(style.strong('Face-to-Face Interaction Recorder: a CRM records a visit'))
    const source = await openDemoSource(options.real)
    cleanups.push(source.stop)
    print(`${source.description}\n`)
    signal.throwIfAborted()

    await source.permit(home)
    const daemon = await startDaemon({ home, env: source.env, source: source.source })
    cleanups.push(daemon.stop)
    print(`The daemon listens on ${daemon.url}; its home folder is ${home}.`)
    const crm = await createCrm(daemon, terminal)
    const media = await showReadiness(crm, terminal)
    if (options.real && !(await askForConsent(options, signal))) {
      print('Nothing was recorded.')
      return true
    }
    print()
    const recordingsFolder = join(home, 'recordings')
    const id = await playSession(crm, terminal, {
      media,
      seconds: options.seconds,
      recordingsFolder,
      signal,
    })
    isKept = !process.env.CI
    const recorded = await readRecording(crm, daemon, id)
    const events = await daemon.api('GET', `/recordings/${id}/events?limit=1000`)
    const isGood = await showResult(recorded, events.body.items, source, home, terminal)
    const code = await daemon.stop()
    if (code !== 0) throw new Error(`The daemon ended with code ${code}.\n${daemon.stderr()}`)
    return isGood
  } finally {
    for (const cleanup of cleanups.reverse()) await cleanup()
  }
}
