import { readFile, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { newProject } from './command-runner.ts'

const DESIGN = `apiVersion: meshform.dev/v1
kind: Design
metadata: {name: shop}
resources:
  ns: {manifest: {apiVersion: v1, kind: Namespace, metadata: {name: shop}}}
  web:
    dependsOn: [resources.ns]
    manifest:
      apiVersion: v1
      kind: Service
      metadata: {name: web, namespace: shop, labels: {app: web}}
      spec: {selector: {app: web}, ports: [{name: http, port: 80, targetPort: 8080}]}
  text: {dependsOn: [resources.ns], manifest: {apiVersion: v1, kind: ConfigMap, metadata: {name: text, namespace: shop}, data: {template: "hello $\${name}"}}}
  key: {dependsOn: [resources.ns], manifest: {apiVersion: v1, kind: Secret, metadata: {name: key, namespace: shop}, stringData: {token: hunter2hunter2}}}
`

test('import writes a design whose apply takes the objects in and changes nothing of them', async () => {
  const { meshform, write, folder } = await newProject({ 'shop.yaml': DESIGN })
  expect((await meshform('apply', '--yes')).code).toBe(0)
  // As if somebody else had made them: the state is lost, and so are the marks of the owner.
  await rm(join(folder, '.meshform/state'), { recursive: true })
  const imported = await meshform(
    'import',
    'Namespace/shop',
    'service',
    'ConfigMap/shop/text',
    'Secret/key',
    '-n',
    'shop',
    '--name',
    'shop',
  )
  expect(imported).toMatchSnapshot()
  expect(imported.out).not.toContain('hunter2')
  await write('shop.yaml', imported.out)
  const given = ['--input', `secret_key_token=${Buffer.from('hunter2hunter2').toString('base64')}`]
  const planned = await meshform('plan', ...given)
  expect(planned).toMatchSnapshot()
  expect((await meshform('apply', '--yes', ...given)).code).toBe(0)
  expect((await meshform('plan', '--detailed-exitcode', ...given)).code).toBe(0)
  expect((await meshform('state', 'list', ...given)).out).toMatchSnapshot()
})

test('import of whole kinds leaves out what the cluster makes by itself, and writes over no file', async () => {
  const { meshform, folder } = await newProject({ 'shop.yaml': DESIGN })
  expect((await meshform('apply', '--yes')).code).toBe(0)
  const kinds = ['ConfigMap', 'ServiceAccount', 'ConfigMap/shop/text', '-n', 'shop']
  const { code, out, err } = await meshform('import', ...kinds, '--out', 'imported.yaml')
  expect([code, out]).toEqual([0, ''])
  expect(err).toContain('1 object is in imported.yaml')
  expect(err).toContain('Left out, since the cluster makes them by itself: ConfigMap shop/kube-root-ca.crt')
  expect(err).toContain('ServiceAccount shop/default')
  expect(await readFile(join(folder, 'imported.yaml'), 'utf8')).not.toContain('kube-root-ca')
  expect((await meshform('import', 'ServiceAccount/shop/default')).out).toContain('kind: ServiceAccount')
  const again = await meshform('import', ...kinds, '--out', 'shop.yaml')
  expect(again).toMatchObject({ code: 1, err: expect.stringContaining('shop.yaml is there already') })
  expect(await readFile(join(folder, 'shop.yaml'), 'utf8')).toBe(DESIGN)
})

test('import says what it does not find', async () => {
  const { meshform } = await newProject({})
  expect(await meshform('import', 'Gizmo', 'ConfigMap/shop/none', 'a/b/c/d')).toMatchSnapshot()
})
