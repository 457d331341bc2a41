import type { ChildCommand } from '../processes/child-process.ts'
import { exitProblem } from './capture-problem.ts'
import type { StartSoundSource } from './sound-source.ts'

/** Captures sound by a program that writes it to its stdout. */
export function programSound(command: ChildCommand, env: NodeJS.ProcessEnv): StartSoundSource {
  return (host) => {
    const program = host.start(command, { env, onStdout: (pcm) => host.sound(pcm) })
    // It has nothing to finish, and may hang.
    const stop = (): void => program.kill('SIGKILL')
    return {
      ended: program.exited.then((exit) => exitProblem('The capture helper', program, exit)),
      stop,
      // It is read as it comes anyway.
      catchUp() {},
      async finish() {
        stop()
      },
    }
  }
}
