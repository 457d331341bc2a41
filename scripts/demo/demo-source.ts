import { defaultScreen, labDesktopProblem, startLabDesktop } from '../../lab/wayland-desktop.ts'

/** The devices that the demo records from. */
export interface DemoSource {
  kind: 'virtual' | 'synthetic' | 'real'
  /** Describes the source in a sentence, for the person who watches. */
  description: string
  /** Environment of the daemon. */
  env: NodeJS.ProcessEnv
  source: 'devices' | 'synthetic'
  /** Permits a recorder with this home folder to record the screen. */
  permit(home: string): Promise<void>
  stop(): Promise<void>
}

const nothing = async (): Promise<void> => {}

/**
 * Opens a virtual desktop where this machine can run one, otherwise the synthetic source. With
 * `real`, uses this machine's own devices.
 */
export async function openDemoSource(real: boolean): Promise<DemoSource> {
  if (real) {
    const description = "This machine's own microphone, speaker and screen."
    return { kind: 'real', description, env: {}, source: 'devices', permit: nothing, stop: nothing }
  }
  const problem = await labDesktopProblem()
  if (problem !== null) {
    const description = `A test picture and tones, because there are no virtual devices here (${problem}).`
    return {
      ...{ kind: 'synthetic', description, env: {}, source: 'synthetic' },
      ...{ permit: nothing, stop: nothing },
    }
  }
  const screen =
    defaultScreen() === 'wayland'
      ? 'A private Wayland desktop: a square blinks on its screen'
      : 'A private virtual desktop: a clock runs on its screen'
  return {
    kind: 'virtual',
    description: `${screen}, a voice speaks into its microphone, music plays on its speaker. Nobody is recorded.`,
    source: 'devices',
    ...(await startLabDesktop()),
  }
}
