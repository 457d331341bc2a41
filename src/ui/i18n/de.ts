import type { en } from './en.ts'

/** The page's texts in German. */
export const de: Record<keyof typeof en, string> = {
  'app.name': 'Gesprächsrekorder',
  'nav.record': 'Aufnehmen',
  'nav.recordings': 'Aufnahmen',
  'nav.settings': 'Einstellungen',
  'nav.skip': 'Zum Inhalt',
  'medium.mic': 'Mikrofon',
  'medium.speaker': 'Lautsprecher',
  'medium.screen': 'Bildschirm',
  'link.connecting': 'Verbindung zum Rekorder …',
  'link.lost': 'Verbindung unterbrochen. Die Anzeige ist vielleicht nicht aktuell.',
  'link.opening': 'Der Rekorder startet: {progress}',
  'link.signedOut': 'Sie sind abgemeldet.',
  'link.signedOutHelp':
    'Führen Sie auf diesem Computer „f2f ui“ aus, oder bitten Sie Ihre Administration um einen neuen Link. Eine laufende Aufnahme geht weiter.',
  'page.loading': 'Wird geladen …',
  'page.outdated': 'Diese Seite ist älter als der Rekorder.',
  'page.reload': 'Neu laden',
}
