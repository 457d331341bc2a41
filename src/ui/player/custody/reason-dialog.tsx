import type { ComponentChildren } from 'preact'
import { useEffect, useId, useRef, useState } from 'preact/hooks'
import { Field } from '../../controls/field.tsx'
import { ProblemText } from '../../controls/problem-text.tsx'
import { t } from '../texts/texts.ts'
import { CustodyCommand } from './custody-command.ts'

const MOST_CHARACTERS = 500

/** How a dialog that asks for a reason looks, and what it does. */
export interface ReasonDialogProps {
  title: string
  /** The recording or hold that it is about, and what will happen. */
  children: ComponentChildren
  /** Says what a reason must be like. */
  help: string
  action: string
  isDangerous: boolean
  send: (reason: string) => Promise<unknown>
  onClose: () => void
}

/** Asks for a reason, and sends the command that needs it. It is open as long as it is mounted. */
export function ReasonDialog(props: ReasonDialogProps) {
  const dialog = useRef<HTMLDialogElement>(null)
  const [command] = useState(() => new CustodyCommand())
  const [reason, setReason] = useState('')
  const id = useId()
  useEffect(() => dialog.current?.showModal(), [])
  const submit = async (): Promise<void> => {
    if (await command.send(() => props.send(reason.trim()))) dialog.current?.close()
  }
  return (
    <dialog
      ref={dialog}
      class="reason-dialog"
      aria-labelledby={`${id}-title`}
      onClose={props.onClose}
    >
      <form
        autocomplete="off"
        onSubmit={(event) => {
          event.preventDefault()
          void submit()
        }}
      >
        <h2 id={`${id}-title`}>{props.title}</h2>
        {props.children}
        <Field label={t('player.reason')} id={`${id}-reason`}>
          <input
            class="input"
            id={`${id}-reason`}
            required
            maxLength={MOST_CHARACTERS}
            aria-describedby={`${id}-help`}
            value={reason}
            onInput={({ currentTarget }) => setReason(currentTarget.value)}
          />
          <p class="field-help" id={`${id}-help`}>
            {props.help}
          </p>
        </Field>
        <CommandProblem command={command} />
        <div class="reason-buttons">
          <button
            type="submit"
            class={`button ${props.isDangerous ? 'button-record' : 'button-primary'}`}
            aria-busy={command.isPending.value}
          >
            {props.action}
          </button>
          <button type="button" class="button" onClick={() => dialog.current?.close()}>
            {t('player.cancel')}
          </button>
        </div>
      </form>
    </dialog>
  )
}

function CommandProblem({ command }: { command: CustodyCommand }) {
  const { value: problem } = command.problem
  return (
    <div role="alert" class="problem">
      {problem === null && <p class="problem-title">{t('record.problem.unreachable')}</p>}
      {problem && <ProblemText problem={problem} />}
    </div>
  )
}
