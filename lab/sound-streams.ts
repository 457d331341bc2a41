import { pactl } from './microphone.ts'

/** A stream of the recorder at a sound server. */
export interface RecorderStream {
  /** Its index at the server. */
  index: string
  /** `mic` or `speaker`. */
  name: string
}

/** The recorder's streams at the sound server: those that capture, or those that play. */
export async function recorderStreams(
  env: NodeJS.ProcessEnv,
  kind: 'source-outputs' | 'sink-inputs' = 'source-outputs',
): Promise<RecorderStream[]> {
  const listed = await pactl(env, 'list', kind)
  return listed
    .split(/\n(?=(?:Source Output|Sink Input) #)/)
    .filter((block) => block.includes('application.name = "f2f-recorder"'))
    .map((block) => ({
      index: /#(\d+)/.exec(block)?.[1] ?? '',
      name: /media\.name = "([^"]*)"/.exec(block)?.[1] ?? '',
    }))
}
