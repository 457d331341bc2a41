/**
 * Puts sound, screen, chapters and metadata together as one MP4 that plays while it is being
 * loaded.
 */
import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { ffmetadata } from './chapters.ts'
import { progressReader, runFfmpeg } from './ffmpeg.ts'
import type { Plan } from './plan.ts'
import type { ScreenList } from './screen.ts'
import type { SoundFile } from './sound.ts'
import type { Work } from './tools.ts'

/** The parts to join. */
export interface Parts {
  path: string
  /** For a split file, in the order of its tracks. */
  sounds: readonly SoundFile[]
  screen: ScreenList | undefined
  /** Version of the recorder. */
  version: string
}

/**
 * Writes the file. What is said of the recording goes through a private file: others can see a
 * process's arguments.
 */
export async function joinParts(plan: Plan, parts: Parts, work: Work): Promise<void> {
  const { screen, sounds } = parts
  const about = join(work.folder, 'about.txt')
  await writeFile(about, aboutText(plan, parts.version), { mode: 0o600 })
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
    ...['-f', 'ffmetadata', '-i', about],
    // Parameter sets in the key frames: that is what `avc3` says (ISO/IEC 14496-15).
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
    ...['-movflags', '+faststart', '-f', 'mp4', parts.path],
  ]
  const { durationMs } = plan.timeline
  await runFfmpeg(work, args, {
    onStdout: progressReader((seconds) => work.progress((seconds * 1_000) / durationMs)),
  })
}

function soundArgs(plan: Plan, sounds: readonly SoundFile[], first: number): string[] {
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
    // One voice on both sides, as loud as it was.
    const stereo = channels === 1 ? 'pan=stereo|c0=c0|c1=c0' : 'anull'
    return `[${first + at}:a]${stereo}[s${at}]`
  })
  const labels = sounds.map((_, at) => `[s${at}]`).join('')
  const sum =
    sounds.length === 1
      ? `${labels}anull[mix]`
      : // Added up, not averaged, so that a voice is as loud as it was; the limiter acts only where both are at their loudest.
        `${labels}amerge=inputs=2,pan=stereo|c0=c0+c2|c1=c1+c3,alimiter=limit=0.97:level=0[mix]`
  return [
    ...['-filter_complex', [...inputs, sum].join(';'), '-map', '[mix]'],
    ...['-c:a', 'aac', '-b:a', '128k', '-ar', '48000', '-ac', '2'],
  ]
}

function aboutText({ recordingId, startedAt, chapters, timeline }: Plan, version: string): string {
  const metadata = {
    title: recordingId,
    creation_time: startedAt,
    comment: `Recording ${recordingId}, made by f2f-recorder ${version}`,
  }
  return ffmetadata(metadata, chapters, timeline.durationMs)
}
