import assert from 'node:assert/strict'
import fc from 'fast-check'
import { suite } from '../support/suite.ts'
import { agree } from './support/agreement.ts'
import { assertCustody } from './support/custody-agreement.ts'
import { custodyStep, ModelBench, type Step, step } from './support/model-steps.ts'

const RUNS = Number(process.env.F2F_MODEL_RUNS ?? 60)
const LIMIT_MS = Math.max(120_000, RUNS * 2_000)

/** A refusal or a failure is an outcome; anything else is a bug. */
async function carryOut(model: ModelBench, next: Step): Promise<void> {
  await model.carryOut(next).catch((error) => {
    if (error?.name !== 'RecorderError' || error.code === 'INTERNAL') throw error
  })
}

suite('model', (test) => {
  test(
    'live machines, projection and fold of the log agree after every step of any sequence, also over restarts and crashes',
    async () => {
      await fc.assert(
        fc.asyncProperty(fc.array(step, { minLength: 1, maxLength: 25 }), async (steps) => {
          const model = await ModelBench.create()
          try {
            for (const next of steps) {
              await carryOut(model, next)
              await agree(model.bench)
            }
          } finally {
            await model.bench.dispose()
          }
        }),
        { numRuns: RUNS, endOnFailure: false },
      )
    },
    { limitMs: LIMIT_MS },
  )

  test(
    'nothing is erased that is held or has consent, and what must be erased is gone, after every step of any sequence, also when a kill cuts a step short',
    async () => {
      await fc.assert(
        fc.asyncProperty(fc.array(custodyStep, { minLength: 4, maxLength: 30 }), async (steps) => {
          const model = await ModelBench.create()
          try {
            for (const next of steps) {
              await carryOut(model, next)
              await assertCustody(model)
              await agree(model.bench)
            }
          } finally {
            await model.bench.dispose()
          }
        }),
        { numRuns: Math.ceil(RUNS / 2), endOnFailure: true },
      )
    },
    { limitMs: LIMIT_MS },
  )

  test(
    'commands that pile up without waiting leave the three in agreement too',
    async () => {
      await fc.assert(
        fc.asyncProperty(
          fc.array(
            step.filter(({ do: what }) => what !== 'restart' && what !== 'crash'),
            { minLength: 4, maxLength: 30 },
          ),
          async (steps) => {
            const model = await ModelBench.create()
            try {
              const outcomes = await Promise.allSettled(steps.map((next) => model.carryOut(next)))
              for (const outcome of outcomes) {
                if (outcome.status === 'rejected')
                  assert.notEqual(
                    outcome.reason?.code ?? 'INTERNAL',
                    'INTERNAL',
                    String(outcome.reason?.stack),
                  )
              }
              await agree(model.bench)
            } finally {
              await model.bench.dispose()
            }
          },
        ),
        { numRuns: RUNS },
      )
    },
    { limitMs: LIMIT_MS },
  )
})
