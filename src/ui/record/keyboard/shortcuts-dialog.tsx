import { useEffect, useRef } from 'preact/hooks'
import { ShortcutList } from '../../controls/shortcut-list.tsx'
import { type TextKey, t } from '../../i18n/texts.ts'
import { hasShortcuts, setShortcuts, showsShortcuts } from './keyboard.ts'

const SHORTCUTS: readonly (readonly [keys: string, text: TextKey])[] = [
  ['R', 'record.keys.start'],
  ['P', 'record.keys.pause'],
  ['S S', 'record.keys.stop'],
  ['M', 'record.keys.marker'],
  ['1 2 3 4', 'record.keys.colours'],
  ['T', 'record.keys.tags'],
  ['?', 'record.keys.help'],
]

/** The line that offers the list of keys, and the list. */
export function ShortcutsDialog() {
  const dialog = useRef<HTMLDialogElement>(null)
  const isShown = showsShortcuts.value
  useEffect(() => {
    if (isShown) dialog.current?.showModal()
  }, [isShown])
  const close = () => dialog.current?.close()
  return (
    <>
      <p class="shortcuts-offer">
        <button
          type="button"
          class="button button-quiet button-small"
          onClick={() => {
            showsShortcuts.value = true
          }}
        >
          {t('record.keys.title')}
          <span class="kbd" aria-hidden="true">
            ?
          </span>
        </button>
      </p>
      <dialog
        ref={dialog}
        aria-labelledby="shortcuts"
        onClose={() => {
          showsShortcuts.value = false
        }}
      >
        <h2 id="shortcuts">{t('record.keys.title')}</h2>
        <ShortcutList shortcuts={SHORTCUTS.map(([keys, text]) => [keys, t(text)])} />
        <label class="pill">
          <input
            type="checkbox"
            checked={hasShortcuts.value}
            onChange={(event) => setShortcuts(event.currentTarget.checked)}
          />
          {t('record.keys.on')}
        </label>
        <button type="button" class="button button-primary" onClick={close}>
          {t('record.keys.close')}
        </button>
      </dialog>
    </>
  )
}
