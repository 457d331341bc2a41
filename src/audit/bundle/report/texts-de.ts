import type { Finding } from '../verdict.ts'
import type { Mark } from './report-model.ts'
import type { ReportTexts } from './texts.ts'
import { warnings } from './warnings-de.ts'

const acts: ReportTexts['acts'] = {
  played: 'abgespielt',
  downloaded: 'heruntergeladen',
  exported: 'als Video exportiert',
  bundled: 'als Paket wie dieses heruntergeladen',
  watched: 'live angesehen',
  replayed: 'im Inspektor nachvollzogen',
  readEvents: 'Ereignisse gelesen',
  inspected: 'live inspiziert',
  verified: 'geprüft',
}

const consentStates: ReportTexts['consentStates'] = {
  granted: 'Erteilt',
  declined: 'Verweigert',
  withdrawn: 'Widerrufen',
}

const commands: ReportTexts['commands'] = {
  'recording.start': 'eine Aufnahme starten',
  'track.start': 'ein Medium starten',
  'track.stop': 'stoppen',
  'track.pause': 'pausieren',
  'track.resume': 'fortsetzen',
  'recording.tag': 'Tags setzen',
  'recording.close': 'die Aufnahme abschließen',
  'recording.hold': 'eine Löschsperre setzen',
  'recording.releaseHold': 'eine Löschsperre aufheben',
  'recording.erase': 'die Aufnahme löschen',
  'recording.consent': 'die Einwilligung des Kunden festhalten',
}

function finding(one: Finding): string {
  switch (one.kind) {
    case 'segmentMissing':
      return `Die Datei ${one.file} fehlt. Laut Protokoll hatte sie den Hash ${one.expected}.`
    case 'segmentChanged':
      return `Die Datei ${one.file} ist nicht die aufgenommene. Erwarteter Hash ${one.expected}, gefunden ${one.found}.`
    case 'notProven':
      return `Das Ereignis an Position ${one.position} gehört nicht zu dem Protokoll, das der Checkpoint nennt.`
    case 'factMissing':
      return `Vor Position ${one.position} fehlt etwas: erwartet war Fakt ${one.expected}, gefunden wurde ${one.found}.`
    case 'notClosed':
      return 'Die Ereignisse sagen nicht, dass die Aufnahme abgeschlossen wurde.'
    case 'notSigned':
      return `Der Checkpoint ist nicht mit einem Schlüssel dieses Protokolls signiert: ${one.reason}`
    case 'confirmationWrong':
      return `Der bestätigte Checkpoint ${one.file} ist keiner dieses Protokolls: ${one.reason}`
    case 'timestampWrong':
      return `Der gespeicherte Zeitstempel ${one.file} gehört nicht zu dem Checkpoint daneben. Er beweist nichts und wurde weggelassen.`
  }
}

function markName({ kind, label }: Mark): string {
  if (kind === 'marker') return label === '' ? 'Markierung' : label
  if (kind === 'access') return acts[label as keyof typeof acts] ?? label
  if (kind === 'consent') return consentStates[label as keyof typeof consentStates] ?? label
  if (kind === 'refusal') return commands[label as keyof typeof commands] ?? label
  if (kind === 'warning') return warnings[label as keyof typeof warnings] ?? label
  return label
}

/** The texts of a report in German. */
export const de: ReportTexts = {
  title: (date) => `Aufnahme vom ${date}`,
  report: 'Bericht über eine Aufnahme',
  confidential: {
    title: 'Vertraulich',
    text: 'Dieser Bericht enthält personenbezogene Daten. In dem Ordner, mit dem er kam, liegen auch die Aufnahme und der Schlüssel, der sie öffnet. Bewahren Sie beides sicher auf, und geben Sie es nur an Personen weiter, die es sehen dürfen.',
  },
  media: { mic: 'Mikrofon', speaker: 'Lautsprecher', screen: 'Bildschirm' },
  sides: { api: 'Programm', ui: 'Seite des Rekorders', system: 'Rekorder' },
  who: (side, client, user) => {
    if (side === 'system') return 'der Rekorder selbst'
    return side === 'ui'
      ? `${user}, auf der Seite des Rekorders`
      : `Programm „${client}“, Benutzer ${user}`
  },
  gaps: {
    notStarted: 'Nicht gestartet',
    stopped: 'Gestoppt',
    paused: 'Pausiert',
    deviceLost: 'Gerät verloren',
    captureFailed: 'Aufnahme fehlgeschlagen',
    interrupted: 'Unterbrochen',
    suspended: 'Computer im Ruhezustand',
    locked: 'Bildschirm gesperrt',
    storageFull: 'Datenträger voll',
  },
  gapsExplained: {
    notStarted: 'Es war noch nicht gestartet.',
    stopped: 'Es wurde auf Wunsch gestoppt.',
    paused: 'Es wurde auf Wunsch pausiert. Nichts wurde aufgenommen.',
    deviceLost: 'Das Gerät wurde abgezogen oder weggenommen.',
    captureFailed: 'Das Gerät lieferte nichts, oder sein Signal ging verloren.',
    interrupted: 'Der Rekorder oder der Computer ist ausgefallen.',
    suspended: 'Der Computer war im Ruhezustand.',
    locked: 'Der Bildschirm war gesperrt, und der Rekorder hat von selbst pausiert.',
    storageFull: 'Auf dem Datenträger war kein Platz mehr.',
  },
  acts,
  consentStates,
  commands,
  refusals: {
    CONTROL_HELD_BY_API: 'Ein Programm steuerte die Aufnahme, und nur diese Seite darf das.',
    CONTROL_HELD_BY_UI:
      'Eine Person auf der Seite des Rekorders steuerte die Aufnahme, und nur sie darf das.',
    ALREADY_RECORDING: 'Es lief schon eine Aufnahme.',
    INVALID_STATE: 'Das passte nicht zu dem, was in diesem Moment aufgenommen wurde.',
    RECORDING_CLOSED: 'Die Aufnahme war abgeschlossen und nahm nichts mehr an.',
    CONSENT_REQUIRED: 'Die Einwilligung des Kunden fehlte.',
    TAG_LIMIT: 'Die Aufnahme hatte zu viele Tags.',
    ON_HOLD: 'Eine Löschsperre bewahrte die Aufnahme vor dem Löschen.',
    FORBIDDEN_SCOPE: 'Der Client hatte die Berechtigung nicht.',
    FORBIDDEN_SAME_ACTOR: 'Wer eine Löschsperre setzt, darf sie nicht allein aufheben.',
    VERSION_MISMATCH:
      'Die Aufnahme hatte sich geändert, seit der Client sie zuletzt gesehen hatte.',
  },
  warnings,
  endReasons: {
    stopped: 'Sie wurde auf Wunsch gestoppt.',
    maxDuration: 'Die längste Dauer war erreicht.',
    interrupted: 'Der Rekorder oder der Computer ist ausgefallen.',
    failed: 'Kein Medium konnte mehr aufgenommen werden.',
    shutdown: 'Der Rekorder wurde beendet.',
    storageFull: 'Der Datenträger war voll.',
    noConsent: 'Der Kunde hat die Einwilligung verweigert oder widerrufen.',
  },
  closeReasons: {
    command: 'auf Wunsch',
    timer: 'nach Ablauf der Nachbearbeitung',
    nextStart: 'weil die nächste Aufnahme begann',
    noConsent: 'weil die Einwilligung fehlte',
  },
  markName,
  facts: {
    startedBy: 'Aufgenommen von',
    computer: 'Computer',
    start: 'Beginn',
    end: 'Ende',
    length: 'Länge',
    recorded: 'Davon aufgenommen',
    ended: 'Warum sie endete',
    closed: 'Abgeschlossen',
    id: 'Nummer der Aufnahme',
    zone: (zone, offset) => `Alle Zeiten sind die von ${zone} (${offset}).`,
    unknown: 'nicht bekannt',
    recordedOf: (part) => `${part} %`,
  },
  picture: {
    heading: 'Zeitleiste',
    label: (length) =>
      `Zeitleiste der Aufnahme, ${length} lang. Die Tabellen darunter sagen dasselbe.`,
    recorded: 'Aufgenommen',
    afterwards: 'danach',
    lanes: {
      consent: 'Einwilligung',
      marker: 'Markierungen',
      tag: 'Tags',
      refusal: 'Abgelehnt',
      warning: 'Warnungen',
      access: 'Gesehen von',
    },
    intro: 'Ein farbiger Balken wurde aufgenommen. Alles andere trägt seinen Grund im Balken.',
    legend: { wanted: 'nicht aufgenommen, mit Absicht', unwanted: 'verloren, ohne Absicht' },
    shortened: 'Der Ausfall am Ende ist in diesem Bild gekürzt.',
  },
  verdict: {
    heading: 'Was der Rekorder dabei geprüft hat',
    good: 'Alles, was geprüft wurde, ist in Ordnung.',
    bad: (count) =>
      count === 1 ? 'Eines ist nicht in Ordnung.' : `${count} Dinge sind nicht in Ordnung.`,
    events: (count) =>
      `${count} Ereignisse sind, wie sie geschrieben wurden: Jedes passt zu dem Hash dahinter.`,
    proven: (count, size) =>
      `${count} davon liegen nachweislich in dem Protokoll mit ${size} Einträgen, das der Checkpoint nennt.`,
    complete: (facts) =>
      `Kein Fakt fehlt: Sie zählen von 1 bis ${facts}, und die Aufnahme ist abgeschlossen.`,
    segments: (intact, count) =>
      `${intact} von ${count} gespeicherten Dateien haben genau die Bytes, die aufgenommen wurden.`,
    signed: (signers) => `Der Checkpoint ist signiert von ${signers}.`,
    cosigned: (witness, when, size) =>
      `Der außenstehende Zeuge ${witness} hat die ersten ${size} Einträge des Protokolls am ${when} signiert.`,
    timestamped: (when, size) =>
      `Ein Zeitstempeldienst (RFC 3161) sagt, dass es die ersten ${size} Einträge des Protokolls am ${when} gab.`,
    unknownTime: 'einem Zeitpunkt, der sich nicht lesen lässt,',
    covers: (covered, events) =>
      `Davon gehören ${covered} zu den ${events} Ereignissen dieser Aufnahme.`,
    composed: 'Die abspielbare Datei wurde aus diesen gespeicherten Dateien erstellt.',
    noComposed: (reason) => `Eine abspielbare Datei der ganzen Aufnahme gibt es nicht: ${reason}`,
    own: 'Das sagt der Rekorder über sich selbst. Sie müssen es nicht glauben:',
    finding,
  },
  stretches: {
    heading: 'Pausen und Lücken',
    none: 'Es gibt keine.',
    onlyShort: 'Keine dauerte eine Sekunde oder länger.',
    columns: ['Wann', 'Länge', 'Was', 'Grund', 'Durch wen'],
    short: (count) =>
      count === 1
        ? 'Eine ist kürzer als eine Sekunde. Das kann der Augenblick sein, in dem ein Gerät startet.'
        : `${count} sind kürzer als eine Sekunde. Manche können die Augenblicke sein, in denen Geräte starten.`,
    sum: (count, length) => `${count} ×, zusammen ${length}`,
    all: (count) => `Alle ${count} zeigen`,
    untilEnd: 'bis zum Ende',
    began: (who) => `begonnen: ${who}`,
    ended: (who) => `beendet: ${who}`,
    itself: 'niemand',
  },
  interruption: (at, lastSeen) =>
    `Der Rekorder ist ausgefallen. Sein letztes Lebenszeichen kam um ${lastSeen}; um ${at} war er zurück.`,
  consent: {
    heading: 'Einwilligung des Kunden',
    none: 'Es wurde keine Einwilligung festgehalten, weder erteilt noch verweigert.',
    method: 'gegeben',
    note: 'Notiz',
  },
  holds: {
    heading: 'Löschsperren',
    inForce: 'in Kraft: Die Aufnahme kann nicht gelöscht werden',
    released: (at, who, reason) => `aufgehoben am ${at} von: ${who}. Grund: ${reason}`,
  },
  refused: {
    heading: 'Abgelehnte Befehle',
    none: 'Kein Befehl wurde abgelehnt.',
    columns: ['Wann', 'Wer', 'Wollte', 'Warum abgelehnt'],
    times: (count) => `${count}-mal`,
    wanted: (command) => command,
    words: 'In den Worten des Rekorders',
  },
  warned: {
    heading: 'Warnungen',
    from: (from, to) => `von ${from} bis ${to}`,
    since: (from) => `von ${from} bis zum Ende`,
  },
  tags: {
    heading: 'Tags',
    none: 'Kein Client hat einen Tag gesetzt.',
    columns: ['Tag', 'Wert', 'Gesetzt von', 'Wann'],
    former: 'später ersetzt',
    technical: (count) => `${count}, die der Rekorder selbst gesetzt hat`,
  },
  accesses: {
    heading: 'Wer diese Aufnahme gesehen hat',
    none: 'Niemand, soweit dieser Rekorder weiß.',
    intro: 'Eine Zeile für jeden Vorgang. Der letzte ist meist das Erstellen dieses Pakets.',
    columns: ['Wann', 'Wer', 'Was'],
  },
  files: {
    heading: 'Gespeicherte Dateien',
    intro:
      'Jede ist ein Stück ohne Unterbrechung, verschlüsselt (age). Das Protokoll enthält je zwei Hashes: den der verschlüsselten Datei und den des Tons oder Bildes darin.',
    summary: (count) => (count === 1 ? 'Die Datei zeigen' : `Alle ${count} Dateien zeigen`),
    columns: ['Datei', 'Aufgenommen', 'Länge', 'Größe', 'SHA-256'],
    stored: 'Datei',
    media: 'Inhalt',
    salvaged: 'nach einem Ausfall fertiggestellt',
    damaged: 'dabei beschädigt: Was dahinter kam, liegt beim Rekorder neben der Datei',
  },
  check: {
    heading: 'Prüfen Sie selbst',
    intro:
      'Entpacken Sie das Paket in einen eigenen Ordner, öffnen Sie darin ein Terminal, und geben Sie die Befehle ein. Sie funktionieren auf einem Computer, der den Rekorder nie hatte, ohne Netz.',
    python:
      'Alles auf einmal. Sie brauchen Python 3 und sonst nichts. Um des Programms sicher zu sein, nehmen Sie verify.py aus einer Quelle, der Sie vertrauen, statt aus diesem Paket.',
    pythonResult:
      'Am Ende steht ein Urteil. Es nennt jede Datei und jedes Ereignis, das nicht in Ordnung ist.',
    key: 'Vergleichen Sie den Schlüssel in keys.txt mit dem, den Ihnen der Betreiber auf anderem Weg gegeben hat (f2f audit key). Sonst wissen Sie nur, dass das Paket mit sich selbst übereinstimmt.',
    play: 'Die ganze Aufnahme abspielen: Öffnen Sie',
    open: 'Eine gespeicherte Datei mit dem Programm age öffnen:',
    hashes: 'Alle gespeicherten Dateien mit den Hashes im Protokoll vergleichen:',
    hashesSummary: (count) =>
      count === 1 ? 'Der Befehl für eine Datei' : `Der Befehl für alle ${count} Dateien`,
    signature: 'Die Signatur des Checkpoints mit OpenSSL 3 prüfen:',
    signatureResult: 'Die Antwort ist „Signature Verified Successfully“.',
    timestamp:
      'Den Zeitstempel prüfen. tsa.pem ist das Zertifikat der Stelle, die ihn ausgestellt hat:',
    witness:
      'Prüfen, wer mitsigniert hat. KEY ist der Schlüssel des Zeugen, den Sie von ihm selbst haben:',
    limits:
      'Was keine Prüfung zeigen kann: ob das Mikrofon im richtigen Raum war, und was vor dem Beginn gesagt wurde. Einem Rekorder, dessen Besitzer das ganze Protokoll neu geschrieben hat, kommt nur auf die Spur, wer einen Zeugen, einen Zeitstempel oder eine Quittung von außen hat.',
  },
  footer: (at, version) => `Erstellt am ${at} vom Face-to-Face Interaction Recorder ${version}.`,
  summaryOnly:
    'Diese Seite ist eine Zusammenfassung für Menschen. Die Beweise liegen in events.jsonl, checkpoint.txt und den gespeicherten Dateien.',
}
