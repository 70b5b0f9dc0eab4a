import { readdir } from 'node:fs/promises'
import { expect, test } from 'vitest'
import { newProject } from '../engine/command-runner.ts'

const DESIGN = `apiVersion: meshform.dev/v1
kind: Design
metadata: {name: shop}
clusters: {east: {context: production}}
inputs:
  size: {type: integer, minimum: 1, maximum: 9}
resources:
  a: {manifest: {apiVersion: v1, kind: ConfigMap, metadata: {name: a, namespace: shop}, data: {size: "\${string(inputs.size)}"}}}
  b: {when: "\${inputs.size > 5}", manifest: {apiVersion: v1, kind: ConfigMap, metadata: {name: b, namespace: shop}, data: {}}}
outputs:
  size: {value: "\${inputs.size}"}
`

const TESTS = `tests:
  - name: a small shop has one map
    inputs: {size: 3}
    expect:
      summary: {create: 2}
      objects: {ConfigMap/shop/a: {data: {size: "3"}}, ConfigMap/shop/b: null}
      outputs: {size: 3}
      conditions: ["plan.summary.delete == 0", "change.namespace in ['', 'shop']"]
  - name: it is applied, to no cluster that the design names
    inputs: {size: 3}
    run: apply
    expect: {summary: {create: 2}}
  - name: it grows
    inputs: {size: 7}
    run: apply
    expect: {summary: {create: 1, update: 1, unchanged: 1}}
  - name: nothing is left to do
    inputs: {size: 7}
    run: apply
    expect: {summary: {create: 0, update: 0, unchanged: 3}}
  - name: too large
    inputs: {size: 10}
    expect: {diagnostics: [MF1503]}
`

const FAILING = `tests:
  - name: nothing of this holds
    inputs: {size: 4}
    expect:
      summary: {create: 9}
      objects: {ConfigMap/shop/a: {data: {size: "5"}}, ConfigMap/shop/b: {}, Namespace/shop: null}
      outputs: {size: 5, host: x}
      conditions: ["change.action != 'create'", "plan.nothing > 1"]
      diagnostics: [MF1503]
  - name: a mistake that nobody expects
    inputs: {size: 10}
    expect: {summary: {create: 2}}
`

test('tests beside a design run it, with clusters and a state of their own', async () => {
  const project = await newProject({ 'design.yaml': DESIGN, 'shop.test.yaml': TESTS })
  expect(await project.meshform('test')).toMatchSnapshot()
  expect((await readdir(project.folder)).sort()).toEqual(['design.yaml', 'shop.test.yaml'])
})

test('what does not hold is told one by one, and mistakes of the file with their place', async () => {
  const project = await newProject({ 'design.yaml': DESIGN, 'shop.test.yaml': FAILING })
  expect(await project.meshform('test')).toMatchSnapshot()
  const report = JSON.parse((await project.meshform('test', '--json', '--only', 'nobody expects')).out)
  expect(report).toMatchObject({ passed: 0, failed: 1 })
  await project.write('shop.test.yaml', 'tests:\n  - name: x\n    expekt: {}\n')
  expect(await project.meshform('test')).toMatchSnapshot()
})
