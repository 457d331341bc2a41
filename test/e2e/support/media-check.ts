import assert from 'node:assert/strict'
import { execFile } from 'node:child_process'
import { createHash } from 'node:crypto'
import { readdirSync } from 'node:fs'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { readMedia, unsealed } from '../../../lab/unsealed.ts'
import type { EventOf, LogEvent } from '../../../src/contract/events.ts'
import { DISK_MARK } from '../../../src/recorder/disk/recordings-disk.ts'
import { assertWithin } from '../../support/machine.ts'
import { ofType } from './history.ts'

const run = promisify(execFile)
/** Decoded sound ends with a whole frame of Opus, and a time stamp is rounded. */
const DURATION_TOLERANCE_MS = 130

const FAULT = /\[(?:error|fatal|panic)\]/

/**
 * Duration in ms of all that can be decoded of a media file; rejects when ffmpeg finds anything
 * wrong with it.
 */
export async function decodedMs(path: string): Promise<number> {
  // Frames keep their own times: evened out, two that follow each other fast would be an error of
  // the check.
  const asTheyAre = ['-fps_mode', 'passthrough', '-enc_time_base:v', '1:90000']
  const { stdout, stderr } = await run(process.env.FFMPEG_BIN ?? 'ffmpeg', [
    ...['-nostdin', '-hide_banner', '-nostats', '-loglevel', 'level+info', '-xerror'],
    ...['-i', unsealed(path), '-map', '0', ...asTheyAre],
    ...['-f', 'null', '-progress', 'pipe:1', '-'],
  ])
  const faults = stderr.split('\n').filter((line) => FAULT.test(line))
  assert.deepEqual(faults, [], `${path} does not play`)
  const times = [...stdout.matchAll(/^out_time_us=(-?\d+)/gm)]
  const lastFrame = Number(times.at(-1)?.[1] ?? 0) / 1_000
  return path.includes('.mp4') ? Math.max(lastFrame, pictureMs(stderr)) : lastFrame
}

/**
 * How long a screen is in ms, by its container. Decoding ends with the last frame's time, not with
 * its duration, which may be half a second while the screen stands still.
 */
function pictureMs(told: string): number {
  const [, hours, minutes, seconds] = /Duration: (\d+):(\d+):(\d+\.\d+)/.exec(told) ?? []
  return ((Number(hours) * 60 + Number(minutes)) * 60 + Number(seconds)) * 1_000
}

/**
 * Holds the log and the files below a home together: each segment is closed or discarded once; what
 * is closed is a file with just these bytes that plays for just this long; there is no other file.
 * `checked`: files (by hash) known to play.
 */
export async function assertFilesAreAsLogged(
  home: string,
  events: readonly LogEvent[],
  checked = new Set<string>(),
): Promise<void> {
  // Of a start that was taken back, and of a recording that was erased, nothing is left.
  const gone = new Set(
    [...ofType(events, 'recording.startFailed'), ...ofType(events, 'recording.erased')].map(
      ({ recordingId }) => recordingId,
    ),
  )
  const kept = events.filter(({ recordingId }) => !gone.has(recordingId))
  const settled = new Set<string>()
  const expected: string[] = []
  const expectRemnant = ({
    recordingId,
    data,
  }: EventOf<'segment.closed' | 'segment.discarded'>) => {
    if (data.remnant) expected.push(join(`${recordingId}`, data.remnant.file))
  }
  for (const event of ofType(kept, 'segment.discarded')) {
    settled.add(`${event.recordingId}/${event.data.medium}-${event.data.number}`)
    expectRemnant(event)
  }
  for (const event of ofType(kept, 'segment.closed')) {
    const { recordingId, data } = event
    expectRemnant(event)
    const file = join(`${recordingId}`, data.file)
    const segment = `${recordingId}/${data.medium}-${data.number}`
    assert.ok(!settled.has(segment), `${file} was closed twice`)
    settled.add(segment)
    expected.push(file)
    const path = join(home, 'recordings', file)
    const bytes = readMedia(path)
    assert.equal(bytes.length, data.bytes, `size of ${file}`)
    assert.equal(createHash('sha256').update(bytes).digest('hex'), data.sha256, `hash of ${file}`)
    if (checked.has(data.sha256)) continue
    const playedMs = await decodedMs(path)
    const off = Math.abs(playedMs - data.durationMs)
    assertWithin(
      off,
      DURATION_TOLERANCE_MS,
      `${file} plays ${playedMs} ms, the log says ${data.durationMs}`,
    )
    checked.add(data.sha256)
  }
  for (const { recordingId, data } of ofType(kept, 'segment.opened')) {
    const segment = `${recordingId}/${data.medium}-${data.number}`
    assert.ok(settled.has(segment), `${segment} was neither closed nor discarded`)
  }
  const files = filesBelow(join(home, 'recordings')).filter((name) => name !== DISK_MARK)
  assert.deepEqual(files, expected.sort(), 'files on disk')
}

/** Files, and folders without any, by their paths below a folder. */
function filesBelow(folder: string): string[] {
  const entries = readdirSync(folder, { recursive: true, withFileTypes: true })
  const folders = new Set(entries.map((entry) => entry.parentPath))
  return entries
    .map((entry) => join(entry.parentPath, entry.name))
    .filter((path) => !folders.has(path))
    .map((path) => path.slice(folder.length + 1))
    .sort()
}
