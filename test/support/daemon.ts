/**
 * How tests start the real daemon; homes lie below the test file's own temporary folder, which the
 * runner removes.
 */
export {
  type Answer,
  type Daemon as TestDaemon,
  type DaemonOptions,
  startDaemon,
} from '../../lab/daemon.ts'
