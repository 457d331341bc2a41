/** Muxes sound, screen, chapters and metadata into one MP4 that plays while it is loading. */
import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { BuildContext } from './build-context.ts'
import { ffmetadata } from './chapters.ts'
import type { ScreenList } from './compose-screen.ts'
import type { SoundFile } from './compose-sound.ts'
import type { CompositionPlan } from './composition-plan.ts'
import { progressReader, runFfmpeg } from './run-ffmpeg.ts'

/** The inputs of the muxer, and where its output goes. */
export interface MuxInputs {
  path: string
  /** In the order of the tracks in a split file. */
  sounds: readonly SoundFile[]
  screen: ScreenList | undefined
  /** Version of the recorder. */
  version: string
}

/**
 * Writes the MP4. Metadata goes through a private file, because other users can see a process's
 * arguments.
 */
export async function mux(
  plan: CompositionPlan,
  inputs: MuxInputs,
  context: BuildContext,
): Promise<void> {
  const { screen, sounds } = inputs
  const metadataPath = join(context.folder, 'metadata.txt')
  await writeFile(metadataPath, metadataText(plan, inputs.version), { mode: 0o600 })
  const screenInput = screen
    ? [
        '-itsoffset',
        (screen.startMs / 1_000).toFixed(6),
        '-f',
        'concat',
        '-safe',
        '0',
        '-auto_convert',
        screen.uniform ? '0' : '1',
        '-i',
        screen.path,
      ]
    : []
  const firstSound = screen ? 1 : 0
  const args = [
    ...['-progress', 'pipe:1', ...screenInput],
    ...sounds.flatMap(({ path }) => ['-i', path]),
    ...['-f', 'ffmetadata', '-i', metadataPath],
    // `avc3` means that parameter sets are in the key frames (ISO/IEC 14496-15).
    ...(screen
      ? ['-map', '0:v', '-c:v', 'copy', ...(screen.uniform ? [] : ['-tag:v', 'avc3'])]
      : []),
    ...soundArgs(plan, sounds, firstSound),
    ...[
      '-map_metadata',
      String(firstSound + sounds.length),
      '-map_chapters',
      String(firstSound + sounds.length),
    ],
    ...['-movflags', '+faststart', '-f', 'mp4', inputs.path],
  ]
  const { durationMs } = plan.timeline
  await runFfmpeg(context, args, {
    onStdout: progressReader((seconds) => context.progress((seconds * 1_000) / durationMs)),
  })
}

function soundArgs(plan: CompositionPlan, sounds: readonly SoundFile[], first: number): string[] {
  if (sounds.length === 0) return []
  if (plan.request.kind === 'export' && plan.request.audio === 'split') {
    return [
      ...sounds.flatMap((_, at) => ['-map', `${first + at}:a`]),
      ...['-c:a', 'copy'],
      ...plan.sounds.flatMap(({ medium }, at) => {
        const name = medium === 'mic' ? 'Microphone' : 'Speaker'
        return [
          `-metadata:s:a:${at}`,
          `title=${name}`,
          `-metadata:s:a:${at}`,
          `handler_name=${name}`,
        ]
      }),
    ]
  }
  const inputs = sounds.map(({ channels }, at) => {
    // Play one voice on both sides, at its recorded loudness.
    const stereo = channels === 1 ? 'pan=stereo|c0=c0|c1=c0' : 'anull'
    return `[${first + at}:a]${stereo}[s${at}]`
  })
  const labels = sounds.map((_, at) => `[s${at}]`).join('')
  const sum =
    sounds.length === 1
      ? `${labels}anull[mix]`
      : // The voices are added up, not averaged, so that each keeps its loudness. The limiter
        // acts only where both are at their loudest.
        `${labels}amerge=inputs=2,pan=stereo|c0=c0+c2|c1=c1+c3,alimiter=limit=0.97:level=0[mix]`
  return [
    ...['-filter_complex', [...inputs, sum].join(';'), '-map', '[mix]'],
    ...['-c:a', 'aac', '-b:a', '128k', '-ar', '48000', '-ac', '2'],
  ]
}

function metadataText(
  { recordingId, startedAt, chapters, timeline }: CompositionPlan,
  version: string,
): string {
  const metadata = {
    title: recordingId,
    creation_time: startedAt,
    comment: `Recording ${recordingId}, made by f2f-recorder ${version}`,
  }
  return ffmetadata(metadata, chapters, timeline.durationMs)
}
