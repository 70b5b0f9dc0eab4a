import { expect, test } from 'vitest'
import { isJsonObject, type JsonObject, type JsonValue } from '../../src/plan/json.ts'
import { newProject } from './command-runner.ts'
import { asOther } from './other-hands.ts'

const NS = '/api/v1/namespaces/default'

/** A Deployment that uses a map and a Secret in every way; `size` is in the map, `key` in the Secret. */
function design(size: string, key: string, versioned = 'true'): string {
  return `apiVersion: meshform.dev/v1
kind: Design
metadata: {name: shop}
resources:
  web:
    manifest:
      apiVersion: apps/v1
      kind: Deployment
      metadata: {name: web, namespace: default}
      spec:
        selector: {matchLabels: {app: web}}
        template:
          metadata: {labels: {app: web}}
          spec:
            containers:
              - name: web
                image: web:1
                env: [{name: KEY, valueFrom: {secretKeyRef: {name: keys, key: key}}}]
                envFrom: [{configMapRef: {name: settings}}, {configMapRef: {name: others, optional: true}}]
            volumes:
              - {name: all, projected: {sources: [{configMap: {name: "\${resources.settings.manifest.metadata.name}"}}, {secret: {name: keys}}]}}
  settings:
    lifecycle: {versioned: ${versioned}}
    manifest: {apiVersion: v1, kind: ConfigMap, metadata: {name: settings, namespace: default}, data: {size: "${size}"}}
  keys:
    lifecycle: {versioned: ${versioned}}
    manifest: {apiVersion: v1, kind: Secret, metadata: {name: keys, namespace: default}, stringData: {key: "${key}"}}
`
}

function namesIn(list: JsonValue | undefined): readonly string[] {
  const items = isJsonObject(list) ? (list.items as readonly JsonObject[]) : []
  return items.map(({ metadata }) => String((metadata as JsonObject).name)).filter((name) => /^(settings|keys)/.test(name))
}

test('a new content is a new object that what uses it follows, made first; the old one goes last', async () => {
  const project = await newProject({ 'shop.yaml': design('small', 'one') })
  expect((await project.meshform('apply', '--yes')).code).toBe(0)
  expect((await project.meshform('plan', '--detailed-exitcode')).code).toBe(0)
  const [first = ''] = namesIn(await asOther(project, 'GET', `${NS}/configmaps`))
  expect(first).toMatch(/^settings-[0-9a-f]{10}$/)
  const [keys = ''] = namesIn(await asOther(project, 'GET', `${NS}/secrets`))
  expect(JSON.stringify(await asOther(project, 'GET', '/apis/apps/v1/namespaces/default/deployments/web'))).toContain(
    `"name":"${first}"`,
  )

  await project.write('shop.yaml', design('large', 'one'))
  expect((await project.meshform('plan')).out).toMatchSnapshot()
  const applied = await project.meshform('apply', '--yes')
  expect(applied.code).toBe(0)
  const order = applied.err
    .split('\n')
    .flatMap((line) => /✓ (\S+ default\/[a-z]+)\S*\s+(\w+)/.exec(line)?.slice(1, 3).join(' ') ?? [])
  expect(order).toEqual([
    'ConfigMap default/settings created',
    'Deployment default/web changed',
    'ConfigMap default/settings deleted',
  ])
  const [second = ''] = namesIn(await asOther(project, 'GET', `${NS}/configmaps`))
  expect(second).not.toBe(first)
  const web = JSON.stringify(await asOther(project, 'GET', '/apis/apps/v1/namespaces/default/deployments/web'))
  expect([web.includes(first), web.split(`"name":"${second}"`).length, web.split(`"name":"${keys}"`).length]).toEqual([
    false,
    3,
    3,
  ])
  expect(web).toContain('"name":"others"')
  // Back to what was: the name is the one it was.
  await project.write('shop.yaml', design('small', 'one'))
  expect((await project.meshform('apply', '--yes')).code).toBe(0)
  expect(namesIn(await asOther(project, 'GET', `${NS}/configmaps`))).toEqual([first])
  expect((await project.meshform('destroy', '--yes')).code).toBe(0)
})

test('a component without anything to version is told', async () => {
  const project = await newProject({
    'shop.yaml': `apiVersion: meshform.dev/v1
kind: Design
metadata: {name: shop}
resources:
  ns: {lifecycle: {versioned: true}, manifest: {apiVersion: v1, kind: Namespace, metadata: {name: shop}}}
`,
  })
  expect((await project.meshform('plan')).err).toMatchInlineSnapshot(`
    "error resources.ns makes nothing that could be versioned [MF2033]
    │ shop.yaml:5:31  resources.ns
    │ 5 │   ns: {lifecycle: {versioned: true}, manifest: {apiVersion: v1, kind: Namespace, metadata: {name: shop}}}
    │   │                               ^
    │ A new name for each content is given to ConfigMaps and Secrets, since what uses them is known and follows.
    │ → Take \`versioned\` away, or put it on the component with the ConfigMap or Secret.

    "
  `)
})
