import { rm } from 'node:fs/promises'
import type { By } from '../contract/by.ts'
import type { RecorderError } from '../contract/errors.ts'
import type { LogEvent } from '../contract/events.ts'
import { resolveQuality } from '../contract/quality.ts'
import { mediaIdentity } from '../custody/media-identity.ts'
import { LiveInspection } from '../inspection/live-inspection.ts'
import { type CaptureConditions, NO_CONDITIONS } from '../machines/allowed-commands.ts'
import { ClockMonitor } from './clock-monitor.ts'
import { ClockCommands } from './commands/clock-commands.ts'
import { CommandHandler } from './commands/command-handler.ts'
import { Contradictions } from './contradictions.ts'
import { AccessLog } from './custody/access-log.ts'
import { Custody } from './custody/custody.ts'
import { DesktopGuard } from './custody/desktop-guard.ts'
import { DiskGuard } from './disk/disk-guard.ts'
import { RecordingsDisk } from './disk/recordings-disk.ts'
import { FactPipeline } from './facts/fact-pipeline.ts'
import { LOG_STALL_MS } from './facts/uncommitted-batches.ts'
import { LiveRecording } from './live-recording.ts'
import type { RecorderBus } from './port.ts'
import { Reader } from './queries/reader.ts'
import { liveTracks, Readiness } from './readiness/readiness.ts'
import type { RecorderOptions } from './recorder-options.ts'

/** The parts of a recorder, connected with each other. */
export interface RecorderParts {
  facts: FactPipeline
  commands: CommandHandler
  clockCommands: ClockCommands
  clockMonitor: ClockMonitor
  reader: Reader
  readiness: Readiness
  disk: DiskGuard
  recordingsDisk: RecordingsDisk
  inspection: LiveInspection
  custody: Custody
  desktop: DesktopGuard
  accesses: AccessLog
  contradictions: Contradictions
}

/** The recorder as its parts see it. */
export interface RecorderHost {
  readonly bus: RecorderBus
  readonly system: By & { side: 'system' }
  /** Whether commands are carried out. */
  acceptsCommands(): boolean
  onCommitted(events: readonly LogEvent[]): void
  onLogFailed(error: RecorderError): void
  /** Logs that a part failed in a way that no client is told of. */
  onFault(what: string, error: unknown): void
}

/** Creates the parts of a recorder. They refer to each other, so none is used before all exist. */
export function createRecorderParts(options: RecorderOptions, host: RecorderHost): RecorderParts {
  const { log, platform, clock, keys, version, rules, watchDesktop } = options
  const { system, bus, onFault } = host
  const now = (): number => clock.now()
  const inspection = new LiveInspection({ version, now, onFault })
  const recordingsDisk = new RecordingsDisk({ ...options, onFault })
  const facts = createFactPipeline(options, host, () => parts, inspection)
  const disk = createDiskGuard(options, host, () => parts)
  const { watch: diskWatch } = disk
  const conditions = (): CaptureConditions => {
    const locked = desktop.lock?.media ?? []
    const needsConsent = rules().consent.mode === 'required'
    return locked.length === 0 && !needsConsent ? NO_CONDITIONS : { locked, needsConsent }
  }
  const reader = new Reader({
    ...{ log, facts, platform, bus, version, diskWatch, now },
    ready: host.acceptsCommands,
    custody: () => custody,
    conditions,
  })
  const custody: Custody = new Custody({
    ...{ options, host, facts, recordingsDisk, conditions },
    render: (view, { by }) => reader.toAnswer(view, by.side === 'ui' ? 'ui' : 'api'),
  })
  const commands = new CommandHandler({
    ...{ facts, log, platform, keys, diskWatch, now, onFault, rules, conditions },
    custody: (command) => custody.execute(command),
    lock: () => desktop.lock,
    system: {
      by: system,
      tags: options.systemTags,
      quality: () => resolveQuality(options.quality?.()),
    },
  })
  const desktop: DesktopGuard = new DesktopGuard({
    ...{ facts, commands, platform, system, onFault, watchDesktop },
    isReady: host.acceptsCommands,
    rules,
  })
  bus.on('events', (events) => desktop.observe(events))
  bus.on('events', (events) => custody.observe(events))
  const contradictions = new Contradictions({ facts, log, system, onFault })
  const accesses = new AccessLog({ facts, log, system, now, onFault })
  const onSlept = (): void => accesses.endActs()
  const parts: RecorderParts = {
    desktop,
    facts,
    commands,
    clockCommands: new ClockCommands({ facts, commands, system, now, onFault }),
    clockMonitor: new ClockMonitor({ clock, facts, system, onSlept, onFault }),
    reader,
    contradictions,
    readiness: new Readiness({
      ...{ platform, diskWatch, log, keys, desktop, rules, contradictions },
      failure: () => facts.failure,
      live: () => liveTracks(facts, reader),
      builtAt: options.builtAt ?? 0,
    }),
    disk,
    recordingsDisk,
    inspection,
    custody,
    accesses,
  }
  return parts
}

function createFactPipeline(
  options: RecorderOptions,
  { system, onCommitted, onLogFailed, onFault }: RecorderHost,
  parts: () => RecorderParts,
  inspection: LiveInspection,
): FactPipeline {
  const { log, platform, clock, keys } = options
  const now = (): number => clock.now()
  const folderOf = (id: string): string => parts().recordingsDisk.folderOf(id)
  return new FactPipeline({
    ...{ log, system, now, onCommitted, onFault, inspection, rules: options.rules },
    stallMs: options.stallMs ?? LOG_STALL_MS,
    createLive: (id) =>
      new LiveRecording({
        ...{ id, platform, onFault, now },
        folder: folderOf(id),
        identity: () => mediaIdentity(keys, id),
        onReport: (medium, report) => parts().facts.report(id, medium, report),
        onProcess: (live, medium, { process, isRunning }) =>
          inspection.process(live, medium, process, isRunning),
        onClock: (fired) => parts().clockCommands.fired(id, fired),
      }),
    render: ({ cause }, { status, view, recordings, position }) => ({
      status,
      body: view
        ? { ...parts().reader.toAnswerIn(recordings, view, cause.by.side), position }
        : { position },
    }),
    observeReport: (id, medium, report) => {
      parts().reader.observeReport(id, medium, report)
      return parts().disk.observe(id, medium, report)
    },
    async onRolledBack(id) {
      await rm(folderOf(id), { recursive: true, force: true })
      await keys.discard(id)
    },
    onFailure: (error) => {
      parts().commands.interruptStarts(error)
      onLogFailed(error)
    },
  })
}

function createDiskGuard(
  options: RecorderOptions,
  { system, acceptsCommands, onFault }: RecorderHost,
  parts: () => RecorderParts,
): DiskGuard {
  const { logger, reserveBytes, ballast, readFreeBytes } = options
  return new DiskGuard({
    ...{ system, acceptsCommands, onFault, logger, reserveBytes, ballast, readFreeBytes },
    facts: () => parts().facts,
    commands: () => parts().commands,
    folder: options.recordingsFolder,
    isThere: () => parts().recordingsDisk.isThere(),
    quality: () => resolveQuality(options.quality?.()),
  })
}
