/**
 * A private desktop to record from: a virtual display and a sound server with a speaker and a
 * microphone. The tests, the demo and the bench capture from it as from real hardware. It does not
 * touch the user's own devices.
 */
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type DisplaySettings, openDisplaySettings } from './display-settings.ts'
import { startMovingClock } from './moving-clock.ts'
import { startPipeWire } from './pipewire.ts'
import { startPulseAudio } from './pulseaudio.ts'
import { melody, type Playback, playInto, soundFile, type Tone, tone, voice } from './sound.ts'
import {
  defaultSoundServer,
  MIC_FEED_SINK,
  MIC_SOURCE,
  type SoundServerName,
  SPEAKER_SINK,
} from './sound-server.ts'
import { virtualDesktopProblem } from './virtual-desktop-problem.ts'
import { type Color, connectX11, type Rectangle } from './x11-client.ts'
import { startXvfb } from './xvfb.ts'

export type { Playback, Tone } from './sound.ts'
export { virtualDesktopProblem } from './virtual-desktop-problem.ts'

const BACKGROUND: Color = '#30475e'
/** The words of the voice in a lab. */
export const SPOKEN = `Good morning, and welcome to the branch. How can I help you today?
I would like to open a savings account, please. Of course. May I see your identity card?`

/** The features of a virtual desktop. Sounds and movement are off by default. */
export interface VirtualDesktopOptions {
  /** Size of the screen in pixels (default 1280 × 720). */
  width?: number
  height?: number
  /** A running clock is on the screen. */
  movement?: boolean
  /** A voice speaks into the microphone. */
  voice?: boolean
  /** Music plays on the speaker. */
  music?: boolean
  /**
   * The microphone hears a very quiet room (−77 dBFS), as a real one would (default true); false:
   * digital silence.
   */
  quietRoom?: boolean
  /** The sound server (default: `F2F_LAB_SOUND`, or else PulseAudio). */
  soundServer?: SoundServerName
}

/** A running virtual desktop. */
export interface VirtualDesktop {
  /**
   * Environment of programs that use the desktop, to be spread over `process.env`. Undefined values
   * hide those of the user's own session.
   */
  env: NodeJS.ProcessEnv
  /** e.g. `:3` */
  display: string
  /** Size of the screen when it was opened, in pixels. */
  size: { width: number; height: number }
  /** Names of the devices at the sound server. */
  speakerSink: string
  micSource: string
  /**
   * Process ids of the servers, for tests that freeze or kill them. `pulseaudio` is the one that
   * sound clients speak to, of PipeWire pipewire-pulse.
   */
  readonly pids: { xvfb: number; pulseaudio: number }
  /** Process ids of the sound server's programs by name: of PipeWire three, of PulseAudio one. */
  readonly soundPrograms: Readonly<Record<string, number>>
  /** Plays a sound file or a tone on a device; resolves when it can be heard there. */
  play(where: 'mic' | 'speaker', sound: string | Tone): Promise<Playback>
  /**
   * Fills the screen with a colour and resolves when that is done. A running clock stays on top.
   */
  fillScreen(color: Color): Promise<void>
  /** Fills a part of the screen with a colour, until the whole screen is filled again. */
  fillArea(area: Rectangle, color: Color): void
  /** Opens the size and the monitors of the display for changes. The desktop closes them. */
  displaySettings(): Promise<DisplaySettings>
  /**
   * Starts the display again under the same name, if need be after its end. The running clock comes
   * back only with `movement`.
   */
  restartDisplay(options?: { movement?: boolean }): Promise<void>
  /**
   * Ends the sound server if it still runs, and starts it again at the same place. Sounds that were
   * playing do not come back.
   */
  restartSound(): Promise<void>
  /**
   * Starts those programs of the sound server again that have ended, as the service manager of a
   * desktop does, and adds the devices that are gone. Other sounds and devices do not come back.
   */
  reviveSound(): Promise<void>
  /** Ends every process and removes the folder. May be called again. */
  stop(): Promise<void>
}

/**
 * Starts a virtual desktop. Resolves when the display answers and the sound server delivers. When
 * it rejects, nothing of it is left.
 */
export async function startVirtualDesktop(
  options: VirtualDesktopOptions = {},
): Promise<VirtualDesktop> {
  const problem = await virtualDesktopProblem(options.soundServer)
  if (problem !== null) throw new Error(`no virtual desktop: ${problem}`)

  const cleanups: (() => unknown)[] = []
  let stopping: Promise<void> | undefined
  const stop = (): Promise<void> => {
    stopping ??= runCleanups(cleanups)
    return stopping
  }
  try {
    return await openDesktop(options, cleanups, stop)
  } catch (error) {
    await stop()
    throw error
  }
}

/** Starts the servers and sounds of a desktop, and adds a cleanup for each. */
async function openDesktop(
  options: VirtualDesktopOptions,
  cleanups: (() => unknown)[],
  stop: () => Promise<void>,
): Promise<VirtualDesktop> {
  const folder = await mkdtemp(join(tmpdir(), 'f2f-desktop-'))
  cleanups.push(() => rm(folder, { recursive: true, force: true, maxRetries: 3 }))
  const size = { width: options.width ?? 1280, height: options.height ?? 720 }
  let xvfb = await startXvfb(size)
  cleanups.push(() => xvfb.stop())
  let screen = await connectX11(xvfb.display)
  cleanups.push(() => screen.close())
  const room = { quietRoom: options.quietRoom ?? true }
  const server = options.soundServer ?? defaultSoundServer()
  const startSound = server === 'pipewire' ? startPipeWire : startPulseAudio
  let sound = await startSound(folder, room)
  cleanups.push(() => sound.stop())

  const env = { ...sound.env, ...displayEnv(xvfb.display) }
  async function start(sink: string, pcm: Buffer, loop: boolean): Promise<Playback> {
    const playback = await playInto(sink, pcm, { env, loop })
    cleanups.push(playback.stop)
    return playback
  }

  await screen.fill(BACKGROUND)
  let clock = options.movement ? startMovingClock(screen) : undefined
  cleanups.push(() => clock?.stop())
  if (options.voice) await start(MIC_FEED_SINK, await voice(SPOKEN), true)
  if (options.music) await start(SPEAKER_SINK, await melody(), true)

  return {
    env,
    display: xvfb.display,
    size,
    speakerSink: SPEAKER_SINK,
    micSource: MIC_SOURCE,
    get pids() {
      return { xvfb: xvfb.pid, pulseaudio: sound.pid }
    },
    get soundPrograms() {
      return sound.programs
    },
    async play(where, played) {
      const pcm = typeof played === 'string' ? await soundFile(played) : tone(played)
      return start(where === 'mic' ? MIC_FEED_SINK : SPEAKER_SINK, pcm, false)
    },
    fillScreen: (color) => screen.fill(color),
    fillArea: (area, color) => screen.paint(area, color, []),
    async displaySettings() {
      const settings = await openDisplaySettings(xvfb.display)
      cleanups.push(settings.close)
      return settings
    },
    async restartDisplay({ movement = false } = {}) {
      clock?.stop()
      screen.close()
      await xvfb.stop()
      xvfb = await startXvfb(size, { display: xvfb.display })
      screen = await connectX11(xvfb.display)
      await screen.fill(BACKGROUND)
      clock = movement ? startMovingClock(screen) : undefined
    },
    async restartSound() {
      await sound.stop()
      sound = await startSound(folder, room)
    },
    reviveSound: () => sound.revive(),
    stop,
  }
}

/** Runs every cleanup, the last one first. Throws the errors of those that fail. */
async function runCleanups(cleanups: (() => unknown)[]): Promise<void> {
  const failures: unknown[] = []
  for (const cleanup of cleanups.reverse()) {
    try {
      await cleanup()
    } catch (error) {
      failures.push(error)
    }
  }
  if (failures.length > 0)
    throw new AggregateError(failures, 'the virtual desktop did not end cleanly')
}

function displayEnv(display: string): NodeJS.ProcessEnv {
  return {
    DISPLAY: display,
    XDG_SESSION_TYPE: 'x11',
    XAUTHORITY: undefined,
    WAYLAND_DISPLAY: undefined,
  }
}
