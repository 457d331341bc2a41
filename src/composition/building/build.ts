/**
 * Builds one composed file. Media are copied; only cards, screens of another size and mixed sound
 * are encoded.
 */
import type { Medium } from '../../contract/media.ts'
import type { Quality } from '../../contract/quality.ts'
import type { CompositionPlan } from '../plan/composition-plan.ts'
import { checkSegments } from '../segments/check-segments.ts'
import type { BuildContext } from './build-context.ts'
import { chapterTrack, composeMovie, soundTrack } from './compose-movie.ts'
import { composeScreen } from './compose-screen.ts'
import { composeSound, oggPages, type Sound } from './compose-sound.ts'
import { mixSounds } from './mix-sounds.ts'
import type { MovieInput } from './movie-input.ts'
import { writeSealed } from './sealed-output.ts'

/** The share of the whole that is done after each step: checking, screen, mix, writing. */
const STEPS = { checked: 0.1, screen: 0.25, mixed: 0.5, written: 0.98 }
const TITLES: Record<Medium, string> = { mic: 'Microphone', speaker: 'Speaker', screen: 'Screen' }

/** Builds the planned file at `path`, sealed. Resolves with the SHA-256 of what is sealed. */
export async function build(
  plan: CompositionPlan,
  path: string,
  how: { quality: Quality; version: string },
  context: BuildContext,
): Promise<string> {
  const step = (from: number, to: number): BuildContext => ({
    ...context,
    progress: (part) => context.progress(from + (to - from) * Math.min(1, part)),
  })
  await checkSegments(plan.segments, step(0, STEPS.checked))
  const { durationMs } = plan.timeline
  const sounds: Sound[] = []
  for (const track of plan.sounds) sounds.push(await composeSound(track, durationMs, context))
  const [only] = sounds
  if (plan.container === 'ogg' && only) {
    const { progress } = step(STEPS.checked, 1)
    const pages = oggPages(only, (samples) => progress(samples / only.endSamples))
    return writeSealed(path, context.identity, pages, context.signal)
  }
  const screen =
    plan.screen &&
    (await composeScreen(plan.screen, { ...how, ...plan }, step(STEPS.checked, STEPS.screen)))
  const heard = await soundTracks(plan, sounds, step(STEPS.screen, STEPS.mixed))
  const chapters = plan.chapters.length > 0 ? [chapterTrack(plan.chapters, durationMs)] : []
  const about = aboutMovie(plan, how.version)
  const inputs = [...(screen ? [screen] : []), ...heard, ...chapters]
  return composeMovie(inputs, about, path, step(STEPS.mixed, STEPS.written))
}

async function soundTracks(
  { request, timeline }: CompositionPlan,
  sounds: readonly Sound[],
  context: BuildContext,
): Promise<MovieInput[]> {
  if (sounds.length === 0) return []
  if (request.kind === 'export' && request.audio === 'split')
    return sounds.map((sound, at) => soundTrack(sound, TITLES[sound.medium], at === 0))
  return [await mixSounds(sounds, timeline.durationMs, context)]
}

function aboutMovie(plan: CompositionPlan, version: string) {
  const { recordingId, startedAt, chapters, timeline } = plan
  return {
    durationMs: timeline.durationMs,
    createdAt: Date.parse(startedAt),
    title: recordingId,
    comment: `Recording ${recordingId}, made by f2f-recorder ${version}`,
    encoder: `f2f-recorder ${version}`,
    chapters,
  }
}
