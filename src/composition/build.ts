/**
 * Builds one composed file. Media are copied; only cards, screens of another size and mixed sound
 * are encoded.
 */
import { join } from 'node:path'
import type { Quality } from '../contract/quality.ts'
import type { BuildContext } from './build-context.ts'
import { checkSegments } from './check-segments.ts'
import { composeScreen } from './compose-screen.ts'
import { composeSound, type SoundFile } from './compose-sound.ts'
import type { CompositionPlan } from './composition-plan.ts'
import { mux } from './mux.ts'

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
