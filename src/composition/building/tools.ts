import type { Quality } from '../../contract/quality.ts'
import { screenArgs } from '../../ffmpeg/encoding.ts'
import { createFfmpegLocator } from '../../ffmpeg/ffmpeg-locator.ts'
import { type Child, type ChildCommand, startChild } from '../../processes/child-process.ts'

/** The programs that composing needs, and how they are started so that they end with us. */
export interface Tools {
  /** Returns the path of ffmpeg. Rejects with CAPTURE_FAILED and a remedy when there is none. */
  ffmpeg(): Promise<string>
  /** Starts a program. */
  start(command: ChildCommand, options: { stdin: 'pipe'; onStdout: (chunk: Buffer) => void }): Child
  /**
   * Returns the arguments with which ffmpeg encodes an input the way screens are recorded:
   * fragmented MP4 on stdout, which is the last argument.
   */
  screenArgs(input: readonly string[], quality: Quality): Promise<string[]>
}

/** Creates the tools of this computer. */
export function createTools(options: {
  ffmpegPath?: string | undefined
  env: NodeJS.ProcessEnv
}): Tools {
  const { ffmpegPath, env } = options
  const encoder = createFfmpegLocator({ ffmpegPath, env, inputs: [] })
  return {
    ffmpeg: async () => (await encoder.ffmpeg()).path,
    start: (command, io) => startChild(command, { ...io, env }),
    screenArgs: async (input, quality) => screenArgs(input, quality, await encoder.ffmpeg()),
  }
}
