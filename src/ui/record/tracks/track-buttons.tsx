import type { RequestOptions } from '../../../client/types.ts'
import type { AllowedCommand } from '../../../contract/commands.ts'
import type { Medium } from '../../../contract/media.ts'
import type { TrackState } from '../../../contract/states.ts'
import { t } from '../../i18n/texts.ts'
import { recorder } from '../../live/recorder.ts'
import { isAllowed } from '../allowed.ts'
import { CommandButton } from '../command-button.tsx'
import { isPending, runCommand } from '../commands.ts'
import { CONTROL_LINE_ID } from '../control-line.tsx'
import type { IconName } from '../icons.tsx'
import { mediumName } from '../medium-name.ts'
import { presentDevices } from '../setup/start-recording.ts'

type TrackCommand = Extract<AllowedCommand, 'startMedia' | 'pause' | 'resume' | 'stop'>

/** The commands that fit the state of a track, whoever may give them. */
const COMMANDS: Record<TrackState, readonly TrackCommand[]> = {
  off: ['startMedia'],
  starting: ['pause', 'stop'],
  recording: ['pause', 'stop'],
  paused: ['resume', 'stop'],
  recovering: ['pause', 'stop'],
  stopped: ['startMedia'],
  failed: ['startMedia', 'stop'],
}
const ICONS: Record<TrackCommand, IconName> = {
  startMedia: 'record',
  pause: 'pause',
  resume: 'resume',
  stop: 'stop',
}

/** The buttons of one medium. */
export function TrackButtons(props: { medium: Medium; state: TrackState; recordingId: string }) {
  const { medium, state, recordingId } = props
  return (
    <div class="track-buttons">
      {COMMANDS[state].map((command, index) => (
        // An element keeps the focus while its command changes.
        <CommandButton
          key={index}
          text={t(`record.trackCommand.${command}`)}
          label={t(`record.trackLabel.${command}`, { medium: mediumName(medium) })}
          icon={ICONS[command]}
          look="small"
          isAllowed={isAllowed(command)}
          isPending={isPending(medium, command)}
          reasonId={CONTROL_LINE_ID}
          onPress={() =>
            void runCommand(medium, command, (options) =>
              send(command, recordingId, medium, options),
            )
          }
        />
      ))}
    </div>
  )
}

function send(
  command: TrackCommand,
  id: string,
  medium: Medium,
  options: RequestOptions,
): Promise<unknown> {
  const media = [medium]
  if (command !== 'startMedia') return recorder[command](id, { media }, options)
  return recorder.startMedia(id, { media, devices: presentDevices(media) }, options)
}
