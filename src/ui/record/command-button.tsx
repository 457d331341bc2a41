import type { Ref } from 'preact'
import { Icon, type IconName } from './icons.tsx'
import { DOUBLE_PRESS_MS } from './keyboard/double-press.ts'

/** How a button of a command looks and behaves. */
export interface CommandButtonProps {
  text: string
  icon?: IconName
  /** The accessible name, where `text` alone does not say which medium it is for. */
  label?: string | undefined
  look?: 'record' | 'strong' | 'plain' | 'small'
  /** The key that does the same. */
  shortcut?: string | undefined
  isAllowed: boolean
  isPending: boolean
  /** The id of the text that says why the button is disabled. */
  reasonId?: string | undefined
  onPress?: () => void
  /** Pressing it submits its form, like Enter in a field. */
  isSubmit?: boolean
  colour?: string
  /** Pressing a disabled button leads to its reason. */
  onRefused?: () => void
  buttonRef?: Ref<HTMLButtonElement>
}

/** Who means to pause has seen that the button is another one. A double click is faster. */
const DOUBLE_CLICK_MS = 300

/** The button that was pressed last, what it was called then, and when. */
let last: { button: EventTarget | null; name: string; time: number } | undefined

/**
 * Whether a press is the second of a double click, or of a doubled Enter or Space, whose first one
 * has put another button here. Who presses Pause twice does not mean Resume, and who presses Stop
 * twice does not mean Close.
 */
function isMeantForAnother(event: MouseEvent, name: string, isPause: boolean): boolean {
  const { currentTarget: button, timeStamp: time, detail } = event
  const isOther = name !== last?.name
  const sinceMs = last === undefined ? Number.POSITIVE_INFINITY : time - last.time
  // A pause is not held back for longer: nobody may be recorded who means to pause.
  const isSecondClick = isPause ? detail === 2 && sinceMs < DOUBLE_CLICK_MS : detail > 1
  if (isSecondClick && isOther) return true
  // Keys count no clicks.
  const isDoubled = detail === 0 && button === last?.button && sinceMs < DOUBLE_PRESS_MS
  if (isDoubled && isOther && !isPause) return true
  last = { button, name, time }
  return false
}

/** Keeps Enter that is held down from pressing a button again and again. */
function ignoreRepeatedEnter(event: KeyboardEvent): void {
  if (event.repeat && event.key === 'Enter') event.preventDefault()
}

/**
 * A button that sends a command. It is busy until the recorder has answered. A disabled one keeps
 * the focus and can be reached, so that its reason can be heard.
 */
export function CommandButton(props: CommandButtonProps) {
  const { text, icon, label, look = 'plain', shortcut, isAllowed, isPending, reasonId } = props
  const press = (event: MouseEvent) => {
    if (isMeantForAnother(event, label ?? text, icon === 'pause')) return event.preventDefault()
    if (isPending) return
    if (isAllowed) props.onPress?.()
    else props.onRefused?.()
  }
  return (
    <button
      type={props.isSubmit && isAllowed ? 'submit' : 'button'}
      class={`button command command-${look}`}
      data-colour={props.colour}
      aria-label={label}
      aria-disabled={!isAllowed}
      aria-busy={isPending}
      aria-describedby={isAllowed ? undefined : reasonId}
      aria-keyshortcuts={shortcut}
      onClick={press}
      onKeyDown={ignoreRepeatedEnter}
      ref={props.buttonRef ?? null}
    >
      {isPending ? <Icon name="wait" /> : icon && <Icon name={icon} />}
      <span>{text}</span>
      {shortcut && (
        <span class="kbd command-key" aria-hidden="true">
          {shortcut}
        </span>
      )}
    </button>
  )
}
