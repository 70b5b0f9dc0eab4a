import { writeFile } from 'node:fs/promises'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import { describe, expect, onTestFinished, test } from 'vitest'
import { applyPlan } from '../../src/engine/apply.ts'
import type { ApplyRequest } from '../../src/engine/apply-request.ts'
import { dryRunAll } from '../../src/engine/dry-run.ts'
import type { Plan } from '../../src/plan/plan.ts'
import type { DesiredObject } from '../../src/planner/desired-object.ts'
import type { LiveObject, Target } from '../../src/targets/contract.ts'
import { renderDiagnostics } from '../../src/views/terminal/diagnostics.ts'
import { styleFor } from '../../src/views/terminal/style.ts'
import { changeOf, planOf } from '../views/sample-plan.ts'
import { newProject } from './command-runner.ts'
import { widgets } from './widget-kind.ts'

function design(body: string, resources = ''): string {
  return `apiVersion: meshform.dev/v1
kind: Design
metadata: {name: shop}
${body}
resources:
  ns: {manifest: {apiVersion: v1, kind: Namespace, metadata: {name: shop}}}
${resources}`
}

function widget(condition: string, more = ''): string {
  return `${widgets}  w: {dependsOn: [resources.kind], ${more}manifest: {apiVersion: example.org/v1, kind: Widget, metadata: {name: w, namespace: shop}, status: {conditions: [${condition}]}}}\n`
}

/** Carries a plan out against a target, with nothing around it but what a test says. */
function carriedOut(plan: Plan, target: Target, more: Pick<ApplyRequest, 'journal'> & Partial<ApplyRequest>) {
  const never = new AbortController().signal
  return applyPlan({
    plan,
    sensitiveValues: [],
    manifests: new Map(),
    rules: new Map(),
    recorded: new Map(),
    live: new Map(),
    connections: new Map([['sandbox', { kind: 'connected', title: 'sandbox', target, served: NOTHING_SERVED }]]),
    waiters: new Map(),
    managers: { usual: 'meshform-shop', of: () => 'meshform-shop', takeFrom: [] },
    parallelism: 1,
    onError: 'continue',
    emit: () => undefined,
    now: () => 0,
    stop: never,
    signal: never,
    ...more,
  })
}

/** The text from the first error or warning on, without progress. */
function told(err: string): string {
  return err.slice(err.search(/^(error|warning) /m))
}

describe('a plan is refused when', () => {
  test.each([
    [
      'objects wait for each other',
      design(
        '',
        '  a: {manifest: {apiVersion: v1, kind: ConfigMap, metadata: {name: a, namespace: other}}}\n  other: {dependsOn: [resources.a], manifest: {apiVersion: v1, kind: Namespace, metadata: {name: other}}}\n',
      ),
    ],
    [
      'a component has no mesh',
      design(
        'workloads: {web: {namespace: shop, image: nginx, ports: [{name: http, port: 80}], versions: {v1: {labels: {version: v1}}}}}\ntraffic: {web: {workload: web, routes: [{to: {v1: 100}}]}}',
      ),
    ],
  ])('%s', async (_why, text) => {
    const { meshform } = await newProject({ 'shop.yaml': text })
    const { code, err } = await meshform('plan')
    expect(code).toBe(1)
    expect(err).toMatchSnapshot()
  })
})

test('a plan says so when it may only read', async () => {
  const forbidden =
    'configmaps "a" is forbidden: User "jane" cannot patch resource "configmaps" in API group "" in the namespace "shop"'
  const target = { apply: async () => ({ ok: false, error: { kind: 'forbidden', message: forbidden } }) } as unknown as Target
  const key = { cluster: 'east', group: '', kind: 'ConfigMap', namespace: 'shop', name: 'a' }
  const manifest = { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'a', namespace: 'shop' } }
  const { diagnostics } = await dryRunAll({
    connections: new Map([['east', { kind: 'connected', title: 'east', target, served: NOTHING_SERVED }]]),
    candidates: [{ kind: 'create', desired: { id: 'a', key, manifest } as DesiredObject, ...NEW }],
    managers: { usual: 'meshform-shop', of: () => 'meshform-shop', takeFrom: [] },
    includeCreates: true,
    onlyToSee: false,
    kindOf: () => undefined,
    readersWelcome: true,
    emit: () => undefined,
    signal: new AbortController().signal,
  })
  expect(renderDiagnostics(diagnostics, styleFor({}, {}), () => undefined)).toMatchSnapshot()
})

const NOTHING_SERVED = { all: [], find: () => undefined }
const NEW = { recorded: undefined, reason: undefined, ask: true, unsure: undefined, deferred: false }

describe('an apply says so when', () => {
  test.each([
    ['an object failed', widget('{type: Stalled, status: "True", reason: Broken, message: its spring is gone}')],
    [
      'an object is not healthy in time',
      widget('{type: Reconciling, status: "True", reason: Winding, message: being wound up}', 'timeouts: {apply: 100ms}, '),
    ],
  ])('%s', async (_why, resources) => {
    const { meshform } = await newProject({ 'shop.yaml': design('', resources) })
    const { code, err } = await meshform('apply', '--yes')
    expect(code).toBe(1)
    expect(told(err)).toMatchSnapshot()
  })

  test('an object is still there after its delete', async () => {
    const held = `  a: {timeouts: {delete: 100ms}, manifest: {apiVersion: v1, kind: ConfigMap, metadata: {name: a, namespace: shop, finalizers: [example.org/hold]}}}\n`
    const project = await newProject({ 'shop.yaml': design('', held) })
    await project.meshform('apply', '--yes')
    const { code, err } = await project.meshform('destroy', '--yes')
    expect(code).toBe(1)
    expect(told(err)).toMatchSnapshot()
  })

  test('an intent can not be recorded', async () => {
    const plan = planOf([changeOf('a', { action: 'create' })])
    const target = new Proxy({} as Target, {
      get: () => {
        throw new Error('The target was asked, although nothing could be recorded')
      },
    })
    const { diagnostics, failed } = await carriedOut(plan, target, {
      journal: {
        intent: async () => ({ ok: false, error: { kind: 'io', message: 'No space is left on the device.' } }),
        allowed: () => ({ ok: true, value: undefined }),
        result: () => undefined,
      },
    })
    expect(failed).toBe(1)
    expect(
      diagnostics.map(({ code, summary, detail, hint }) => `${summary} [${code}]\n${detail}\n→ ${hint}`),
    ).toMatchInlineSnapshot(`
      [
        "ConfigMap shop/a was not touched: the state can't be written [MF4005]
      No space is left on the device.
      → Nothing happens that could not be recorded. Mend the cause and run apply again.",
      ]
    `)
  })

  test('what is to be taken over was changed after it was looked at', async () => {
    const written = (x: string): LiveObject => ({
      metadata: {
        managedFields: [{ manager: 'kubectl', operation: 'Update', apiVersion: 'v1', fieldsV1: { 'f:data': { 'f:x': {} } } }],
      },
      data: { x, beside: x },
    })
    const change = changeOf('a', { action: 'update', takesFrom: ['kubectl'] })
    const asked: boolean[] = []
    const target = new Proxy({} as Target, {
      get: (_target, name) => {
        if (name !== 'takeOver') throw new Error('It was applied all the same')
        return async (_key: unknown, _version: unknown, { expects }: { readonly expects: (live: LiveObject) => boolean }) => {
          asked.push(expects({ ...written('seen'), status: { phase: 'other' } }), expects(written('changed')))
          return { ok: true, value: 'not-as-expected', warnings: [] }
        }
      },
    })
    const results: unknown[] = []
    const { diagnostics, failed } = await carriedOut(planOf([change]), target, {
      live: new Map([[change.id, written('seen')]]),
      manifests: new Map([[change.id, { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'a' } }]]),
      journal: {
        intent: async () => ({ ok: true, value: undefined }),
        allowed: () => ({ ok: true, value: undefined }),
        result: (result) => results.push(result),
      },
    })
    // What others write does not count; what is to become ours does.
    expect(asked).toEqual([true, false])
    expect({ failed, results }).toEqual({ failed: 1, results: [{ id: change.id, outcome: 'failed', uncertain: false }] })
    expect(renderDiagnostics(diagnostics, styleFor({}, { NO_COLOR: '1' }), () => undefined)).toMatchInlineSnapshot(`
      "error ConfigMap shop/a was changed after it was looked at, and was not taken over [MF4014]
      │ design.yaml:7:3  resources.a
      │ Fields of "kubectl" are no longer those of the plan.
      │ → Run again: the next plan shows it as it is now.
      "
    `)
  })

  test('one of its clusters can not be reached', async () => {
    const clusters = `clusters: {east: {sandbox: true}, west: {context: nowhere, kubeconfig: ./nowhere.yaml}}`
    const map = (name: string) =>
      `  ${name}: {cluster: ${name}, manifest: {apiVersion: v1, kind: ConfigMap, metadata: {name: ${name}, namespace: default}}}\n`
    const { meshform } = await newProject({
      'shop.yaml': design(clusters, `${map('east')}${map('west')}`).replace('ns: {', 'ns: {cluster: east, '),
    })
    const { code, err } = await meshform('apply', '--yes')
    expect(code).toBe(1)
    expect(err.slice(err.indexOf('error Cluster'))).toMatchSnapshot()
  })

  test('a perf-check failed', async () => {
    const server = createServer((_request, response) => setTimeout(() => response.writeHead(500).end(), 10))
    await new Promise<void>((done) => server.listen(0, '127.0.0.1', done))
    onTestFinished(() => new Promise<void>((done) => server.close(() => done())))
    const { port } = server.address() as AddressInfo
    const check = `perfChecks: {web: {target: "http://127.0.0.1:${port}/", load: {requests: 20, duration: 20s, connections: 2}, thresholds: ["errors < 1%"]}}`
    const { meshform } = await newProject({ 'shop.yaml': design(check) })
    const { code, err } = await meshform('apply', '--yes')
    expect(code).toBe(1)
    expect(told(err).replaceAll(String(port), '<port>')).toMatchSnapshot()
  })
})

describe('the sandbox is not served when', () => {
  test.each([
    ['its port is taken', (port: number) => ['--port', String(port)]],
    ['there is no such failure', () => ['--fail', 'nonesuch']],
  ])('%s', async (_why, options) => {
    const taken = createServer()
    await new Promise<void>((done) => taken.listen(0, '127.0.0.1', done))
    onTestFinished(() => new Promise<void>((done) => taken.close(() => done())))
    const { port } = taken.address() as AddressInfo
    const { meshform, folder } = await newProject({})
    await writeFile(join(folder, 'empty'), '')
    const { code, err } = await meshform('sandbox', 'start', ...options(port))
    expect(code).toBe(1)
    expect(err.replaceAll(String(port), '<port>')).toMatchSnapshot()
  })
})
