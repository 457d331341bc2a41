/**
 * Makes one file. Media are copied; only cards, screens of another size and mixed sound are
 * encoded.
 */
import { createHash } from 'node:crypto'
import { createReadStream } from 'node:fs'
import { join } from 'node:path'
import type { SegmentFacts } from '../contract/events.ts'
import type { Quality } from '../contract/quality.ts'
import { exportFailed } from './failure.ts'
import { joinParts } from './join.ts'
import type { Plan } from './plan.ts'
import { composeScreen } from './screen.ts'
import { composeSound, type SoundFile } from './sound.ts'
import type { Work } from './tools.ts'

const HASH_BYTES = 1_048_576
/** Up to where of the whole each step comes: checking, sound, screen, putting together. */
const STEPS = { checked: 0.1, sounds: 0.25, screen: 0.35, joined: 0.98 }

/** Makes the planned file at `path`, in the work's folder. */
export async function build(
  plan: Plan,
  path: string,
  how: { quality: Quality; version: string },
  work: Work,
): Promise<void> {
  const step = (from: number, to: number): Work => ({
    ...work,
    progress: (part) => work.progress(from + (to - from) * Math.min(1, part)),
  })
  await check(plan.segments, step(0, STEPS.checked))
  const [only] = plan.sounds
  if (plan.container === 'ogg' && only) {
    await composeSound(only, plan.timeline.durationMs, path, step(STEPS.checked, 1))
    return
  }
  const sounds: SoundFile[] = []
  for (const [at, line] of plan.sounds.entries()) {
    const length = (STEPS.sounds - STEPS.checked) / plan.sounds.length
    const part = step(STEPS.checked + at * length, STEPS.checked + (at + 1) * length)
    sounds.push(
      await composeSound(
        line,
        plan.timeline.durationMs,
        join(work.folder, `${line.medium}.ogg`),
        part,
      ),
    )
  }
  const screen =
    plan.screen &&
    (await composeScreen(plan.screen, { ...how, ...plan }, step(STEPS.sounds, STEPS.screen)))
  await joinParts(
    plan,
    { path, sounds, screen, version: how.version },
    step(STEPS.screen, STEPS.joined),
  )
}

/** Whether every piece is what was recorded: better no file than one that is not what it says. */
async function check(segments: readonly SegmentFacts[], work: Work): Promise<void> {
  const total = segments.reduce((sum, { bytes }) => sum + bytes, 0)
  let checked = 0
  for (const segment of segments) {
    const name = `Segment ${segment.number} of ${segment.medium}`
    const hash = createHash('sha256')
    try {
      for await (const chunk of createReadStream(work.path(segment), {
        highWaterMark: HASH_BYTES,
        signal: work.signal,
      })) {
        hash.update(chunk as Buffer)
        checked += (chunk as Buffer).length
        work.progress(checked / total)
      }
    } catch (error) {
      work.signal.throwIfAborted()
      const { code } = error as NodeJS.ErrnoException
      throw exportFailed(
        `${name} ${code === 'ENOENT' ? 'is missing from the disk' : `cannot be read (${code})`}.`,
        error,
      )
    }
    if (hash.digest('hex') !== segment.sha256)
      throw exportFailed(`${name} is not what was recorded: its file has changed.`)
  }
}
