import { rm } from 'node:fs/promises'
import type { Browser } from 'playwright-core'
import { type Daemon, type DaemonOptions, startDaemon } from '../../../lab/daemon.ts'
import type { Test } from '../../support/suite.ts'
import {
  noBrowser,
  type OpenOptions,
  openRecorderPage,
  type RecorderPage,
  startBrowser,
} from './browser.ts'

/** A browser and the real daemon, which records a test picture and tones, for a suite of tests. */
export class PageStage {
  daemon!: Daemon
  browser!: Browser

  /** Starts both before the tests of a suite. Ends them and removes the home folder after all. */
  static for(test: Test, options: DaemonOptions = {}): PageStage {
    const stage = new PageStage()
    if (noBrowser !== null) return stage
    test.before(async () => {
      stage.daemon = await startDaemon(options)
      stage.browser = await startBrowser()
    })
    test.after(async () => {
      await stage.browser?.close()
      await stage.daemon?.stop()
      if (stage.daemon) await rm(stage.daemon.home, { recursive: true, force: true })
    })
    return stage
  }

  /** Opens the daemon's page in a new profile, through a launch URL. */
  open(options?: OpenOptions): Promise<RecorderPage> {
    return openRecorderPage(this.browser, this.daemon, options)
  }
}
