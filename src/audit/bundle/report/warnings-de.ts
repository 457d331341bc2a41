import type { ReportTexts } from './texts.ts'

/** The warnings of a recording in German, as they were. */
export const warnings: ReportTexts['warnings'] = {
  SOURCE_MUTED: 'Das Gerät war stummgeschaltet.',
  SOURCE_SILENT: 'Das Mikrofon lieferte nur digitale Stille.',
  MICROPHONE_CHANGED:
    'Ein anderes Mikrofon war als Standard eingestellt. Aufgenommen wurde weiter das frühere.',
  SPEAKER_CHANGED: 'Der Ton kam aus einem anderen Lautsprecher, der nicht aufgenommen wurde.',
  SCREEN_BLACK: 'Der Bildschirm wurde schwarz aufgenommen.',
  PAUSE_OVERDUE: 'Eine Pause dauerte länger als erlaubt.',
  STORAGE_LOW: 'Der Datenträger war fast voll.',
  DISK_MISSING: 'Der Datenträger der Aufnahmen fehlte.',
  CLOCK_STEPPED: 'Die Uhr des Computers wurde gestellt.',
  LOG_CONTRADICTED: 'Jemand außerhalb kennt ein anderes Protokoll unter diesem Namen.',
  RETENTION_WAITS: 'Die Aufbewahrung wartete und löschte solange nichts.',
}
