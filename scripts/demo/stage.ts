import { startVirtualDesktop, virtualDesktopProblem } from '../../lab/virtual-desktop.ts'

/** What is recorded in the demo. */
export interface Stage {
  kind: 'virtual' | 'synthetic' | 'real'
  /** In a sentence, for the person who watches. */
  description: string
  /** For the daemon. */
  env: NodeJS.ProcessEnv
  source: 'devices' | 'synthetic'
  stop(): Promise<void>
}

const nothingToStop = async (): Promise<void> => {}

/**
 * Sets the stage: a virtual desktop where one can be had, otherwise the synthetic source; this
 * machine's own devices only when asked for.
 */
export async function setStage(real: boolean): Promise<Stage> {
  if (real) {
    const description = "This machine's own microphone, speaker and screen."
    return { kind: 'real', description, env: {}, source: 'devices', stop: nothingToStop }
  }
  const problem = await virtualDesktopProblem()
  if (problem !== null) {
    const description = `A test picture and tones: no virtual devices here (${problem}).`
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
