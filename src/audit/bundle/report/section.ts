import type { Verdict } from '../verdict.ts'
import type { Formats } from './formats.ts'
import type { ReportModel } from './report-model.ts'
import type { ReportTexts } from './texts.ts'

/** All that a report shows. */
export interface Report {
  model: ReportModel
  verdict: Verdict
  bundle: BundleFacts
}

/** The facts that a report shows of the bundle that it lies in. */
export interface BundleFacts {
  madeAt: string
  version: string
  /** The playable file: its name, or why there is none. */
  composed: { name: string } | { missing: string }
  /** The line of checkpoint.txt, from 1, that the newest key in keys.txt has signed. */
  signatureLine: number
  hasVerifier: boolean
}

/** The input of every section of a report. */
export interface Section extends Report {
  texts: ReportTexts
  formats: Formats
}
