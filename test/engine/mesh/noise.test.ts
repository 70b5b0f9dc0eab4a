import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { Sandbox } from '../../../src/sandbox/sandbox.ts'
import { makeWorkspace, type Workspace } from './run-command.ts'

const WEBHOOKS = `apiVersion: admissionregistration.k8s.io/v1
kind: ValidatingWebhookConfiguration
metadata: {name: istio-validator-istio-system}
webhooks:
  - name: rev.validation.istio.io
    admissionReviewVersions: [v1]
    sideEffects: None
    failurePolicy: Ignore
    clientConfig: {service: {name: istiod, namespace: istio-system, path: /validate}}
    rules: [{apiGroups: [networking.istio.io], apiVersions: ['*'], operations: [CREATE], resources: ['*']}]
`

const DESIGN = (ignore: string) => `apiVersion: meshform.dev/v1
kind: Design
metadata: {name: platform}
meshes:
  istio: {provider: istio, install: {manifests: [./webhooks.yaml]}${ignore}}
`

const PATH = '/apis/admissionregistration.k8s.io/v1/validatingwebhookconfigurations/istio-validator-istio-system'

describe('what a mesh writes into its own objects', () => {
  let workspace: Workspace
  beforeEach(async () => {
    workspace = makeWorkspace()
    await workspace.write('webhooks.yaml', WEBHOOKS)
  })
  afterEach(() => workspace.remove())

  /** Changes the live object as istiod does once it runs. */
  async function asIstiod(patch: { op: string; path: string; value: string }[]): Promise<void> {
    const sandbox = await Sandbox.open({ directory: join(workspace.directory, '.meshform', 'sandbox') })
    const headers = { 'content-type': 'application/json-patch+json', 'user-agent': 'pilot-discovery' }
    const answer = await sandbox.handle({ method: 'PATCH', path: PATH, headers, body: patch })
    await sandbox.close()
    expect(answer.status).toBe(200)
  }

  /** Applies the design, and lets istiod write its certificate and tighten the policy. */
  async function withIstiod(design: string): Promise<void> {
    await workspace.write('design.yaml', design)
    const applied = await workspace.meshform('apply', '--yes')
    expect(applied.exitCode, applied.stderr).toBe(0)
    await asIstiod([
      { op: 'add', path: '/webhooks/0/clientConfig/caBundle', value: 'Y2VydGlmaWNhdGU=' },
      { op: 'replace', path: '/webhooks/0/failurePolicy', value: 'Fail' },
    ])
  }

  test.each([
    ['a mesh of the design', DESIGN('')],
    [
      'plain resources',
      'apiVersion: meshform.dev/v1\nkind: Design\nmetadata: {name: platform}\nresources: {istio: {manifests: [./webhooks.yaml]}}\n',
    ],
  ])('is neither drift nor a change: %s', async (_, design) => {
    await withIstiod(design)
    const planned = await workspace.meshform('plan', '--detailed-exitcode')
    expect(planned.exitCode, planned.stdout).toBe(0)
    const drift = await workspace.meshform('plan', '--refresh-only', '--detailed-exitcode')
    expect(drift.exitCode, drift.stdout).toBe(0)
  })

  test('is drift where the design takes the rule back', async () => {
    await withIstiod(
      DESIGN(", ignore: [{kinds: [ValidatingWebhookConfiguration], paths: ['webhooks[*].failurePolicy'], ours: true}]"),
    )
    const planned = await workspace.meshform('plan')
    expect(planned.exitCode).toBe(1)
    // Another manager took the field, so putting it back is a decision.
    expect(planned.stderr).toContain('belong')
    expect(planned.stderr).toContain('failurePolicy')
    expect(planned.stderr).not.toContain('caBundle')
  })

  test('stands in the way of no change of ours', async () => {
    await withIstiod(DESIGN(''))
    await workspace.write('webhooks.yaml', WEBHOOKS.replace('sideEffects: None', 'sideEffects: NoneOnDryRun'))
    const applied = await workspace.meshform('apply', '--yes')
    expect(applied.exitCode, applied.stderr).toBe(0)
    expect(applied.stdout).toContain('sideEffects')
    expect(applied.stdout).not.toContain('failurePolicy')
    expect((await workspace.meshform('plan', '--detailed-exitcode')).exitCode).toBe(0)
  })

  test('is drift in fields that nobody is known to write, until the design says who does', async () => {
    await withIstiod(DESIGN(''))
    await asIstiod([{ op: 'replace', path: '/webhooks/0/sideEffects', value: 'NoneOnDryRun' }])
    expect((await workspace.meshform('plan')).stderr).toContain('sideEffects')
    const more = ", ignore: [{kinds: [ValidatingWebhookConfiguration], paths: ['webhooks[*].sideEffects'], reason: an operator}]"
    await workspace.write('design.yaml', DESIGN(more))
    const planned = await workspace.meshform('plan')
    expect(planned.exitCode, planned.stderr).toBe(0)
    expect(planned.stdout).not.toContain('sideEffects')
  })
})
