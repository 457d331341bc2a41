import { useEffect, useRef } from 'preact/hooks'
import { t } from '../../i18n/texts.ts'
import { CommandButton } from '../command-button.tsx'
import { isPending } from '../commands.ts'

/** Asks once more before an answer that ends the recording, or erases it. */
export function ConsentConfirmation(props: {
  warnings: readonly string[]
  /** Whether capture is over, so that only the erasure is left. */
  isErasure: boolean
  isAllowed: boolean
  onConfirm: () => void
  onBack: () => void
}) {
  // Whoever presses Enter twice goes back.
  const back = useRef<HTMLButtonElement>(null)
  useEffect(() => back.current?.focus(), [])
  return (
    <div class="consent-confirm">
      <div role="alert">
        {props.warnings.map((text) => (
          <p key={text} class="problem-title">
            {text}
          </p>
        ))}
      </div>
      <div class="consent-confirm-buttons">
        <CommandButton
          text={t(props.isErasure ? 'record.consent.confirmErasure' : 'record.consent.confirm')}
          look="record"
          isAllowed={props.isAllowed}
          isPending={isPending('consent', 'consent')}
          onPress={props.onConfirm}
        />
        <button type="button" class="button" onClick={props.onBack} ref={back}>
          {t('record.consent.back')}
        </button>
      </div>
    </div>
  )
}
