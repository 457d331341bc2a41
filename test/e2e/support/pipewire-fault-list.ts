import { SOUND_FAULTS, type SoundFault } from './sound-fault-list.ts'

/** A fault of one of PipeWire's programs, which lasts until it is made good. */
function faultOf(program: string, signal: 'SIGKILL' | 'SIGSTOP'): SoundFault {
  const isKilled = signal === 'SIGKILL'
  return {
    what: `${program} is ${isKilled ? 'killed' : 'frozen'}`,
    media: ['mic', 'speaker'],
    async strike({ desktop }) {
      const pid = desktop.soundPrograms[program]!
      process.kill(pid, signal)
      return async () => {
        if (isKilled) await desktop.reviveSound()
        else process.kill(pid, 'SIGCONT')
      }
    },
    reason: 'captureFailed',
    detail: /No media have come for \d+ ms/,
  }
}

/**
 * Faults of PipeWire. Those that do not depend on the server (of encoders and of
 * connections) are tried on PulseAudio.
 */
export const PIPEWIRE_FAULTS: SoundFault[] = [
  ...SOUND_FAULTS.filter(({ what }) => what.startsWith('the sound server is')),
  { ...faultOf('pipewire', 'SIGKILL'), reason: 'deviceLost', detail: /./ },
  faultOf('pipewire', 'SIGSTOP'),
  // It makes the connections, and they end with it. While it is frozen, they last.
  faultOf('wireplumber', 'SIGKILL'),
]
