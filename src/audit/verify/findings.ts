import type { Finding, FindingCode } from '../../contract/verification.ts'

const MOST_KEPT = 100

/** Details of a fault besides its kind and its sentence. */
export type FindingDetails = Partial<Pick<Finding, 'position' | 'file' | 'expected' | 'found'>>

/** Collects the faults of a verification. Keeps the first, and counts all. */
export class Findings {
  readonly first: Finding[] = []
  #count = 0
  readonly #codes = new Set<FindingCode>()

  /** How many faults there are. */
  get count(): number {
    return this.#count
  }

  /** Whether there is a fault of one of these kinds. */
  has(...codes: readonly FindingCode[]): boolean {
    return codes.some((code) => this.#codes.has(code))
  }

  add(code: FindingCode, detail: string, details: FindingDetails = {}): void {
    this.#count++
    this.#codes.add(code)
    if (this.first.length >= MOST_KEPT) return
    const { position = null, file = null, expected = null, found = null } = details
    this.first.push({ code, position, file, expected, found, detail })
  }
}
