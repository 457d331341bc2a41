import { SOUND_SERVERS, type SoundServerName } from '../../lab/sound-server.ts'
import { virtualDesktopProblem } from '../../lab/virtual-desktop-problem.ts'
import { isQuickRun } from './quick-tests.ts'
import { suite, type Test } from './suite.ts'

/** A sound server that tests run on. */
export interface SoundServerCase {
  soundServer: SoundServerName
  isPipeWire: boolean
  /** Why this machine cannot run a virtual desktop with it; null when it can. */
  problem: string | null
}

const NAMES = { pulseaudio: 'PulseAudio', pipewire: 'PipeWire' } as const
const CASES = await Promise.all(
  SOUND_SERVERS.map(
    async (soundServer): Promise<SoundServerCase> => ({
      soundServer,
      isPipeWire: soundServer === 'pipewire',
      problem: await virtualDesktopProblem(soundServer),
    }),
  ),
)

/**
 * Defines a suite for each sound server that people have, in `npm test` for PipeWire alone, which
 * most have now. Assert what differs between them; skip nothing. A promise that does not depend on
 * the server belongs into an ordinary suite.
 */
export function suiteOnEachServer(
  name: string,
  define: (test: Test, server: SoundServerCase) => void,
): void {
  for (const server of CASES.filter(({ isPipeWire }) => isPipeWire || !isQuickRun))
    suite(`${name}, on ${NAMES[server.soundServer]}`, (test) => define(test, server))
}
