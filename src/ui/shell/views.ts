import { loadTexts } from '../i18n/texts.ts'
import type { Route } from './router.ts'
import { loadStyles, preloadScripts } from './view-style.ts'

/** Loads the list of recordings. */
export const loadList = async () => {
  const { ListView } = await import('../list/list-view.tsx')
  await loadTexts()
  return ListView
}

/** Loads the player, with its styles and its texts. */
export const loadPlayer = async () => {
  preloadScripts('player')
  const styles = loadStyles('player')
  const { PlayerView } = await import('../player/player-view.tsx')
  await Promise.all([styles, loadTexts()])
  return PlayerView
}

/** Loads the inspector. It has parts that look like the player's. */
export const loadInspector = async () => {
  preloadScripts('inspector')
  const styles = loadStyles('player', 'inspector')
  const { InspectorView } = await import('../inspector/inspector-view.tsx')
  await Promise.all([styles, loadTexts()])
  return InspectorView
}

/** Loads the audit, with its styles and its texts. */
export const loadAudit = async () => {
  preloadScripts('audit')
  const styles = loadStyles('audit')
  const { AuditView } = await import('../audit/audit-view.tsx')
  await Promise.all([styles, loadTexts()])
  return AuditView
}

/** Loads the settings. */
export const loadSettings = async () => {
  const { SettingsView } = await import('../settings/settings-view.tsx')
  await loadTexts()
  return SettingsView
}

const LOADERS: Partial<Record<Route['name'], () => Promise<unknown>>> = {
  recordings: loadList,
  recording: loadPlayer,
  inspector: loadInspector,
  audit: loadAudit,
  settings: loadSettings,
}

/** Begins to load what a place needs, before the page is drawn. */
export function prepareView({ name }: Route): void {
  // The view itself shows what cannot be loaded.
  LOADERS[name]?.().catch(() => {})
}
