import type { ServiceProgram } from './service-program.ts'

/** A file of the service, by its absolute path. */
export interface ServiceFile {
  path: string
  content: string
  /** Default: UTF-8. The task scheduler of Windows reads UTF-16. */
  encoding?: 'utf16le'
}

/** The files that an installation writes, and the commands that it runs. */
export interface ServicePlan {
  files: ServiceFile[]
  /** Command lines, in order, each as its words. */
  commands: string[][]
}

/** The result of an installation. */
export interface Installed {
  files: string[]
  /** Nothing had to be written. */
  unchanged: boolean
  /** The service runs, but still as it was installed before. */
  needsRestart: boolean
  /** Things that a person should know, as whole sentences. */
  notes: string[]
}

/** The service as the system sees it. */
export interface ServiceStatus {
  installed: boolean
  /** It starts by itself at a login. */
  enabled: boolean
  active: boolean
  /** The system's own words for its state. */
  state: string
  /** RFC 3339; null when it does not run, or the system does not tell. */
  since: string | null
  pid: number | null
  /** How often the system has started it again since its last regular start. */
  restarts: number | null
  /** The program that is installed; null when there is none, or it cannot be read. */
  program: ServiceProgram | null
  /** Things that a person should do, as whole sentences. */
  remedies: string[]
}

/** The part of an operating system that starts the daemon at a login, and again after a crash. */
export interface ServiceManager {
  /** Its name for people. */
  readonly title: string
  /** True: nobody has run it on a real computer yet. */
  readonly untried: boolean
  /** The files that an installation writes. */
  readonly files: readonly string[]
  /** Returns what `install` would write and run. Changes nothing. */
  plan(program: ServiceProgram): ServicePlan
  /**
   * Writes the files, and enables and starts the service. Changes nothing if the service is so
   * already. Rejects with ServiceError; a file that could not be put to use is restored.
   */
  install(program: ServiceProgram): Promise<Installed>
  /**
   * Stops and disables the service, and removes the files that `install` has written. Resolves with
   * the removed files. Rejects with ServiceError.
   */
  uninstall(): Promise<string[]>
  status(): Promise<ServiceStatus>
}
