import type { ProbeResult } from '../../actors/port.ts'
import type { Medium } from '../../contract/media.ts'
import type { TrackState } from '../../contract/states.ts'
import type { Level, ReadinessCheck, TrackView } from '../../contract/views.ts'
import { WARNINGS } from '../../contract/warnings.ts'

/** A track of the recording under way. */
export type LiveTrack = Pick<TrackView, 'device' | 'error' | 'warnings'> & {
  state: TrackState
  level: Level | null
}

/** The result of a probe that a command has ended. */
export const INTERRUPTED: ProbeResult = {
  problem: 'interrupted',
  level: null,
  empty: false,
  muted: null,
}

/** Checks a medium by its track in the recording under way; its device is not opened. */
export function liveChecks(
  medium: Medium,
  { state, device, error, warnings, level }: LiveTrack,
): ReadinessCheck[] {
  const at = { medium } as const
  switch (state) {
    case 'paused':
      return [
        {
          id: 'delivering',
          ...at,
          result: 'pass',
          detail: 'It is paused, and so it is not checked.',
        },
      ]
    case 'stopped':
      return [
        {
          id: 'delivering',
          ...at,
          result: 'pass',
          detail: 'It has been stopped in the recording under way.',
        },
      ]
    case 'starting':
      return [{ id: 'delivering', ...at, result: 'pass', detail: 'It is starting.' }]
    case 'recovering':
    case 'failed': {
      const detail = error?.message ?? 'It does not deliver.'
      const remedy =
        state === 'recovering'
          ? 'Connect the device again. Recording then goes on by itself.'
          : 'Check the device, then start it again in the recording.'
      return [{ id: 'delivering', ...at, result: 'fail', detail, remedy }]
    }
  }
  const warned = (code: keyof typeof WARNINGS) => warnings.some((warning) => warning.code === code)
  const checks: ReadinessCheck[] = [
    { id: 'device', ...at, result: 'pass', detail: device?.label ?? 'The recording uses it.' },
    { id: 'delivering', ...at, result: 'pass', detail: 'It is being recorded.' },
  ]
  if (medium === 'screen') return [...checks, pictureCheck(warned('SCREEN_BLACK'))]
  if (level) checks.push(levelCheck(medium, level, warned('SOURCE_SILENT')))
  return [...checks, muteCheck(medium, warned('SOURCE_MUTED'))]
}

/** Checks a medium by the probe of its device. */
export function probeChecks(
  medium: Medium,
  { problem, level, empty, muted }: ProbeResult,
): ReadinessCheck[] {
  if (problem === 'interrupted') {
    const detail = 'The check was interrupted by a command.'
    return [{ id: 'delivering', medium, result: 'warn', detail, remedy: 'Ask again.' }]
  }
  const mute = muted === null ? [] : [muteCheck(medium, muted)]
  if (problem !== null) {
    const remedy =
      medium === 'screen'
        ? 'Check that the desktop session is still there and not locked, then ask again.'
        : 'Connect the device again, or choose another in the sound settings. Restart the sound server if none delivers.'
    return [
      {
        id: 'delivering',
        medium,
        result: 'fail',
        detail: problem,
        remedy,
      },
      ...mute,
    ]
  }
  const delivering: ReadinessCheck = {
    id: 'delivering',
    medium,
    result: 'pass',
    detail: 'It delivers.',
  }
  if (medium === 'screen' || level === null) return [delivering, pictureCheck(empty)]
  // Mute already explains the silence.
  if (empty && muted && medium === 'mic') return [delivering, ...mute]
  return [delivering, levelCheck(medium, level, empty), ...mute]
}

function levelCheck(medium: Medium, level: Level, silent: boolean): ReadinessCheck {
  const detail = `${level.rmsDb} dB, peak ${level.peakDb} dB`
  const check = { id: 'level', medium, level } as const
  // A speaker has nothing to play most of the time.
  if (silent && medium === 'speaker')
    return { ...check, result: 'pass', detail: 'Nothing is playing.' }
  if (silent)
    return {
      ...check,
      result: 'fail',
      detail: WARNINGS.SOURCE_SILENT[0],
      remedy: WARNINGS.SOURCE_SILENT[1],
    }
  if (level.peakDb >= -0.5 && medium === 'mic')
    return {
      ...check,
      result: 'warn',
      detail: `${detail}: it is distorted.`,
      remedy: 'Turn the microphone’s volume down.',
    }
  return { ...check, result: 'pass', detail }
}

function muteCheck(medium: Medium, muted: boolean): ReadinessCheck {
  if (!muted) return { id: 'mute', medium, result: 'pass', detail: 'Not muted.' }
  const [title, remedy] = WARNINGS.SOURCE_MUTED
  // A muted speaker may be wanted; a muted microphone makes no recording.
  return {
    id: 'mute',
    medium,
    result: medium === 'mic' ? 'fail' : 'warn',
    detail: title,
    remedy,
  }
}

function pictureCheck(black: boolean): ReadinessCheck {
  if (!black)
    return { id: 'picture', medium: 'screen', result: 'pass', detail: 'Something can be seen.' }
  const [title, remedy] = WARNINGS.SCREEN_BLACK
  return { id: 'picture', medium: 'screen', result: 'fail', detail: title, remedy }
}
