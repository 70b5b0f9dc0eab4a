import { mkdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { Ajv } from 'ajv'
import { expect, test } from 'vitest'
import { newProject } from './command-runner.ts'

const pattern = `apiVersion: meshform.dev/v1
kind: Design
metadata: {name: inner}
resources:
  deep: {lifecycle: {preconditions: [{condition: "1 > 0", message: never}]}, manifest: {apiVersion: v1, kind: ConfigMap, metadata: {name: deep, namespace: shop}}}
`
const design = `apiVersion: meshform.dev/v1
kind: Design
metadata: {name: shop}
inputs: {n: {type: integer, default: 2}}
resources:
  each:
    forEach: [a, b]
    lifecycle:
      preconditions: [{condition: "inputs.n > 1", message: n is too small}]
      postconditions: [{condition: "self.data.x == 'five'", message: x is not five}]
    manifest: {apiVersion: v1, kind: ConfigMap, metadata: {name: "each-\${each.key}", namespace: shop}, data: {x: nine}}
  after: {dependsOn: [resources.each], manifest: {apiVersion: v1, kind: ConfigMap, metadata: {name: after, namespace: shop}}}
patterns:
  p: {source: ./p}
policies:
  few: {rule: "plan.summary.create < 2", message: many, enforcement: advisory}
  kept: {rule: "change.action != 'delete'"}
outputs:
  n: {value: "\${inputs.n}", description: how many}
  s: {value: "secret-\${inputs.n}", sensitive: true}
`

async function project() {
  const made = await newProject({ 'shop.yaml': design })
  await mkdir(join(made.folder, 'p'))
  await made.write('p/design.yaml', pattern)
  return made
}

test('readers of the envelope find conditions and policies, patterns as modules, and what the design says', async () => {
  const { meshform } = await project()
  expect((await meshform('plan', '--out', 'plan.json')).code).toBe(0)
  const json = JSON.parse((await meshform('show', 'plan.json', '--json')).out)
  const told = json.checks.map(({ address, status, instances }: Record<string, never>) => ({ address, status, instances }))
  expect(told).toMatchInlineSnapshot(`
    [
      {
        "address": {
          "kind": "resource",
          "name": "each",
          "to_display": "resources.each",
        },
        "instances": [
          {
            "address": {
              "instance_key": "a",
              "to_display": "resources.each["a"]",
            },
            "status": "unknown",
          },
          {
            "address": {
              "instance_key": "b",
              "to_display": "resources.each["b"]",
            },
            "status": "unknown",
          },
        ],
        "status": "unknown",
      },
      {
        "address": {
          "kind": "resource",
          "module": "patterns.p",
          "name": "deep",
          "to_display": "patterns.p.resources.deep",
        },
        "instances": [
          {
            "address": {
              "to_display": "patterns.p.resources.deep",
            },
            "status": "pass",
          },
        ],
        "status": "pass",
      },
      {
        "address": {
          "kind": "check",
          "name": "few",
          "to_display": "policies.few",
        },
        "instances": [
          {
            "address": {
              "to_display": "policies.few",
            },
            "problems": [
              {
                "message": "The plan is against the policy few: many",
              },
            ],
            "status": "fail",
          },
        ],
        "status": "fail",
      },
      {
        "address": {
          "kind": "check",
          "name": "kept",
          "to_display": "policies.kept",
        },
        "instances": [
          {
            "address": {
              "to_display": "policies.kept",
            },
            "status": "pass",
          },
        ],
        "status": "pass",
      },
    ]
  `)
  const names = (module: { resources: { address: string }[]; child_modules?: never[] }): unknown => ({
    resources: module.resources.map(({ address }) => address),
    modules: (module.child_modules ?? []).map(names),
  })
  expect(names(json.planned_values.root_module)).toMatchInlineSnapshot(`
    {
      "modules": [
        {
          "modules": [],
          "resources": [
            "patterns.p.resources.deep/ConfigMap/shop/deep@sandbox",
          ],
        },
      ],
      "resources": [
        "namespaces.shop/Namespace/shop@sandbox",
        "resources.each["a"]/ConfigMap/shop/each-a@sandbox",
        "resources.each["b"]/ConfigMap/shop/each-b@sandbox",
        "resources.after/ConfigMap/shop/after@sandbox",
      ],
    }
  `)
  const { resources, ...rest } = json.configuration.root_module
  expect(resources.find(({ name }: { name: string }) => name === 'after')).toMatchInlineSnapshot(`
    {
      "address": "resources.after/ConfigMap/shop/after@sandbox",
      "depends_on": [
        "resources.each["a"]",
        "resources.each["b"]",
      ],
      "expressions": {
        "apiVersion": {
          "constant_value": "v1",
        },
        "kind": {
          "constant_value": "ConfigMap",
        },
        "metadata": {
          "constant_value": {
            "annotations": {
              "meshform.dev/address": "resources.after",
            },
            "labels": {
              "meshform.dev/design": "shop",
            },
            "name": "after",
            "namespace": "shop",
          },
        },
      },
      "mode": "managed",
      "name": "after",
      "provider_config_key": "sandbox",
      "provider_name": "meshform.dev/meshform/kubernetes",
      "schema_version": 0,
      "type": "kubernetes_config_map",
    }
  `)
  expect(rest).toMatchInlineSnapshot(`
    {
      "module_calls": {
        "p": {
          "module": {
            "resources": [
              {
                "address": "patterns.p.resources.deep/ConfigMap/shop/deep@sandbox",
                "expressions": {
                  "apiVersion": {
                    "constant_value": "v1",
                  },
                  "kind": {
                    "constant_value": "ConfigMap",
                  },
                  "metadata": {
                    "constant_value": {
                      "annotations": {
                        "meshform.dev/address": "patterns.p.resources.deep",
                      },
                      "labels": {
                        "meshform.dev/design": "shop",
                      },
                      "name": "deep",
                      "namespace": "shop",
                    },
                  },
                },
                "mode": "managed",
                "name": "deep",
                "provider_config_key": "sandbox",
                "provider_name": "meshform.dev/meshform/kubernetes",
                "schema_version": 0,
                "type": "kubernetes_config_map",
              },
            ],
          },
        },
      },
      "outputs": {
        "n": {
          "description": "how many",
          "expression": {
            "constant_value": 2,
          },
        },
        "s": {
          "expression": {},
          "sensitive": true,
        },
      },
      "variables": {
        "n": {
          "type": "integer",
        },
      },
    }
  `)
})

test('an apply that a postcondition does not hold of has failed, whatever it changed', async () => {
  const { meshform } = await project()
  const first = await meshform('apply', '--yes', '--json-into', 'events.json')
  expect(first.code).toBe(1)
  expect(first.out.split('\n').at(-2)).toMatchInlineSnapshot(`"Apply failed in <s>: 5 created."`)
  const again = await meshform('apply', '--yes', '--json')
  expect(again.code).toBe(1)
  expect(JSON.parse(again.out.trim().split('\n').at(-1) ?? '')).toMatchObject({ '@level': 'error', passed: false })
})

test('what is written beside a design is no part of it, however large', async () => {
  const { meshform, write } = await project()
  const large = 'x'.repeat(10 * 1024 * 1024)
  await write('plan.json', JSON.stringify({ format_version: '1.2', meshform: { note: large } }, null, 1))
  await write('sealed.json', `{"sealed_plan":1,"sealed":"${large}"}`)
  await write('events.json', `{"@level":"info","@message":"meshform.dev/v1"}\n${large}`)
  await write('somebody-elses.yaml', `other: ${large}`)
  expect(await meshform('validate')).toMatchObject({ code: 0, err: '' })
  await write('ours.yaml', `apiVersion: meshform.dev/v1\nkind: Design\nmetadata: {name: ${large}}\n`)
  expect((await meshform('validate')).err).toContain('ours.yaml is larger than 10 MiB [MF1004]')
})

/** Where a saved plan is changed, and to what: none of it is a plan any more. */
const NO_PLANS: readonly (readonly [place: string, value: unknown])[] = [
  ['format_version', '2.0'],
  ['resource_changes.0.change.actions', ['read', 'create', 'delete']],
  ['resource_changes.0.change.actions', []],
  ['resource_changes.0.change.before', 'text'],
  ['resource_changes.0.meshform.action', 'destroy'],
  ['resource_changes.0.meshform.applyTimeout', -1],
  ['resource_changes.0.meshform.origin.line', 0],
  ['output_changes.n.actions', ['replace']],
  ['checks.0.status', 'good'],
  ['checks.0.address', {}],
  ['checks.0.instances.0.status', undefined],
  ['checks.0.instances.0.problems', ['text']],
  ['meshform.design.digest', 'abc'],
  ['meshform.state.serial', -1],
  ['meshform.mode', undefined],
]

test('the published schema refuses what is no plan', async () => {
  const { meshform, folder } = await project()
  expect((await meshform('plan', '--out', 'plan.json')).code).toBe(0)
  const text = await readFile(join(folder, 'plan.json'), 'utf8')
  const schema = JSON.parse(await readFile(new URL('../../schemas/plan.schema.json', import.meta.url), 'utf8'))
  const fits = new Ajv({ strict: false }).compile(schema)
  expect(fits(JSON.parse(text))).toBe(true)
  const taken = NO_PLANS.filter(([place, value]) => {
    const plan = JSON.parse(text)
    const steps = place.split('.')
    const inner = steps.slice(0, -1).reduce((node, step) => node[step], plan)
    inner[steps.at(-1) ?? ''] = value
    return fits(JSON.parse(JSON.stringify(plan)))
  })
  expect(taken).toEqual([])
})
