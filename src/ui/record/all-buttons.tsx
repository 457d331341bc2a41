import type { RecordingAnswer } from '../../contract/views.ts'
import { t } from '../i18n/texts.ts'
import { current } from '../live/live-state.ts'
import { type AllCommand, closeRecording, pauseAll, resumeAll, stopAll } from './all-commands.ts'
import { isAllowed } from './allowed.ts'
import { CommandButton, type CommandButtonProps } from './command-button.tsx'
import { isPending } from './commands.ts'
import { CONTROL_LINE_ID } from './control-line.tsx'
import { leadToMissing, startRecording, whyNotStart } from './setup/start-recording.ts'
import { isStopArmed } from './stop-by-key.ts'

type Common = Pick<
  CommandButtonProps,
  'isAllowed' | 'isPending' | 'reasonId' | 'onPress' | 'shortcut'
>

function common(command: AllCommand, press: () => unknown, shortcut?: string): Common {
  return {
    isAllowed: isAllowed(command),
    isPending: isPending('all', command),
    reasonId: CONTROL_LINE_ID,
    onPress: () => void press(),
    shortcut,
  }
}

/** The buttons that act on the recording as a whole: those that fit its state. */
export function AllButtons() {
  const recording = current.value
  if (!recording)
    return (
      <div class="status-buttons">
        <StartButton key="first" text={t('record.start')} />
      </div>
    )
  if (recording.state === 'WrapUp')
    return (
      <div class="status-buttons">
        <StartButton key="first" text={t('record.startNew')} />
        <CommandButton
          key="last"
          text={t('record.close')}
          icon="close"
          {...common('close', closeRecording)}
        />
      </div>
    )
  return <CaptureButtons recording={recording} />
}

// The keys keep an element, and with it the focus, when its command changes: Pause becomes Resume.
function CaptureButtons({ recording }: { recording: RecordingAnswer }) {
  const states = Object.values(recording.tracks).map(({ state }) => state)
  const isAnyPaused = states.includes('paused')
  const isAnyActive = recording.state === 'Active'
  return (
    <div class="status-buttons">
      {isAnyActive && (
        <CommandButton
          key="first"
          text={t(isAnyPaused ? 'record.pauseAll' : 'record.pause')}
          icon="pause"
          look="strong"
          {...common('pause', pauseAll, 'P')}
        />
      )}
      {isAnyPaused && (
        <CommandButton
          key={isAnyActive ? 'second' : 'first'}
          text={t(isAnyActive ? 'record.resumeAll' : 'record.resume')}
          icon="resume"
          look={isAnyActive ? 'plain' : 'strong'}
          {...common('resume', resumeAll, isAnyActive ? undefined : 'P')}
        />
      )}
      <CommandButton
        key="last"
        text={t(isStopArmed.value ? 'record.stopArmed' : 'record.stop')}
        icon="stop"
        {...common('stop', stopAll, 'S')}
      />
    </div>
  )
}

function StartButton({ text }: { text: string }) {
  const reason = whyNotStart.value
  return (
    <CommandButton
      text={text}
      icon="record"
      look="record"
      {...common('start', startRecording, 'R')}
      isAllowed={isAllowed('start') && reason === null}
      reasonId={reason?.id ?? CONTROL_LINE_ID}
      onRefused={leadToMissing}
    />
  )
}
