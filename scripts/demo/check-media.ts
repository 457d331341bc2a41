import { createHash } from 'node:crypto'
import { readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import {
  decodeAudio,
  rmsDb,
  type Samples,
  saveFrame,
  secondsOf,
  videoSeconds,
} from '../../lab/measure.ts'
import type { SegmentView } from '../../src/contract/views.ts'

/** The result of one check of the recorded files. */
export interface Check {
  ok: boolean
  text: string
}

/** A segment and the path of its file. */
export interface StoredSegment extends SegmentView {
  path: string
}

const DURATION_TOLERANCE_SECONDS = 0.25
const AUDIBLE_DB = -50

/** Finds the unchanged stored file of each segment by its SHA-256. Throws when one is missing. */
export async function findFiles(
  folder: string,
  segments: readonly SegmentView[],
): Promise<StoredSegment[]> {
  const byHash = new Map<string, string>()
  for (const name of await readdir(folder)) {
    const path = join(folder, name)
    byHash.set(
      createHash('sha256')
        .update(await readFile(path))
        .digest('hex'),
      path,
    )
  }
  return segments.map((segment) => {
    const path = byHash.get(segment.storedSha256 ?? segment.sha256)
    if (path === undefined)
      throw new Error(`No file in ${folder} has the hash of ${segment.medium} ${segment.number}.`)
    return { ...segment, path }
  })
}

function durationCheck(segment: StoredSegment, seconds: number): Check[] {
  const expected = segment.durationMs / 1000
  if (Math.abs(seconds - expected) <= DURATION_TOLERANCE_SECONDS) return []
  const text = `${segment.medium} ${segment.number} plays for ${seconds.toFixed(2)} s, but lasts ${expected.toFixed(2)} s in the log`
  return [{ ok: false, text }]
}

async function checkAudio(
  medium: string,
  segments: StoredSegment[],
  mustBeAudible: boolean,
): Promise<Check[]> {
  const checks: Check[] = []
  const decoded: Samples[] = []
  for (const segment of segments) {
    const samples = await decodeAudio(segment.path)
    checks.push(...durationCheck(segment, secondsOf(samples)))
    decoded.push(samples)
  }
  const level = Math.max(...decoded.map(rmsDb))
  const isAudible = level > AUDIBLE_DB
  const text = isAudible
    ? `${medium}: sound at ${level.toFixed(0)} dB`
    : `${medium}: no audible sound (${level.toFixed(0)} dB)`
  return [...checks, { ok: isAudible || !mustBeAudible, text }]
}

async function checkScreen(segments: StoredSegment[], pngFolder: string): Promise<Check[]> {
  const checks: Check[] = []
  for (const segment of segments)
    checks.push(...durationCheck(segment, await videoSeconds(segment.path)))
  const [first] = segments
  if (first === undefined) return [{ ok: false, text: 'screen: nothing recorded' }]
  const seconds = (first.durationMs / 2000).toFixed(1)
  const png = join(pngFolder, `screen-at-${seconds}-s.png`)
  await saveFrame(first.path, Number(seconds), png)
  return [...checks, { ok: true, text: `screen: the picture at ${seconds} s is ${png}` }]
}

/**
 * Decodes every file to its end. Checks that it is as long as in the log and that sound is audible,
 * and saves a picture of the screen.
 */
export async function checkMedia(
  segments: readonly StoredSegment[],
  options: { mustBeAudible: boolean; pngFolder: string },
): Promise<Check[]> {
  const checks: Check[] = []
  for (const medium of new Set(segments.map((segment) => segment.medium))) {
    const own = segments.filter((segment) => segment.medium === medium)
    checks.push(
      ...(medium === 'screen'
        ? await checkScreen(own, options.pngFolder)
        : await checkAudio(medium, own, options.mustBeAudible)),
    )
  }
  return checks
}
