import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { Project, steady } from './project.ts'

const design = ['-f', 'patterns/bookinfo-canary']
let project: Project

beforeAll(() => {
  project = new Project()
  project.copy('patterns/bookinfo-canary')
})
afterAll(() => project.dispose())

describe.sequential('the Bookinfo canary on the sandbox', () => {
  test('before anything, a plan would create all of it and asks for nothing', async () => {
    const { code, stdout } = await project.run(['plan', ...design, '--detailed-exitcode'])
    expect(code).toBe(2)
    await expect(steady(stdout, project)).toMatchFileSnapshot('goldens/bookinfo-create.golden.txt')
  })

  test('apply creates it, waits, and prints outputs and a summary', async () => {
    const { code, stdout, stderr } = await project.run(['apply', ...design, '--yes'])
    expect(stderr).not.toContain('✗')
    expect(code).toBe(0)
    expect(steady(stdout.slice(stdout.indexOf('Plan: 25')), project)).toMatchInlineSnapshot(`
      "Plan: 25 to create.
      outputs
        canaryShare  10%
        reviews      reviews.bookinfo.svc.cluster.local

      Apply complete in <time>: 25 created.
      "
    `)
  })

  test('apply again has nothing to do', async () => {
    const { code, stdout } = await project.run(['apply', ...design, '--yes'])
    expect(code).toBe(0)
    expect(stdout).toMatchInlineSnapshot(`
      "No changes. 25 objects as designed.
      outputs
        canaryShare  10%
        reviews      reviews.bookinfo.svc.cluster.local

      "
    `)
    expect((await project.run(['plan', ...design, '--detailed-exitcode'])).code).toBe(0)
  })

  test('a changed weight changes one object, two weights of it, and nothing else', async () => {
    const { code, stdout } = await project.run(['plan', ...design, '--input', 'weight=30'])
    expect(code).toBe(0)
    expect(stdout).toMatchInlineSnapshot(`
      "traffic.reviews                                              patterns/bookinfo-canary/design.yaml:53
        ~ VirtualService bookinfo/reviews
            spec.http[name=canary].route[0].weight: 90 → 70  patterns/bookinfo-canary/design.yaml:59:15
            spec.http[name=canary].route[1].weight: 10 → 30  patterns/bookinfo-canary/design.yaml:60:15

      outputs
        ~ canaryShare  10% → 30%

      Plan: 1 to change; 24 unchanged.
      "
    `)
  })

  test('a saved plan is applied as it is, and refused when it is stale', async () => {
    const saved = await project.run(['plan', ...design, '--input', 'weight=40', '--out', 'plan.json'])
    expect(saved.code).toBe(0)
    const applied = await project.run(['apply', 'plan.json'])
    expect(applied).toMatchObject({ code: 0 })
    expect(applied.stdout).toMatch(/Apply complete in [\d.]+s: 1 changed, 24 unchanged\./)
    const stale = await project.run(['apply', 'plan.json'])
    expect(stale.code).toBe(1)
    expect(stale.stderr).toContain('MF4007')
    await project.run(['apply', ...design, '--yes'])
  })

  test('state, outputs and graph tell what there is', async () => {
    const state = await project.run(['state', 'list', ...design])
    expect(state.code).toBe(0)
    expect(state.stdout).toContain('VirtualService')
    const output = await project.run(['output', ...design, '--json'])
    expect(JSON.parse(output.stdout)).toMatchObject({ canaryShare: { value: '10%', sensitive: false } })
    const graph = await project.run(['graph', ...design, '--format', 'mermaid'])
    expect(graph.stdout).toMatchInlineSnapshot(`
      "flowchart LR
        n0["meshes.istio"]
        n1["workloads.details"]
        n1 --> n0
        n2["workloads.ratings"]
        n2 --> n0
        n3["workloads.reviews"]
        n3 --> n0
        n4["workloads.productpage"]
        n4 --> n0
        n4 --> n1
        n4 --> n3
        n5["gateways.web"]
        n5 --> n0
        n5 --> n4
        n6["traffic.reviews"]
        n6 --> n3
        n7["authorization.reviews"]
        n7 --> n4
        n7 --> n3
      "
    `)
  })

  test('destroy leaves the sandbox as it was', async () => {
    const { code, stdout } = await project.run(['destroy', ...design, '--yes'])
    expect(code).toBe(0)
    expect(stdout).toMatch(/Destroy complete in [\d.]+s: 25 deleted\.\n$/)
    const again = await project.run(['plan', ...design])
    expect(again.stdout).toContain('Plan: 25 to create.')
    const nothing = await project.run(['destroy', ...design, '--yes'])
    expect(nothing).toMatchObject({ code: 0 })
  })
})
