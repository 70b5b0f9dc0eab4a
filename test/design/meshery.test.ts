import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { convertDesign } from '../../src/design/convert-design.ts'
import { lines, loadText } from './load-text.ts'

const folder = join(import.meta.dirname, '../fixtures/meshery')
const FILES = ['bookinfo-with-retries', 'cronjob', 'traefik-ingress-2024', 'kuma', 'wasm-plugin-2025']

describe.each(FILES)('the design of Meshery %s', (name) => {
  const file = `${name}.yaml`

  test('is a design in the language', async () => {
    const { text } = await convertDesign(file, folder)
    await expect(text).toMatchFileSnapshot(`goldens/meshery/${file}`)
  })

  test('means the same as it is and converted', async () => {
    const asItIs = await loadText({ [file]: readFileSync(join(folder, file), 'utf8') })
    const converted = await loadText({ 'design.yaml': (await convertDesign(file, folder)).text ?? '' })
    const told = ({ design }: typeof asItIs) =>
      design?.components.map(({ address, spec, dependencies }) => ({ address, spec, dependencies }))
    expect(told(asItIs)?.length).toBeGreaterThan(0)
    expect(told(asItIs)).toEqual(told(converted))
    expect(lines(asItIs).filter((line) => !line.startsWith('MF1015'))).toEqual([])
  })
})

test('texts of other languages hold no expressions, and references take their types', async () => {
  const { design, diagnostics } = await loadText({
    'pattern.yaml': `name: Shop
vars: {space: demo, count: 3, deeper: "$(#ref.vars.space)"}
services:
  web site:
    type: Deployment.K8s
    namespace: $(#ref.vars.deeper)
    settings:
      replicas: $(#ref.vars.count)
      selector: {match Labels: {app: web}}
      template: {metadata: {labels: {app: web}}, spec: {containers: [{name: "$(#ref.services.web site.namespace)-a", image: "\${IMAGE}"}]}}
  rules: {type: Mesh.Consul, dependsOn: [web site]}
`,
  })
  expect(diagnostics).toEqual([])
  const [web, rules] = design?.components ?? []
  expect(web).toMatchObject({
    address: 'resources.web-site',
    spec: {
      manifest: {
        apiVersion: 'apps/v1',
        metadata: { name: 'web site', namespace: 'demo' },
        spec: {
          replicas: 3,
          selector: { matchLabels: { app: 'web' } },
          template: { spec: { containers: [{ name: 'demo-a', image: `\${IMAGE}` }] } },
        },
      },
    },
  })
  expect(rules).toMatchObject({
    dependencies: ['resources.web-site'],
    spec: { manifest: { apiVersion: 'consul.hashicorp.com/v1alpha1' } },
  })
})

test('a mistake is shown where the file says it, spaces in keys or not', async () => {
  const { design } = await loadText({
    'pattern.yaml': `name: shop
services:
  web:
    type: VirtualService.Istio
    settings:
      hosts: [a.example.org]
      http:
        - cors Policy: {max Age: 24h}
`,
  })
  const [web] = design?.components ?? []
  const place = (...path: (string | number)[]) => {
    const { line, column } = web?.locate(['manifest', ...path]) ?? {}
    return `${line}:${column}`
  }
  expect(place('spec', 'http', 0, 'corsPolicy', 'maxAge')).toBe('8:34')
  expect(place('spec', 'hosts', 0)).toBe('6:15')
  expect(place('metadata', 'name')).toBe('4:5')
})

test('Compose files and folders with designs of our own are none of it', async () => {
  const compose = 'name: shop\nservices:\n  web: {image: nginx, type: x}\n'
  expect(lines(await loadText({ 'compose.yaml': compose }))).toEqual(['MF1008 - No design in .'])
  const own = 'apiVersion: meshform.dev/v1\nkind: Design\nmetadata: {name: own}\n'
  const meshery = 'name: theirs\nservices:\n  web: {type: Namespace.K8s}\n'
  expect((await loadText({ 'own.yaml': own, 'theirs.yaml': meshery })).design?.name).toBe('own')
  expect(lines(await loadText({ 'one.yaml': meshery, 'two.yaml': meshery }))).toEqual([
    'MF1010 two.yaml:1:1 Two designs are here: one.yaml and two.yaml',
  ])
})
