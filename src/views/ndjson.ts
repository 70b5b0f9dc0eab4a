import type { EngineEvent } from '../engine/events.ts'
import type { ObjectChange } from '../plan/change.ts'
import type { Diagnostic } from '../plan/diagnostic.ts'
import { moduleAddress } from '../plan/envelope.ts'
import { describeObject, type ObjectKey } from '../plan/manifest.ts'
import { type Plan, summarize } from '../plan/plan.ts'
import { changeAddress, changeType, itemKey } from '../plan/plan-file.ts'
import { diagnosticRange } from './diagnostic-range.ts'
import type { StreamEventType } from './ndjson-schema.ts'
import type { RunSummary, RunView, ShownOperation, ShownOutputs } from './run-view.ts'
import { STREAM_VERSION } from './stream-version.ts'
import type { ReadLine } from './terminal/diagnostics.ts'

/** A run for programs: one JSON object a line, in the shapes of Terraform's machine-readable UI and of `STREAM_EVENTS`. */
export class NdjsonRunView implements RunView {
  readonly #write: (text: string) => void
  readonly #now: () => number
  readonly #readLine: ReadLine
  readonly #operation: 'plan' | ShownOperation

  constructor(
    write: (text: string) => void,
    now: () => number,
    version: string,
    operation: 'plan' | ShownOperation,
    readLine: ReadLine,
  ) {
    this.#readLine = readLine
    this.#write = write
    this.#now = now
    this.#operation = operation
    this.#line('info', `meshform ${version}`, { type: 'version', meshform: version, ui: STREAM_VERSION })
  }

  event(event: EngineEvent): void {
    switch (event.type) {
      case 'refresh-start':
        this.#line('info', `${event.cluster}: reading ${event.kinds} kinds`, {
          type: 'refresh_start',
          hook: { cluster: event.cluster, kinds: event.kinds },
        })
        return
      case 'refresh-complete':
        this.#line('info', `${event.cluster}: read ${event.objects} objects`, {
          type: 'refresh_complete',
          hook: { cluster: event.cluster, objects: event.objects, elapsed_seconds: event.elapsedMs / 1000 },
        })
        return
      case 'cluster-waiting':
        this.#line('warn', `${event.cluster}: ${event.reason}`, {
          type: 'cluster_waiting',
          hook: { cluster: event.cluster, reason: event.reason },
        })
        return
      case 'dry-run-start':
      case 'dry-run-progress':
      case 'check-progress':
        return
      case 'apply-start':
        this.#hook('info', 'apply_start', `${describeObject(event.key)}: ${event.action}`, event, { action: event.action })
        return
      case 'apply-written':
        this.#hook('info', 'apply_progress', `${describeObject(event.key)}: written`, event, {
          action: event.action,
          elapsed_seconds: 0,
        })
        return
      case 'apply-progress':
        this.#hook('info', 'apply_progress', `${describeObject(event.key)}: ${event.reason}`, event, {
          reason: event.reason,
          elapsed_seconds: event.elapsedMs / 1000,
        })
        return
      case 'apply-complete':
        this.#hook(
          'info',
          'apply_complete',
          `${describeObject(event.key)}: ${event.waited ? 'done' : 'not waited for any longer'}`,
          event,
          {
            action: event.action,
            waited: event.waited,
            elapsed_seconds: event.elapsedMs / 1000,
          },
        )
        return
      case 'apply-failed':
        this.#hook('error', 'apply_errored', `${describeObject(event.key)}: ${event.diagnostic.summary}`, event, {
          action: event.action,
          written: event.written,
        })
        return
      case 'apply-skipped':
        this.#hook('warn', 'apply_skipped', `${describeObject(event.key)}: skipped, needs ${event.needs}`, event, {
          action: event.action,
          needs: event.needs,
          because: event.because,
        })
        return
      case 'check-start':
        this.#line('info', `${event.address}: measuring`, { type: 'check_start', hook: { address: event.address } })
        return
      case 'check-complete':
        this.#line(event.passed ? 'info' : 'error', `${event.address}: ${event.summary}`, {
          type: 'check_complete',
          hook: { address: event.address, passed: event.passed, summary: event.summary },
        })
        return
      case 'diagnostic':
        this.diagnostics([event.diagnostic])
        return
    }
  }

  diagnostics(diagnostics: readonly Diagnostic[]): void {
    for (const { severity, code, summary, detail, address, location, hint } of diagnostics) {
      this.#line(severity === 'warning' ? 'warn' : severity, `${severity}: ${summary}`, {
        type: 'diagnostic',
        diagnostic: {
          severity,
          code,
          summary,
          detail: detail ?? '',
          ...(address === undefined ? {} : { address }),
          ...(location === undefined ? {} : { range: diagnosticRange(location, this.#readLine) }),
          ...(hint === undefined ? {} : { hint }),
        },
      })
    }
  }

  plan(plan: Plan): void {
    for (const change of plan.drift) this.#change('resource_drift', change)
    for (const change of plan.changes) if (change.action !== 'no-op') this.#change('planned_change', change)
    const { create, update, replace, delete: gone, import: adopted, forget } = summarize(plan)
    this.#line('info', `Plan: ${create + replace} to add, ${update} to change, ${gone + replace} to destroy.`, {
      type: 'change_summary',
      changes: { add: create + replace, change: update, remove: gone + replace, import: adopted, forget, operation: 'plan' },
    })
  }

  outputs(outputs: ShownOutputs): void {
    this.#line('info', `Outputs: ${outputs.length}`, {
      type: 'outputs',
      outputs: Object.fromEntries(outputs.map(({ name, value, sensitive }) => [name, { sensitive, value }])),
    })
  }

  summary({ operation, counts, failed, unhealthy, skipped, elapsedMs, interrupted, passed, clusters }: RunSummary): void {
    const { create = 0, update = 0, replace = 0, delete: gone = 0, import: adopted = 0, forget = 0 } = counts
    this.#line(
      failed > 0 || !passed ? 'error' : 'info',
      `${operation}: ${create + replace} added, ${update} changed, ${gone + replace} destroyed, ${failed} failed`,
      {
        type: 'change_summary',
        changes: {
          add: create + replace,
          change: update,
          remove: gone + replace,
          import: adopted,
          forget,
          failed,
          unhealthy,
          skipped,
          operation,
        },
        elapsed_seconds: elapsedMs / 1000,
        interrupted,
        passed,
        clusters,
      },
    )
  }

  note(text: string): void {
    this.#line('info', text, { type: 'log' })
  }

  close(): void {}

  #change(type: 'planned_change' | 'resource_drift', change: ObjectChange): void {
    this.#line('info', `${describeObject(change.key)}: ${change.action}`, {
      type,
      change: {
        resource: resourceOf(change),
        ...(change.previousAddress === undefined
          ? {}
          : { previous_resource: resourceOf({ ...change, address: change.previousAddress }) }),
        action: change.action,
        ...(change.reason === undefined ? {} : { reason: change.reason }),
        certainty: change.certainty,
        ...(change.conflicts.length === 0 ? {} : { conflicts: change.conflicts }),
        ...(change.takesFrom.length === 0 ? {} : { takes_from: change.takesFrom }),
      },
    })
  }

  #hook(
    level: string,
    type: StreamEventType,
    message: string,
    event: { readonly key: ObjectKey; readonly address: string },
    rest: Record<string, unknown>,
  ): void {
    this.#line(level, message, { type, hook: { resource: resourceOf(event), ...rest } })
  }

  #line(level: string, message: string, body: { readonly type: StreamEventType } & Record<string, unknown>): void {
    const line = {
      '@level': level,
      '@message': message,
      '@module': `meshform.${this.#operation}`,
      '@timestamp': new Date(this.#now()).toISOString(),
      ...body,
    }
    this.#write(`${JSON.stringify(line)}\n`)
  }
}

function resourceOf(change: { readonly key: ObjectKey; readonly address: string; readonly apiVersion?: string }) {
  const { key, address } = change
  return {
    addr: changeAddress(change),
    module: moduleAddress(address) ?? '',
    component: address,
    cluster: key.cluster,
    resource: `${key.kind}${key.group === '' ? '' : `.${key.group}`}/${key.namespace === '' ? '' : `${key.namespace}/`}${key.name}`,
    resource_type: changeType({ apiVersion: change.apiVersion ?? (key.group === '' ? 'v1' : `${key.group}/v1`), key }),
    resource_name: key.name,
    resource_key: itemKey(address) ?? null,
    implied_provider: 'meshform',
  }
}
