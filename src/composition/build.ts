/**
 * Builds one composed file. Media are copied; only cards, screens of another size and mixed sound
 * are encoded.
 */
import { createHash } from 'node:crypto'
import { createReadStream } from 'node:fs'
import { join } from 'node:path'
import type { SegmentDescription } from '../contract/events.ts'
import type { Quality } from '../contract/quality.ts'
import type { BuildContext } from './build-context.ts'
import { composeScreen } from './compose-screen.ts'
import { composeSound, type SoundFile } from './compose-sound.ts'
import type { CompositionPlan } from './composition-plan.ts'
import { exportError } from './export-error.ts'
import { mux } from './mux.ts'

const HASH_BYTES = 1_048_576
/** The share of the whole that is done after each step: checking, sound, screen, muxing. */
const STEPS = { checked: 0.1, sounds: 0.25, screen: 0.35, muxed: 0.98 }

/** Builds the planned file at `path`, in the context's folder. */
export async function build(
  plan: CompositionPlan,
  path: string,
  how: { quality: Quality; version: string },
  context: BuildContext,
): Promise<void> {
  const step = (from: number, to: number): BuildContext => ({
    ...context,
    progress: (part) => context.progress(from + (to - from) * Math.min(1, part)),
  })
  await checkSegments(plan.segments, step(0, STEPS.checked))
  const [only] = plan.sounds
  if (plan.container === 'ogg' && only) {
    await composeSound(only, plan.timeline.durationMs, path, step(STEPS.checked, 1))
    return
  }
  const sounds: SoundFile[] = []
  for (const [at, track] of plan.sounds.entries()) {
    const length = (STEPS.sounds - STEPS.checked) / plan.sounds.length
    const part = step(STEPS.checked + at * length, STEPS.checked + (at + 1) * length)
    sounds.push(
      await composeSound(
        track,
        plan.timeline.durationMs,
        join(context.folder, `${track.medium}.ogg`),
        part,
      ),
    )
  }
  const screen =
    plan.screen &&
    (await composeScreen(plan.screen, { ...how, ...plan }, step(STEPS.sounds, STEPS.screen)))
  await mux(plan, { path, sounds, screen, version: how.version }, step(STEPS.screen, STEPS.muxed))
}

/** Checks every segment against its SHA-256. Throws EXPORT_FAILED for a missing or changed one. */
async function checkSegments(
  segments: readonly SegmentDescription[],
  context: BuildContext,
): Promise<void> {
  const total = segments.reduce((sum, { bytes }) => sum + bytes, 0)
  let checked = 0
  for (const segment of segments) {
    const name = `Segment ${segment.number} of ${segment.medium}`
    const hash = createHash('sha256')
    try {
      for await (const chunk of createReadStream(context.path(segment), {
        highWaterMark: HASH_BYTES,
        signal: context.signal,
      })) {
        hash.update(chunk as Buffer)
        checked += (chunk as Buffer).length
        context.progress(checked / total)
      }
    } catch (error) {
      context.signal.throwIfAborted()
      const { code } = error as NodeJS.ErrnoException
      throw exportError(
        `${name} ${code === 'ENOENT' ? 'is missing from the disk' : `cannot be read (${code})`}.`,
        error,
      )
    }
    if (hash.digest('hex') !== segment.sha256)
      throw exportError(`${name} is not what was recorded: its file has changed.`)
  }
}
