import { describe, expect, test } from 'vitest'
import type { DESIGN_CODES } from '../../src/design/codes.ts'
import type { LoadRequest } from '../../src/design/load-design.ts'
import { HEAD, lines, loadText } from './load-text.ts'

interface Mistake {
  readonly what: string
  /** One design, or several files. */
  readonly text: string | { readonly [name: string]: string }
  readonly given?: Partial<Omit<LoadRequest, 'cwd'>>
  readonly told: readonly string[]
}

const DEEP = `a: ${'['.repeat(300)}${']'.repeat(300)}`
const BOMB = [
  'a0: &a0 [x, x, x, x, x, x, x, x, x, x]',
  ...Array.from({ length: 8 }, (_, index) => `a${index + 1}: &a${index + 1} [${`*a${index}, `.repeat(10).slice(0, -2)}]`),
].join('\n')

/** One or more mistakes for each code of the language. */
const MISTAKES: { readonly [Code in keyof typeof DESIGN_CODES]: readonly Mistake[] } = {
  MF1001: [
    {
      what: 'a tab as indent',
      text: `${HEAD}inputs:\n\tweight: {}\n`,
      told: ['MF1001 design.yaml:5:1 Tabs cannot indent YAML'],
    },
    {
      what: 'a quote within quotes, which all the rest of the file then looks wrong for',
      text: `${HEAD}locals:\n  a: {forEach: "\${["x"]}", b: c}\n  d: [{e: f}]\noutputs: {g: {value: "1"}}\n`,
      told: ['MF1001 design.yaml:5:21 Unexpected characters'],
    },
  ],
  MF1002: [
    {
      what: 'a key twice',
      text: `${HEAD}locals:\n  a: 1\n  a: 2\n`,
      told: ['MF1002 design.yaml:6:3 The key a is there twice'],
    },
  ],
  MF1003: [
    {
      what: 'a folder that is not there',
      text: HEAD,
      given: { paths: ['elsewhere'] },
      told: ['MF1003 - elsewhere cannot be read'],
    },
  ],
  MF1004: [
    {
      what: 'a file beyond reason',
      text: `${HEAD}locals: {a: "${'x'.repeat(10 * 1024 * 1024)}"}\n`,
      told: ['MF1004 design.yaml:1:1 design.yaml is larger than 10 MiB'],
    },
  ],
  MF1005: [
    {
      what: 'aliases that unfold without end',
      text: `${HEAD}locals:\n${BOMB.replaceAll(/^/gm, '  ')}\n`,
      told: ['MF1005 design.yaml:9:47 Aliases unfold to more than 100000 values'],
    },
    {
      what: 'values nested too deeply',
      text: `${HEAD}locals:\n  ${DEEP}\n`,
      told: ['MF1005 design.yaml:5:204 Values are nested more than 200 deep'],
    },
  ],
  MF1006: [
    {
      what: 'a key that means something to the machine',
      text: `${HEAD}locals:\n  __proto__: {admin: true}\n`,
      told: ['MF1006 design.yaml:5:3 The key __proto__ is not allowed'],
    },
  ],
  MF1007: [
    {
      what: 'a number that is not exact',
      text: `${HEAD}locals: {a: 12345678901234567890}\n`,
      told: ['MF1007 design.yaml:4:13 The number 12345678901234567890 is too large to be exact'],
    },
  ],
  MF1008: [{ what: 'an empty folder', text: {}, told: ['MF1008 - No design in .'] }],
  MF1009: [
    {
      what: 'a version of the language that is not known',
      text: 'apiVersion: meshform.dev/v9\nkind: Design\nmetadata: {name: shop}\n',
      told: ['MF1009 design.yaml:1:13 The language version meshform.dev/v9 is not known'],
    },
  ],
  MF1010: [
    {
      what: 'a component in two files',
      text: {
        'a.yaml': `${HEAD}resources:\n  one: {manifest: {apiVersion: v1, kind: ConfigMap, metadata: {name: a}}}\n`,
        'b.yaml': `${HEAD}resources:\n  one: {manifest: {apiVersion: v1, kind: ConfigMap, metadata: {name: b}}}\n`,
      },
      told: ['MF1010 b.yaml:5:3 resources.one is declared twice'],
    },
    {
      what: 'two designs in a folder',
      text: {
        'a.yaml': `${HEAD}inputs: {n: {default: 1}}\n`,
        'b.yaml': `${HEAD.replace('shop', 'other')}inputs: {n: {default: 1}}\n`,
      },
      told: ['MF1010 b.yaml:3:18 Two designs are here: shop and other'],
    },
  ],
  MF1011: [
    {
      what: 'manifests that are not there',
      text: `${HEAD}resources:\n  one: {manifests: [./none/*.yaml]}\n`,
      told: ['MF1011 design.yaml:5:21 ./none/*.yaml matches no file'],
    },
  ],
  MF1012: [
    {
      what: 'a file that is no manifest',
      text: { 'design.yaml': `${HEAD}resources:\n  one: {manifests: [./sub/a.yaml]}\n`, 'sub/a.yaml': 'kind: ConfigMap\n' },
      told: ['MF1012 sub/a.yaml:1:1 This object has no apiVersion'],
    },
  ],
  MF1013: [
    {
      what: 'a mesh from a path that starts at the root, and nothing of what hangs on the mesh',
      text: `${HEAD}clusters: {east: {context: east}, west: {context: west}}\nmeshes:\n  m: {provider: istio, cluster: east, install: {manifests: [/etc/m.yaml]}}\nworkloads:\n  web: {image: nginx, mesh: m}\n`,
      told: ['MF1013 design.yaml:6:61 /etc/m.yaml is an absolute path'],
    },
    {
      what: 'an absolute path',
      text: `${HEAD}resources:\n  one: {manifests: [/etc/hosts]}\n`,
      told: ['MF1013 design.yaml:5:21 /etc/hosts is an absolute path'],
    },
    {
      what: 'a link out of the folder',
      text: { 'design.yaml': `${HEAD}resources:\n  one: {manifests: [./sub/a.yaml]}\n`, 'sub/a.yaml': '->/etc/hosts' },
      told: ['MF1013 design.yaml:5:21 sub/a.yaml is a link that leads out of .'],
    },
  ],
  MF1014: [
    {
      what: 'services of Meshery that cannot be understood',
      text: `name: shop
vars: {space: demo, loop: "$(#ref.vars.loop)"}
services:
  untyped: {settings: {}}
  odd: {type: Odd.Thing}
  lost: {type: ConfigMap.K8s, namespace: $(#ref.vars.nowhere)}
  round: {type: ConfigMap.K8s, namespace: $(#ref.vars.loop)}
  used: {type: $(#use https://example.org/pattern.yaml)}
  waits: {type: ConfigMap.K8s, dependsOn: [nobody]}
  text: hello
`,
      told: [
        'MF1014 design.yaml:4:12 The service untyped has no type',
        'MF1014 design.yaml:5:15 The type Odd.Thing is not known',
        'MF1014 design.yaml:6:42 $(#ref.vars.nowhere) leads to nothing',
        'MF1014 design.yaml:7:43 $(#ref.vars.loop) leads to nothing',
        "MF1014 design.yaml:8:16 $(#use https://example.org/pattern.yaml): a pattern used by its address can't be read here",
        'MF1014 design.yaml:9:44 nobody is no service of the design',
        'MF1014 design.yaml:10:9 The service text is no map',
      ],
    },
    {
      what: 'components of Meshery with credentials, and without a kind',
      text: `name: shop
schemaVersion: designs.meshery.io/v1beta1
components:
  - displayName: a
    component: {kind: ConfigMap, version: v1}
    model: {registrant: {metadata: {auth: {user: {client-key-data: bm90IG9uZQ==}}}}}
  - {displayName: b}
  - {component: {kind: ConfigMap, version: v1}, configuration: {}}
  - {component: {kind: ConfigMap, version: v1}, displayName: c, configuration: [1]}
`,
      told: [
        'MF1014 design.yaml:7:5 The component b has no kind',
        'MF1014 design.yaml:8:5 The component ConfigMap has no name',
        'MF1014 design.yaml:9:80 The configuration of c is no map',
        'MF1014 - design.yaml holds credentials of a cluster',
      ],
    },
    {
      what: 'a design of Meshery that holds nothing',
      text: 'name: shop\nschemaVersion: designs.meshery.io/v1beta1\ncomponents: []\nrelationships: []\n',
      told: ['MF1014 design.yaml:1:1 There is nothing to deploy in design.yaml'],
    },
  ],
  MF1015: [
    {
      what: 'traits and drawings of Meshery',
      text: `name: shop
services:
  istio: {type: IstioMesh, version: 1.26.0, traits: {mTLS: {policy: strict, namespaces: [default]}}}
  note: {type: Comment, apiVersion: core.meshery.io/v1alpha1, isAnnotation: true}
`,
      told: ['MF1015 design.yaml:1:1 1 part of the drawing is no object', 'MF1015 design.yaml:3:60 The trait mTLS is left out'],
    },
  ],
  MF1016: [
    {
      what: 'objects beside a design',
      text: { 'design.yaml': HEAD, 'objects.yaml': 'apiVersion: v1\nkind: ConfigMap\nmetadata: {name: a}\n' },
      told: ['MF1016 objects.yaml:1:1 objects.yaml holds objects of Kubernetes and is no part of the design'],
    },
  ],
  MF1101: [
    {
      what: 'a key that is not known',
      text: `${HEAD}workloads:\n  web: {image: nginx, replica: 2}\n`,
      told: ['MF1101 design.yaml:5:23 Unknown key replica'],
    },
  ],
  MF1102: [
    {
      what: 'a key that is missing',
      text: `${HEAD}traffic:\n  web: {routes: []}\n`,
      told: ['MF1102 design.yaml:5:3 workload is missing'],
    },
  ],
  MF1103: [
    {
      what: 'a wrong type',
      text: `${HEAD}workloads:\n  web: {image: nginx, replicas: "2"}\n`,
      told: ['MF1103 design.yaml:5:33 replicas must be a whole number, not "2"'],
    },
    {
      what: 'a wrong type that an expression gives',
      text: `${HEAD}workloads:\n  web: {image: nginx, replicas: "\${'two'}"}\n`,
      told: ['MF1103 design.yaml:5:33 replicas must be a whole number, not "two" (after evaluation)'],
    },
  ],
  MF1104: [
    {
      what: 'a port out of range',
      text: `${HEAD}workloads:\n  web: {image: nginx, ports: [{port: 70000}]}\n`,
      told: ['MF1104 design.yaml:5:38 port is 70000, the largest allowed is 65535'],
    },
  ],
  MF1105: [
    {
      what: 'a word that is not known',
      text: `${HEAD}meshes:\n  m: {provider: istio, mtls: strickt}\n`,
      told: ['MF1105 design.yaml:5:30 mtls must be strict, permissive or disable, not "strickt"'],
    },
  ],
  MF1106: [
    {
      what: 'a time in the wrong form',
      text: `${HEAD}workloads:\n  web: {image: nginx, timeouts: {apply: soon}}\n`,
      told: ['MF1106 design.yaml:5:41 "soon" does not have the right form'],
    },
  ],
  MF1107: [
    {
      what: 'a match written in no known way',
      text: `${HEAD}workloads:\n  web: {image: nginx}\ntraffic:\n  web: {workload: web, routes: [{match: [{path: 5}]}]}\n`,
      told: ['MF1107 design.yaml:7:49 5 is written in none of the ways allowed here'],
    },
  ],
  MF1201: [
    {
      what: 'an expression that ends too early',
      text: `${HEAD}locals:\n  a: "\${1 +}"\n`,
      told: ['MF1201 design.yaml:5:12 The expression ends too early'],
    },
    {
      what: 'an expression that is not closed',
      text: `${HEAD}locals:\n  a: "\${1"\n`,
      told: ['MF1201 design.yaml:5:7 This ${ has no }'],
    },
  ],
  MF1202: [
    {
      what: 'a name that is not in scope',
      text: `${HEAD}locals:\n  a: "\${input.b}"\n`,
      told: ['MF1202 design.yaml:5:9 Unknown name input'],
    },
  ],
  MF1203: [
    {
      what: 'an input that is not declared',
      text: `${HEAD}inputs: {weight: {default: "1"}}\nlocals:\n  a: "\${inputs.wieght}"\n`,
      told: ['MF1203 design.yaml:6:16 There is no inputs.wieght'],
    },
    {
      what: 'conditions and rules, which are CEL as a whole',
      text: `${HEAD}inputs: {weight: {default: 1}}\nresources:\n  a:\n    manifest: {apiVersion: v1, kind: ConfigMap, metadata: {name: a}}\n    lifecycle:\n      preconditions: [{condition: "inputs.wight > 1", message: m}, {condition: "self.x == 1", message: m}, {condition: "1 +", message: m}]\n      postconditions: [{condition: "self.x == slf.x", message: m}, {condition: "each.key == ''", message: m}]\npolicies:\n  p: {rule: "chang.x == inputs.weight"}\n  q: {rule: "plan.summary.create <"}\n`,
      told: [
        'MF1203 design.yaml:9:43 There is no inputs.wight',
        'MF1202 design.yaml:9:81 A precondition does not see self',
        'MF1201 design.yaml:9:124 The expression ends too early',
        'MF1202 design.yaml:10:47 Unknown name slf',
        'MF1208 design.yaml:10:81 each is known only in a component that has forEach',
        'MF1202 design.yaml:12:14 Unknown name chang',
        'MF1202 design.yaml:12:25 Unknown name inputs',
        'MF1201 design.yaml:13:35 The expression ends too early',
      ],
    },
  ],
  MF1204: [
    {
      what: 'an attribute that is not there',
      text: `${HEAD}workloads:\n  web: {image: nginx}\noutputs:\n  a: {value: "\${workloads.web.hots}"}\n`,
      told: ['MF1204 design.yaml:7:31 workloads.web has no attribute hots'],
    },
  ],
  MF1205: [
    {
      what: 'a division by zero',
      text: `${HEAD}locals:\n  a: "\${1 / 0}"\n`,
      told: ['MF1205 design.yaml:5:9 Division by zero'],
    },
  ],
  MF1206: [
    {
      what: 'a list inside text',
      text: `${HEAD}locals:\n  a: "list: \${[1, 2]}"\n`,
      told: ['MF1206 design.yaml:5:15 a list cannot stand inside text'],
    },
  ],
  MF1208: [
    {
      what: 'each without forEach',
      text: `${HEAD}workloads:\n  web: {image: "\${each.value}"}\n`,
      told: ['MF1208 design.yaml:5:19 each is known only in a component that has forEach'],
    },
  ],
  MF1209: [
    {
      what: 'a component that is left out',
      text: `${HEAD}workloads:\n  web: {image: nginx, when: false}\noutputs:\n  a: {value: "\${workloads.web.host}"}\n`,
      told: ['MF1209 design.yaml:7:27 workloads.web is left out: its `when` is false'],
    },
    {
      what: 'an item that is not there',
      text: `${HEAD}workloads:\n  web: {image: nginx, forEach: [a, b]}\noutputs:\n  a: {value: "\${workloads.web[\\"c\\"].host}"}\n`,
      told: ['MF1209 design.yaml:7:14 workloads.web has no item "c"'],
    },
    {
      what: 'an attribute of all items at once',
      text: `${HEAD}workloads:\n  web: {image: nginx, forEach: [a, b]}\noutputs:\n  a: {value: "\${workloads.web.host}"}\n`,
      told: ['MF1209 design.yaml:7:31 workloads.web has forEach, so it has no host itself'],
    },
  ],
  MF1301: [
    {
      what: 'addresses of blocks that no component can have',
      text: `${HEAD}resources:\n  a: {manifest: {apiVersion: v1, kind: ConfigMap, metadata: {name: a}}}\nmoved:\n  - {from: resource.a, to: resources.a}\n  - {from: 'resources.m[x]', to: 'resources.m["x.y"]'}\n  - {from: 'patterns.p["a"].resources.a', to: resources.a.resources.b}\nremoved: [{from: everything}, {from: namespaces.shop}]\nimports: [{to: map.a, object: {apiVersion: v1, kind: ConfigMap, name: a}}]\n`,
      told: [
        'MF1301 design.yaml:7:12 resource.a is no address',
        'MF1301 design.yaml:8:12 resources.m[x] is no address',
        'MF1301 design.yaml:9:47 resources.a.resources.b is no address',
        'MF1301 design.yaml:10:18 everything is no address',
        'MF1301 design.yaml:11:16 map.a is no address',
      ],
    },
    {
      what: 'a workload that is not there',
      text: `${HEAD}authorization:\n  web: {workload: web, mesh: m}\nmeshes:\n  m: {provider: istio}\n`,
      told: ['MF1301 design.yaml:5:19 There is no workload web'],
    },
  ],
  MF1302: [
    {
      what: 'a component of another kind',
      text: `${HEAD}workloads:\n  web: {image: nginx, mesh: workloads.web}\n`,
      told: ['MF1302 design.yaml:5:29 workloads.web is none of meshes'],
    },
  ],
  MF1303: [
    {
      what: 'locals that need each other',
      text: `${HEAD}locals:\n  a: "\${locals.b}"\n  b: "\${locals.c}"\n  c: "\${locals.a}"\n`,
      told: ['MF1303 design.yaml:5:3 locals.a -> locals.b -> locals.c -> locals.a is a cycle'],
    },
    {
      what: 'components that wait for each other',
      text: `${HEAD}workloads:\n  a: {image: nginx, dependsOn: [workloads.b]}\n  b: {image: nginx, dependsOn: [workloads.a]}\n`,
      told: ['MF1303 design.yaml:5:3 workloads.a -> workloads.b -> workloads.a is a cycle'],
    },
  ],
  MF1304: [
    {
      what: 'a mesh on it, and nothing of the workloads that hang on the mesh',
      text: `${HEAD}clusters: {east: {context: east}, west: {context: west}}\nmeshes:\n  m: {provider: istio, cluster: esat}\nworkloads:\n  web: {image: nginx, mesh: m}\n`,
      told: ['MF1304 design.yaml:6:33 There is no cluster esat'],
    },
    {
      what: 'a cluster that is not there',
      text: `${HEAD}clusters: {east: {context: east}}\nworkloads:\n  web: {image: nginx, cluster: esat}\n`,
      told: ['MF1304 design.yaml:6:32 There is no cluster esat'],
    },
  ],
  MF1305: [
    {
      what: 'two clusters, and none named',
      text: `${HEAD}clusters: {east: {context: east}, west: {context: west}}\nworkloads:\n  web: {image: nginx}\n`,
      told: ['MF1305 design.yaml:6:3 It is not clear on which cluster workloads.web lives'],
    },
  ],
  MF1306: [
    {
      what: 'a version that is not declared',
      text: `${HEAD}workloads:\n  web: {image: nginx, versions: {v1: {}, v2: {}}}\ntraffic:\n  web: {workload: web, routes: [{to: {v3: 100}}]}\n`,
      told: ['MF1306 design.yaml:7:43 workloads.web has no version v3'],
    },
  ],
  MF1401: [
    {
      what: 'weights that are no whole',
      text: `${HEAD}workloads:\n  web: {image: nginx, versions: {v1: {}, v2: {}}}\ntraffic:\n  web: {workload: web, routes: [{to: {v1: 90, v2: 20}}]}\n`,
      told: ['MF1401 design.yaml:7:38 The weights of route 1 add up to 110, not 100'],
    },
  ],
  MF1402: [
    {
      what: 'a route that goes two ways',
      text: `${HEAD}workloads:\n  web: {image: nginx, versions: {v1: {}}}\ntraffic:\n  web: {workload: web, routes: [{to: {v1: 100}, redirect: {host: a.example}}]}\n`,
      told: ['MF1402 design.yaml:7:59 Route 1 has both to and redirect'],
    },
  ],
  MF1403: [
    {
      what: 'a workload made of nothing',
      text: `${HEAD}workloads:\n  web: {replicas: 2}\n`,
      told: ['MF1403 design.yaml:5:3 workloads.web has neither manifests nor an image'],
    },
  ],
  MF1404: [
    {
      what: 'a resource without an object',
      text: `${HEAD}resources:\n  one: {wait: false}\n`,
      told: ['MF1404 design.yaml:5:3 resources.one has neither manifest nor manifests'],
    },
  ],
  MF1405: [
    {
      what: 'forEach over a number',
      text: `${HEAD}workloads:\n  web: {image: nginx, forEach: "\${3}"}\n`,
      told: ['MF1405 design.yaml:5:32 forEach takes a list or a map'],
    },
    {
      what: 'the same item twice',
      text: `${HEAD}workloads:\n  web: {image: nginx, forEach: [a, a]}\n`,
      told: ['MF1405 design.yaml:5:32 forEach has the item "a" twice'],
    },
  ],
  MF1406: [
    {
      what: 'a filter without a module',
      text: `${HEAD}meshes: {m: {provider: istio}}\nfilters:\n  f: {mesh: m}\n`,
      told: ['MF1406 design.yaml:6:3 filters.f has neither source nor code'],
    },
  ],
  MF1501: [
    {
      what: 'an input without a value',
      text: `${HEAD}inputs:\n  colour: {type: string}\n`,
      told: ['MF1501 design.yaml:5:3 The input colour has no value'],
    },
  ],
  MF1502: [
    {
      what: 'a value for an input that is not declared',
      text: `${HEAD}inputs: {weight: {type: integer, default: 1}}\n`,
      given: { inputs: { cli: { wieght: '2' }, files: [], environment: {} } },
      told: ['MF1502 - There is no input wieght'],
    },
  ],
  MF1503: [
    {
      what: 'a value above the bound',
      text: `${HEAD}inputs:\n  weight: {type: integer, default: 1, maximum: 100}\n`,
      given: { inputs: { cli: { weight: '101' }, files: [], environment: {} } },
      told: ['MF1503 design.yaml:5:3 Input weight: 101 is above 100'],
    },
  ],
  MF1504: [
    {
      what: 'a default that does not fit',
      text: `${HEAD}inputs:\n  weight: {type: integer, default: many}\n`,
      told: ['MF1504 design.yaml:5:36 The default of input weight does not fit: "many" is not a whole number'],
    },
  ],
  MF1601: [
    {
      what: 'a pattern at an address',
      text: `${HEAD}patterns:\n  p: {source: "ftp://example.org/p"}\n`,
      told: ['MF1601 design.yaml:5:15 Nothing fetches patterns here, and ftp://example.org/p is an address'],
    },
  ],
  MF1602: [
    {
      what: 'a pattern that uses itself',
      text: {
        'design.yaml': `${HEAD}patterns:\n  p: {source: ./inner}\n`,
        'inner/design.yaml': `${HEAD.replace('shop', 'inner')}patterns:\n  q: {source: ..}\n`,
      },
      told: ['MF1602 inner/design.yaml:5:15 The pattern .. uses itself'],
    },
  ],
  MF1603: [
    {
      what: 'a pattern whose source is computed',
      text: `${HEAD}inputs: {from: {default: ./p}}\npatterns:\n  p: {source: "\${inputs.from}"}\n`,
      told: ['MF1603 design.yaml:6:15 The source of a pattern cannot be an expression'],
    },
  ],
  MF1604: [
    {
      what: 'blocks of a pattern that do nothing where it is used',
      text: {
        'design.yaml': `${HEAD}patterns:\n  p: {source: ./p}\n`,
        'p/design.yaml': `${HEAD.replace('shop', 'inner')}state: {address: ./elsewhere}\nimports: [{to: resources.b, object: {apiVersion: v1, kind: ConfigMap, name: b}}]\nresources:\n  b: {manifest: {apiVersion: v1, kind: ConfigMap, metadata: {name: b}}}\n`,
      },
      given: { paths: ['design.yaml'] },
      told: [
        'MF1604 p/design.yaml:4:1 `state` of the pattern inner does nothing here',
        'MF1604 p/design.yaml:5:1 `imports` of the pattern inner does nothing here',
      ],
    },
  ],
}

describe('a mistake is told with its code, place and words', () => {
  for (const [code, mistakes] of Object.entries(MISTAKES)) {
    for (const { what, text, given, told } of mistakes) {
      test(`${code}: ${what}`, async () => {
        const files = typeof text === 'string' ? { 'design.yaml': text } : text
        expect(lines(await loadText(files, given))).toEqual(told)
      })
    }
  }
})

test('a component that was meant and has a mistake of its own is offered all the same', async () => {
  const text = `${HEAD}workloads:\n  frontend: {image: nginx, ports: [{port: 0}]}\n  backend: {image: nginx}\nauthorization:\n  a: {workload: backend, allow: [{from: [workloads.fronted]}]}\n`
  const { diagnostics } = await loadText({ 'design.yaml': text })
  expect(diagnostics.find(({ code }) => code === 'MF1301')?.hint).toBe('Did you mean "workloads.frontend"?')
})
