import type { RefObject } from 'preact'
import { ShortcutList } from '../../controls/shortcut-list.tsx'
import type { TextKey } from '../../i18n/texts.ts'
import { type InspectorTextKey, t } from '../texts/texts.ts'

const KEYS: readonly (readonly [keys: string, text: TextKey | InspectorTextKey])[] = [
  ['← →', 'inspector.keys.step'],
  ['Shift ← →', 'inspector.keys.same'],
  ['Home End', 'inspector.keys.ends'],
  ['Space', 'inspector.keys.run'],
  ['↑ ↓', 'inspector.keys.list'],
  ['F', 'inspector.keys.filter'],
  ['?', 'record.keys.help'],
]

/** Lists the keys. */
export function KeysDialog({ dialog }: { dialog: RefObject<HTMLDialogElement | null> }) {
  return (
    <dialog ref={dialog} aria-labelledby="inspector-keys">
      <h2 id="inspector-keys">{t('record.keys.title')}</h2>
      <ShortcutList shortcuts={KEYS.map(([keys, text]) => [keys, t(text)])} />
      <button type="button" class="button button-primary" onClick={() => dialog.current?.close()}>
        {t('record.keys.close')}
      </button>
    </dialog>
  )
}
