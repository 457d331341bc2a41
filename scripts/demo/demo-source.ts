import { startVirtualDesktop, virtualDesktopProblem } from '../../lab/virtual-desktop.ts'

/** The devices that the demo records from. */
export interface DemoSource {
  kind: 'virtual' | 'synthetic' | 'real'
  /** Describes the source in a sentence, for the person who watches. */
  description: string
  /** Environment of the daemon. */
  env: NodeJS.ProcessEnv
  source: 'devices' | 'synthetic'
  stop(): Promise<void>
}

const nothingToStop = async (): Promise<void> => {}

/**
 * Opens a virtual desktop where this machine can run one, otherwise the synthetic source. With
 * `real`, uses this machine's own devices.
 */
export async function openDemoSource(real: boolean): Promise<DemoSource> {
  if (real) {
    const description = "This machine's own microphone, speaker and screen."
    return { kind: 'real', description, env: {}, source: 'devices', stop: nothingToStop }
  }
  const problem = await virtualDesktopProblem()
  if (problem !== null) {
    const description = `A test picture and tones, because there are no virtual devices here (${problem}).`
    return { kind: 'synthetic', description, env: {}, source: 'synthetic', stop: nothingToStop }
  }
  const desktop = await startVirtualDesktop({ movement: true, voice: true, music: true })
  return {
    kind: 'virtual',
    description:
      'A private virtual desktop: a clock runs on its screen, a voice speaks into its microphone, music plays on its speaker. Nobody is recorded.',
    env: desktop.env,
    source: 'devices',
    stop: desktop.stop,
  }
}
