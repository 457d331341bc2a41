import { current } from '../live/live-state.ts'
import { recorder } from '../live/recorder.ts'
import { runCommand } from './commands.ts'

/** A command for the recording as a whole. */
export type AllCommand = 'start' | 'pause' | 'resume' | 'stop' | 'close'

// The id and not `current`: a press is meant for the recording that the person sees.
function send(command: Exclude<AllCommand, 'start'>): Promise<boolean> {
  const id = current.value?.id
  if (id === undefined) return Promise.resolve(false)
  return runCommand('all', command, (options) =>
    command === 'close' ? recorder.close(id, options) : recorder[command](id, {}, options),
  )
}

/** Pauses everything that records. */
export const pauseAll = (): Promise<boolean> => send('pause')
/** Resumes everything that is paused. */
export const resumeAll = (): Promise<boolean> => send('resume')
/** Ends capture. The wrap-up follows. */
export const stopAll = (): Promise<boolean> => send('stop')
/** Closes the recording in its wrap-up. */
export const closeRecording = (): Promise<boolean> => send('close')
