import type { ComponentType } from 'preact'
import { useLayoutEffect, useState } from 'preact/hooks'
import { t } from '../i18n/texts.ts'

/**
 * Shows a view whose code is loaded when it is first needed. Mount each view under its own key. A
 * silent one does not say that it is being loaded.
 */
export function LazyView<Props extends object>({
  load,
  props,
  isSilent = false,
}: {
  load: () => Promise<ComponentType<Props>>
  props: Props
  isSilent?: boolean
}) {
  const [View, setView] = useState<ComponentType<Props> | null>(null)
  const [failed, setFailed] = useState(false)
  // Before the frame: the view may have been loaded already.
  useLayoutEffect(() => {
    let isShown = true
    load().then(
      (loaded) => isShown && setView(() => loaded),
      () => isShown && setFailed(true),
    )
    return () => {
      isShown = false
    }
  }, [load])
  if (failed) {
    // A newer version of the recorder serves other files.
    return (
      <p role="alert" class="notice">
        {t('page.outdated')}{' '}
        <button type="button" class="button" onClick={() => location.reload()}>
          {t('page.reload')}
        </button>
      </p>
    )
  }
  if (View) return <View {...props} />
  return isSilent ? null : <p class="notice">{t('page.loading')}</p>
}
