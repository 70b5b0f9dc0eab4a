import { Ajv2020 } from 'ajv/dist/2020.js'
import { type Static, Type } from 'typebox'
import type { JsonObject } from '../../plan/json.ts'
import { LoadResultSchema } from '../load/load-result.ts'
import { readResult } from '../load/read-result.ts'
import type { PerfCheckResult } from './run-perf-check.ts'

const closed = { additionalProperties: false } as const
const nullableNumber = (description: string) => Type.Union([Type.Number(), Type.Null()], { description })
const words = <const Values extends readonly string[]>(values: Values, description: string) =>
  Type.Unsafe<Values[number]>({ type: 'string', enum: [...values], description })

const EvaluatedSchema = Type.Object(
  {
    text: Type.String({ description: 'As written' }),
    outcome: words(['passed', 'failed', 'skipped', 'unmeasured'], 'What became of it'),
    left: Type.Optional(Type.String({ description: 'Left side as it came out' })),
    right: Type.Optional(Type.String({ description: 'Right side as it came out' })),
    margin: Type.Optional(Type.Number({ description: 'How far the left side is from the right, as a share of the right' })),
    note: Type.Optional(Type.String()),
  },
  { ...closed, title: 'Threshold' },
)

const ComparedSchema = Type.Object(
  {
    name: Type.String({ description: 'Such as p99' }),
    unit: words(['ms', '/s'], 'Unit of the values'),
    verdict: words(['regression', 'no-regression', 'inconclusive'], 'Of this figure'),
    baseline: Type.Number({ description: 'Median over the trials of the baseline' }),
    candidate: Type.Number({ description: 'Median over the trials now' }),
    difference: Type.Number({ description: 'Now less baseline' }),
    relativeDifference: Type.Number({ description: 'As a share of the baseline' }),
    interval: Type.Object({ low: Type.Number(), high: Type.Number() }, { ...closed, description: '95 % bootstrap interval' }),
    margin: Type.Number({ description: 'A difference up to this is no regression' }),
    pWorse: Type.Number({ minimum: 0, maximum: 1 }),
    pNotWorse: Type.Number({ minimum: 0, maximum: 1 }),
    effect: Type.Object(
      {
        delta: Type.Number({ minimum: -1, maximum: 1, description: 'Cliff’s delta' }),
        chanceGreater: Type.Number({ minimum: 0, maximum: 1, description: 'Chance that a trial now is greater than one before' }),
        word: words(['negligible', 'small', 'medium', 'large'], 'The usual word for it'),
      },
      closed,
    ),
    improved: Type.Boolean(),
    detectable: nullableNumber('Smallest relative change that these trials would find four times in five; null: none'),
    settledBy: Type.Optional(Type.String({ description: 'What would settle an inconclusive figure' })),
  },
  { ...closed, title: 'Compared figure' },
)

/** A comparison as it is kept in files: infinite figures are null there. */
export const ComparisonSchema = Type.Object(
  {
    verdict: words(['regression', 'no-regression', 'inconclusive', 'invalid'], 'Of all figures together'),
    problems: Type.Array(Type.String(), { description: 'Why the sides must not be compared' }),
    metrics: Type.Array(ComparedSchema),
    trials: Type.Object({ baseline: Type.Integer(), candidate: Type.Integer() }, closed),
  },
  { ...closed, title: 'Comparison' },
)

const PlaneSchema = Type.Object(
  {
    cpu: Type.Number({ minimum: 0, description: 'Processor cores' }),
    memory: Type.Number({ minimum: 0, description: 'Bytes of working set' }),
  },
  closed,
)

const TrialSchema = Type.Object(LoadResultSchema.properties, { ...closed, title: 'Trial' })

/** What a check found, as files keep it: the pooled result, and what was made of it. */
export const PerfRecordSchema = Type.Object(
  {
    ...LoadResultSchema.properties,
    verdict: Type.Optional(words(['passed', 'failed', 'invalid'], 'Of the whole check')),
    reasons: Type.Optional(Type.Array(Type.String(), { description: 'Why it did not pass' })),
    thresholds: Type.Optional(Type.Array(EvaluatedSchema)),
    comparison: Type.Optional(ComparisonSchema),
    overhead: Type.Optional(
      Type.Object(
        {
          dataplane: Type.Optional(PlaneSchema),
          controlplane: Type.Optional(PlaneSchema),
          meshMark: Type.Optional(
            Type.Object(
              {
                cpu: Type.Number({ minimum: 0, maximum: 1, description: 'Share of the processors that is left' }),
                memory: Type.Number({ minimum: 0, maximum: 1, description: 'Share of the memory that is left' }),
                score: Type.Number({ minimum: 0, maximum: 100 }),
              },
              { ...closed, description: 'MeshMark’s figures' },
            ),
          ),
          metrics: Type.Optional(
            Type.Record(Type.String(), Type.Object({ mean: Type.Number(), max: Type.Number() }, closed), {
              description: 'Answers of the check’s own queries over the run',
            }),
          ),
        },
        { ...closed, description: 'Use of processor and memory while the check ran' },
      ),
    ),
    search: Type.Optional(
      Type.Object(
        {
          rate: nullableNumber('Highest rate that met the thresholds; null: none did'),
          limitedBy: Type.String(),
          steps: Type.Array(
            Type.Object({ rate: Type.Number(), outcome: words(['met', 'missed', 'limited'], 'Outcome') }, closed),
          ),
        },
        closed,
      ),
    ),
    trials: Type.Optional(Type.Array(TrialSchema, { description: 'The single runs, when there were several' })),
  },
  { ...closed, title: 'meshform perf result', $id: 'https://meshform.dev/schemas/perf-result.schema.json' },
)

/** What a check found, as files keep it. */
export type PerfRecord = Static<typeof PerfRecordSchema>

/** The JSON Schema of result files (draft 2020-12), as published in schemas/perf-result.schema.json. */
export function recordJsonSchema(): JsonObject {
  return { $schema: 'https://json-schema.org/draft/2020-12/schema', ...JSON.parse(JSON.stringify(PerfRecordSchema)) }
}

/** What a check found, as its record. */
export function toRecord(check: PerfCheckResult): PerfRecord {
  const { comparison, overhead, search, trials } = check
  return {
    ...check.result,
    verdict: check.verdict,
    reasons: [...check.reasons],
    thresholds: check.thresholds.map(({ text, outcome, left, right, margin, note }) => ({
      text,
      outcome,
      ...(left === undefined ? {} : { left }),
      ...(right === undefined ? {} : { right }),
      ...(margin === undefined ? {} : { margin }),
      ...(note === undefined ? {} : { note }),
    })),
    ...(comparison === undefined ? {} : { comparison: recordComparison(comparison) }),
    ...(overhead === undefined ? {} : { overhead: overheadRecord(overhead) }),
    ...(search === undefined
      ? {}
      : { search: { rate: search.rate ?? null, limitedBy: search.limitedBy, steps: search.steps.map((step) => ({ ...step })) } }),
    ...(trials.length > 1 ? { trials: [...trials] } : {}),
  }
}

function overheadRecord({ metrics, ...planes }: NonNullable<PerfCheckResult['overhead']>): NonNullable<PerfRecord['overhead']> {
  const copied = Object.entries(metrics ?? {}).map(([name, figures]) => [name, { ...figures }] as const)
  return { ...planes, ...(metrics === undefined ? {} : { metrics: Object.fromEntries(copied) }) }
}

/** A comparison as its record. */
export function recordComparison(comparison: NonNullable<PerfCheckResult['comparison']>): NonNullable<PerfRecord['comparison']> {
  return {
    verdict: comparison.verdict,
    problems: [...comparison.problems],
    trials: { ...comparison.trials },
    metrics: comparison.metrics.map(({ settledBy, detectable, interval, effect, ...metric }) => ({
      ...metric,
      interval: { ...interval },
      effect: { ...effect },
      detectable: Number.isFinite(detectable) ? detectable : null,
      ...(settledBy === undefined ? {} : { settledBy }),
    })),
  }
}

/** A record as what the check found. A bare result, as other tools' files give, is a passed check without thresholds. */
export function fromRecord(record: PerfRecord): PerfCheckResult {
  const { verdict, reasons, thresholds, comparison, overhead, search, trials, ...result } = record
  return {
    name: result.name,
    verdict: verdict ?? (result.valid ? 'passed' : 'invalid'),
    reasons: reasons ?? (result.valid ? [] : result.invalidReasons.map((reason) => `The run is invalid: ${reason}.`)),
    trials: trials ?? [result],
    result,
    thresholds: (thresholds ?? []).map(({ text, outcome, left, right, margin, note }) => ({
      text,
      outcome,
      left,
      right,
      margin,
      note,
    })),
    comparison:
      comparison === undefined
        ? undefined
        : {
            ...comparison,
            metrics: comparison.metrics.map((metric) => ({
              ...metric,
              detectable: metric.detectable ?? Number.POSITIVE_INFINITY,
              settledBy: metric.settledBy,
            })),
          },
    overhead: overhead === undefined ? undefined : overhead,
    search:
      search === undefined ? undefined : { steps: search.steps, rate: search.rate ?? undefined, limitedBy: search.limitedBy },
  }
}

let validate: ReturnType<Ajv2020['compile']> | undefined

/** A record, or why a value is none. */
export type ReadRecord =
  | { readonly ok: true; readonly record: PerfRecord }
  | { readonly ok: false; readonly problems: readonly string[] }

/** Checks a parsed JSON value against the published schema, the histograms included. */
export function readRecord(value: unknown): ReadRecord {
  validate ??= new Ajv2020({ allErrors: true, strict: false }).compile(recordJsonSchema())
  if (!isRecord(value)) {
    return {
      ok: false,
      problems: (validate.errors ?? []).map(
        (error) => `${error.instancePath === '' ? 'the result' : error.instancePath} ${error.message ?? ''}`,
      ),
    }
  }
  for (const trial of [fromRecord(value).result, ...(value.trials ?? [])]) {
    const read = readResult(trial)
    if (!read.ok) return read
  }
  return { ok: true, record: value }
}

function isRecord(value: unknown): value is PerfRecord {
  return validate?.(value) === true
}
