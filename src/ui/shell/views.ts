import { loadTexts } from '../i18n/texts.ts'
import type { Route } from './router.ts'
import { loadStyles, preloadScripts, type StyledView } from './view-style.ts'

/** Loads the list of recordings, with its styles. */
export const loadList = () =>
  load(['list'], () => import('../list/list-view.tsx').then(({ ListView }) => ListView))

/** Loads the player, with its styles and its texts. */
export const loadPlayer = () =>
  load(['player'], () => import('../player/player-view.tsx').then(({ PlayerView }) => PlayerView))

/** Loads the inspector. It has parts that look like the player's. */
export const loadInspector = () =>
  load(['player', 'inspector'], () =>
    import('../inspector/inspector-view.tsx').then(({ InspectorView }) => InspectorView),
  )

/** Loads the audit, with its styles and its texts. */
export const loadAudit = () =>
  load(['audit'], () => import('../audit/audit-view.tsx').then(({ AuditView }) => AuditView))

/** Loads the settings, with their styles. */
export const loadSettings = () =>
  load(['settings'], () =>
    import('../settings/settings-view.tsx').then(({ SettingsView }) => SettingsView),
  )

/** Loads a view with its texts and the styles of these views, of which the last one is its own. */
async function load<View>(styles: StyledView[], view: () => Promise<View>): Promise<View> {
  const own = styles.at(-1)
  if (own !== undefined) preloadScripts(own)
  const styled = loadStyles(...styles)
  const loaded = await view()
  await Promise.all([styled, loadTexts()])
  return loaded
}

const LOADERS: Partial<Record<Route['name'], () => Promise<unknown>>> = {
  recordings: loadList,
  recording: loadPlayer,
  inspector: loadInspector,
  audit: loadAudit,
  settings: loadSettings,
}

/**
 * Loads the view of a route before the page is drawn. The view itself shows what cannot be loaded.
 */
export async function prepareView({ name }: Route): Promise<void> {
  await LOADERS[name]?.()
}
