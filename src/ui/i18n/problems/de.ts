import type { ProblemTexts } from './problem-texts.ts'

/** The problems in German. */
export const de: ProblemTexts = {
  INVALID_JSON: ['Der Recorder hat die Seite nicht verstanden.', 'Laden Sie die Seite neu.'],
  INVALID_REQUEST: ['Eine Angabe ist ungültig.', 'Berichtigen Sie, was hier genannt ist.'],
  CARD_NUMBER: [
    'Darin steht die Nummer einer Zahlungskarte.',
    'Kartennummern werden nicht gespeichert. Lassen Sie sie weg, und senden Sie den Rest noch einmal.',
  ],
  UNAUTHENTICATED: ['Sie sind abgemeldet.', 'Öffnen Sie die Seite mit einem neuen Link: f2f ui.'],
  FORBIDDEN_SCOPE: ['Diese Seite darf das nicht.', 'Rufen Sie Ihren Administrator.'],
  FORBIDDEN_HOST: [
    'Die Adresse der Seite ist nicht die des Recorders.',
    'Öffnen Sie die Seite mit einem neuen Link: f2f ui.',
  ],
  FORBIDDEN_ORIGIN: [
    'Die Seite stammt nicht von diesem Recorder.',
    'Öffnen Sie die Seite mit einem neuen Link: f2f ui.',
  ],
  NOT_FOUND: ['Das gibt es nicht.', 'Laden Sie die Seite neu.'],
  RECORDING_NOT_FOUND: ['Diese Aufnahme gibt es nicht.', 'Suchen Sie sie in der Liste.'],
  NO_CURRENT_RECORDING: ['Es wird nichts aufgenommen.', 'Starten Sie zuerst eine Aufnahme.'],
  METHOD_NOT_ALLOWED: ['Der Recorder hat die Seite nicht verstanden.', 'Laden Sie die Seite neu.'],
  NOT_ACCEPTABLE: ['Der Recorder hat die Seite nicht verstanden.', 'Laden Sie die Seite neu.'],
  CONTROL_HELD_BY_API: [
    'Ein anderes Programm steuert die Aufnahme.',
    'Beenden oder pausieren Sie in jenem Programm. Es ist oben genannt.',
  ],
  CONTROL_HELD_BY_UI: ['Diese Seite steuert die Aufnahme.', 'Beenden oder pausieren Sie hier.'],
  ALREADY_RECORDING: [
    'Eine Aufnahme läuft.',
    'Beenden Sie sie zuerst, oder starten Sie weitere Medien darin.',
  ],
  INVALID_STATE: [
    'Das passt nicht zu dem, was gerade aufgenommen wird.',
    'Sehen Sie oben nach dem Zustand, und entscheiden Sie dann neu.',
  ],
  RECORDING_CLOSED: [
    'Die Aufnahme ist abgeschlossen.',
    'Sie nimmt nichts mehr auf und keine Angaben mehr an. Starten Sie eine neue.',
  ],
  CONSENT_REQUIRED: [
    'Ohne Einwilligung wird nichts aufgenommen.',
    'Fragen Sie den Kunden, und halten Sie die Antwort fest, bevor Sie starten.',
  ],
  TAG_LIMIT: [
    'Die Aufnahme hat zu viele Angaben.',
    'Verwenden Sie vorhandene Schlüssel und kürzere Werte.',
  ],
  FORBIDDEN_SAME_ACTOR: [
    'Ihre eigene Sperre können Sie nicht aufheben.',
    'Bitten Sie jemand anderen, sie aufzuheben.',
  ],
  ON_HOLD: [
    'Eine Sperre bewahrt die Aufnahme vor dem Löschen.',
    'Heben Sie jede Sperre auf, deren Grund nicht mehr besteht. Löschen Sie dann die Aufnahme.',
  ],
  IN_FLIGHT: ['Der Befehl wird noch ausgeführt.', 'Warten Sie einen Augenblick.'],
  TOKEN_NAME_TAKEN: [
    'Ein Token mit diesem Namen gibt es schon.',
    'Wählen Sie einen anderen Namen.',
  ],
  ERASED: ['Die Aufnahme ist gelöscht.', 'Von ihr ist nichts mehr zu sehen oder zu hören.'],
  VERSION_MISMATCH: [
    'Die Aufnahme hat sich inzwischen geändert.',
    'Sehen Sie nach ihrem Zustand, und entscheiden Sie dann neu.',
  ],
  PAYLOAD_TOO_LARGE: ['Das ist zu viel auf einmal.', 'Kürzen Sie es.'],
  UNSUPPORTED_MEDIA_TYPE: [
    'Der Recorder hat die Seite nicht verstanden.',
    'Laden Sie die Seite neu.',
  ],
  REQUEST_TIMEOUT: [
    'Der Recorder hat nicht rechtzeitig alles erhalten. Nichts wurde ausgeführt.',
    'Versuchen Sie es noch einmal.',
  ],
  HEADERS_TOO_LARGE: [
    'Der Browser sendet dem Recorder zu viele Cookies.',
    'Löschen Sie in den Einstellungen des Browsers die Cookies dieser Adresse, und öffnen Sie die Seite dann mit einem neuen Link: f2f ui.',
  ],
  RANGE_NOT_SATISFIABLE: [
    'Der Recorder hat die Seite nicht verstanden.',
    'Laden Sie die Seite neu.',
  ],
  EXPECTATION_FAILED: ['Der Recorder hat die Seite nicht verstanden.', 'Laden Sie die Seite neu.'],
  UPGRADE_REQUIRED: ['Der Recorder hat die Seite nicht verstanden.', 'Laden Sie die Seite neu.'],
  IDEMPOTENCY_MISMATCH: [
    'Der Recorder hat die Seite nicht verstanden.',
    'Laden Sie die Seite neu.',
  ],
  RATE_LIMITED: [
    'Es gab zu viele falsche Anmeldungen.',
    'Warten Sie eine Minute, und öffnen Sie die Seite dann mit einem neuen Link: f2f ui.',
  ],
  TOO_MANY_CONNECTIONS: [
    'Die Seite wartet auf zu viele Antworten.',
    'Versuchen Sie es gleich noch einmal.',
  ],
  TOO_MANY_STREAMS: ['Die Seite ist zu oft geöffnet.', 'Schließen Sie einige ihrer Fenster.'],
  INTERNAL: [
    'Der Recorder hat versagt.',
    'Versuchen Sie es noch einmal. Hilft das nicht, rufen Sie Ihren Administrator.',
  ],
  DEVICE_UNAVAILABLE: ['Ein Gerät fehlt.', 'Schließen Sie es an, oder wählen Sie ein anderes.'],
  CAPTURE_FAILED: ['Ein Gerät liefert nichts.', 'Prüfen Sie es, oder wählen Sie ein anderes.'],
  EXPORT_FAILED: [
    'Die Datei konnte nicht erstellt werden.',
    'Versuchen Sie es noch einmal. Hilft das nicht, fehlt vielleicht ein Teil der Aufnahme: Rufen Sie Ihren Administrator.',
  ],
  KEY_UNAVAILABLE: [
    'Der Schlüssel der Aufnahmen fehlt.',
    'Es wird nichts aufgenommen, und nichts geht verloren. Entsperren Sie Ihren Schlüsselbund, oder fragen Sie, wer sich um diesen Rechner kümmert.',
  ],
  NOT_READY: ['Der Recorder ist noch nicht bereit.', 'Versuchen Sie es gleich noch einmal.'],
  INTERRUPTED: [
    'Der Befehl wurde unterbrochen.',
    'Sehen Sie oben nach dem Zustand, und wiederholen Sie ihn, wenn Sie ihn noch wollen.',
  ],
  STORAGE_UNAVAILABLE: [
    'Der Recorder kann eine Datei nicht lesen oder schreiben.',
    'Rufen Sie Ihren Administrator.',
  ],
  LOG_DAMAGED: [
    'Das Protokoll des Recorders ist beschädigt.',
    'Die Aufnahme ist beendet, und es wird nichts mehr aufgenommen. Rufen Sie Ihren Administrator.',
  ],
  STORAGE_FULL: ['Die Platte ist voll.', 'Schaffen Sie Platz auf diesem Computer.'],
}
