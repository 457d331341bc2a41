import type { ReadinessCheck } from '../../contract/views.ts'

/** The words for a finding: its title, and what to do about it. */
export type FindingWords = readonly [title: string, remedy: string]

const AGAIN = 'Prüfen Sie noch einmal.'
const ADMIN = 'Rufen Sie Ihren Administrator.'

/** The words for findings of the readiness check, by the check and its result. */
export type ReadinessWords = Readonly<
  Record<ReadinessCheck['id'], Partial<Record<ReadinessCheck['result'], FindingWords>>>
>

/** The findings of the readiness check in German. */
export const readinessDe: ReadinessWords = {
  device: { fail: ['Ein Gerät fehlt.', 'Schließen Sie es an, oder schalten Sie es ein.'] },
  delivering: {
    warn: ['Die Prüfung wurde durch einen Befehl unterbrochen.', AGAIN],
    fail: ['Das Gerät liefert nichts.', 'Prüfen Sie es, oder wählen Sie ein anderes.'],
  },
  level: {
    warn: ['Der Ton ist übersteuert.', 'Stellen Sie das Mikrofon leiser.'],
    fail: [
      'Das Mikrofon liefert Stille.',
      'Prüfen Sie Kabel, Schalter und Akku, oder wählen Sie ein anderes Mikrofon.',
    ],
  },
  mute: {
    warn: ['Der Lautsprecher ist stummgeschaltet.', 'Schalten Sie ihn ein.'],
    fail: [
      'Das Mikrofon ist stummgeschaltet.',
      'Schalten Sie es ein, am Gerät oder in den Toneinstellungen.',
    ],
  },
  picture: { fail: ['Der Bildschirm ist schwarz.', 'Wecken oder entsperren Sie ihn.'] },
  encoder: {
    warn: ['Die Version von ffmpeg ist zu alt oder unbekannt.', ADMIN],
    fail: ['Das Programm ffmpeg fehlt oder kann nicht aufnehmen.', ADMIN],
  },
  disk: {
    warn: ['Auf der Platte wird der Platz knapp.', 'Schaffen Sie Platz auf diesem Computer.'],
    fail: [
      'Die Platte ist voll oder lässt sich nicht lesen.',
      'Schaffen Sie Platz auf diesem Computer, oder rufen Sie Ihren Administrator.',
    ],
  },
  clock: {
    fail: ['Die Uhr dieses Computers geht falsch.', 'Stellen Sie Datum und Uhrzeit richtig.'],
  },
  log: { fail: ['Das Protokoll kann nicht geschrieben werden.', ADMIN] },
  key: {
    warn: [
      'Der Hauptschlüssel liegt in einer Datei.',
      'Wer den ganzen Heimatordner kopiert, kann die Aufnahmen lesen. Verschlüsseln Sie die Platte, oder rufen Sie Ihren Administrator.',
    ],
    fail: [
      'Der Schlüssel der Aufnahmen fehlt.',
      'Entsperren Sie Ihren Schlüsselbund, oder rufen Sie Ihren Administrator.',
    ],
  },
  lock: {
    warn: [
      'Ein gesperrter Bildschirm wird nicht bemerkt. Dann wird auch nichts pausiert.',
      'Pausieren Sie selbst, wenn Sie gehen, und rufen Sie Ihren Administrator.',
    ],
  },
  outsiders: { warn: ['Ein Zeuge kennt ein anderes Protokoll dieses Rekorders.', ADMIN] },
}
