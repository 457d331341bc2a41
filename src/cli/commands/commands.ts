import type { Command } from '../command.ts'
import { AUDIT_COMMANDS } from './audit.ts'
import { bundle } from './bundle.ts'
import { completion } from './completion.ts'
import { configCheck, configSchema, configShow } from './config.ts'
import { consent } from './consent.ts'
import { close, pause, resume, stop } from './control.ts'
import { devices } from './devices.ts'
import { doctor } from './doctor.ts'
import { erase } from './erase.ts'
import { events } from './events.ts'
import { exportRecording } from './export.ts'
import { holdPlace, holdRelease, holdShow } from './hold.ts'
import { inspect } from './inspect.ts'
import { keyBackup, keyRestore, keyRotate, keyStatus } from './key.ts'
import { list } from './list.ts'
import { replay } from './replay.ts'
import { retention } from './retention.ts'
import { selftest } from './selftest.ts'
import { serve } from './serve.ts'
import { serviceInstall, serviceStatus, serviceUninstall } from './service.ts'
import { setupScreen } from './setup.ts'
import { show } from './show.ts'
import { start } from './start.ts'
import { status } from './status.ts'
import { tag } from './tag.ts'
import { tokenCreate, tokenList, tokenRevoke } from './token.ts'
import { ui } from './ui.ts'
import { verify } from './verify.ts'

/** All commands, in the order in which help lists them. */
export const COMMANDS: readonly Command[] = [
  serve,
  start,
  stop,
  pause,
  resume,
  tag,
  close,
  consent,
  status,
  list,
  show,
  events,
  replay,
  verify,
  ...AUDIT_COMMANDS,
  exportRecording,
  bundle,
  holdShow,
  holdPlace,
  holdRelease,
  erase,
  retention,
  devices,
  doctor,
  setupScreen,
  selftest,
  tokenCreate,
  tokenList,
  tokenRevoke,
  keyStatus,
  keyRotate,
  keyBackup,
  keyRestore,
  ui,
  inspect,
  configShow,
  configCheck,
  configSchema,
  serviceInstall,
  serviceUninstall,
  serviceStatus,
  completion,
]
