/** A condition that is reported when it begins and when it ends, one report at a time. */
export class ReportedCondition {
  readonly #report: (present: boolean, detail: string) => Promise<void>
  #isPresent = false
  #isReporting = false

  /** `report` settles when the report is in the log. */
  constructor(report: (present: boolean, detail: string) => Promise<void>) {
    this.#report = report
  }

  /** Whether it has been reported as present. */
  get isPresent(): boolean {
    return this.#isPresent
  }

  /** Observes whether it is present now. Never rejects: what failed is reported again next time. */
  async observe(present: boolean, detail: string): Promise<void> {
    if (present === this.#isPresent || this.#isReporting) return
    this.#isReporting = true
    await this.#report(present, detail).then(
      () => {
        this.#isPresent = present
      },
      () => {},
    )
    this.#isReporting = false
  }
}
