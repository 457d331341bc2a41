import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline/promises'
import { type Daemon, startDaemon } from '../../lab/daemon.ts'
import type { LogEvent } from '../../src/contract/events.ts'
import { checkMedia, findFiles, type StoredSegment } from './check-media.ts'
import { type Crm, crmOf } from './crm.ts'
import type { DemoOptions } from './options.ts'
import { showReadiness } from './readiness.ts'
import { playSession } from './session.ts'
import { type Stage, setStage } from './stage.ts'
import { gapsList, type Recorded, tagsTable, timelineOf, tracksTable } from './summary.ts'
import type { Terminal } from './terminal.ts'

async function isAgreed(options: DemoOptions, signal: AbortSignal): Promise<boolean> {
  if (options.yes) return true
  if (!process.stdin.isTTY)
    throw new Error('--real asks before it records; where nobody can answer, add --yes')
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

async function readBack(crm: Crm, daemon: Daemon, id: string): Promise<Recorded> {
  const recording = await crm.get(`/recordings/${id}`)
  const { items } = await crm.get(`/recordings/${id}/segments?limit=1000`)
  return { recording, segments: await findFiles(join(daemon.home, 'recordings', id), items) }
}

/** Tells what was recorded and whether it is as it should be. */
async function report(
  recorded: Recorded,
  events: LogEvent[],
  stage: Stage,
  pngFolder: string,
  terminal: Terminal,
) {
  const { say, style } = terminal
  say(`\n${style.strong('Tracks')}\n${tracksTable(recorded)}`)
  say(
    `\n${style.strong('Time line')}  = media  . none\n${timelineOf(recorded)}\n${gapsList(recorded)}`,
  )
  say(`\n${style.strong('Tags')}\n${tagsTable(recorded)}`)
  say(
    `\n${style.strong('Log')}\n  ${events.length} events, from ${events.at(0)?.type} to ${events.at(-1)?.type}`,
  )
  const segments = recorded.segments as StoredSegment[]
  const checks = await checkMedia(segments, { mustBeHeard: stage.kind !== 'real', pngFolder })
  checks.unshift({
    ok: true,
    text: `all ${segments.length} files have the SHA-256 that the log has`,
  })
  say(`\n${style.strong('Checked')}`)
  for (const { ok, text } of checks)
    say(`  ${ok ? style.good('ok') : style.bad('FAILED')}  ${text}`)
  return checks.every((check) => check.ok)
}

/**
 * Plays the demo; returns whether what was recorded is as it should be. What it started ends with
 * it, whatever happens.
 */
export async function play(
  options: DemoOptions,
  terminal: Terminal,
  signal: AbortSignal,
): Promise<boolean> {
  const { say, style } = terminal
  const cleanups: (() => Promise<unknown>)[] = []
  const home = await mkdtemp(join(tmpdir(), 'f2f-demo-'))
  // Kept when there is a whole recording in it.
  let isKept = false
  cleanups.push(async () => {
    if (!isKept) return rm(home, { recursive: true, force: true, maxRetries: 3 })
    say(`\n${style.strong('Everything lies in')} ${home}`)
    say(`  start the recorder on it:  node dist/cli/f2f.cjs serve --home ${home}`)
    say(`  remove it:                 rm -r ${home}`)
  })
  try {
    say(style.strong('Face-to-Face Interaction Recorder: a CRM records a visit'))
    const stage = await setStage(options.real)
    cleanups.push(stage.stop)
    say(`${stage.description}\n`)
    signal.throwIfAborted()

    const daemon = await startDaemon({ home, env: stage.env, source: stage.source })
    cleanups.push(daemon.stop)
    say(`The daemon listens on ${daemon.url}; its home folder is ${home}.`)
    const crm = await crmOf(daemon, terminal)
    const media = await showReadiness(crm, terminal)
    if (options.real && !(await isAgreed(options, signal))) {
      say('Nothing was recorded.')
      return true
    }
    say()
    const recordingsFolder = join(home, 'recordings')
    const id = await playSession(crm, terminal, {
      media,
      seconds: options.seconds,
      recordingsFolder,
      signal,
    })
    isKept = !process.env.CI
    const recorded = await readBack(crm, daemon, id)
    const events = await daemon.api('GET', `/recordings/${id}/events?limit=1000`)
    const isGood = await report(recorded, events.body.items, stage, home, terminal)
    const stopped = await daemon.stop()
    if (stopped !== 0) throw new Error(`the daemon ended with code ${stopped}\n${daemon.stderr()}`)

    return isGood
  } finally {
    for (const cleanup of cleanups.reverse()) await cleanup()
  }
}
