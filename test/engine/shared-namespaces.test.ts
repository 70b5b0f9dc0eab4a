import { expect, test } from 'vitest'
import { newProject } from './command-runner.ts'

const design = (name: string, mesh: string) => `apiVersion: meshform.dev/v1
kind: Design
metadata: {name: ${name}}
meshes: {mesh: {provider: ${mesh}}}
workloads:
  ${name}: {mesh: mesh, namespace: shop, image: "example.invalid/${name}:1", ports: [{name: http, port: 8080}]}
`

test('two designs in one namespace that their mesh marks: the second leaves it alone, and it stays while anybody lives in it', async () => {
  const project = await newProject({ 'one.yaml': design('one', 'istio'), 'two.yaml': design('two', 'istio') })
  expect((await project.meshform('apply', '-f', 'one.yaml', '--yes')).code).toBe(0)
  const { out } = await project.meshform('plan', '-f', 'two.yaml')
  expect(out).toContain('Plan: 3 to create.')
  expect(out).not.toContain('Namespace')
  expect((await project.meshform('apply', '-f', 'two.yaml', '--yes')).code).toBe(0)
  expect((await project.meshform('plan', '-f', 'one.yaml', '--detailed-exitcode')).code).toBe(0)

  const destroyed = await project.meshform('destroy', '-f', 'one.yaml', '--yes')
  expect(destroyed.code).toBe(0)
  expect(destroyed.out).toContain('. Namespace shop  forgotten, not deleted: others live in it')
  const [told = ''] = destroyed.err.split('\n\n')
  expect(told.replaceAll(/two-\w{5}/g, 'two-<suffix>')).toMatchInlineSnapshot(`
    "info Namespace shop stays, since others live in it [MF2036]
    │ namespaces.shop
    │ Deployment shop/two, of design "two"
    │ EndpointSlice shop/two-<suffix>, of design "two"
    │ Endpoints shop/two, of design "two"
    │ Service shop/two, of design "two"
    │ ServiceAccount shop/two, of design "two"
    │ → Delete it by hand once these are gone."
  `)
  expect(destroyed.err).toContain('│ Deployment shop/two, of design "two"')
  // The mark went with the design that set it; the other one sees it missing and sets it.
  const second = await project.meshform('plan', '-f', 'two.yaml')
  expect(second.out).toContain('~ Namespace shop  exists, taken over')
  expect(second.out).toContain('Plan: 1 to change; 3 unchanged.')
})

test('a namespace that only objects of the design live in goes with them, whatever clusters put into it', async () => {
  const project = await newProject({ 'one.yaml': design('one', 'istio') })
  await project.meshform('apply', '-f', 'one.yaml', '--yes')
  const { out, code } = await project.meshform('destroy', '-f', 'one.yaml', '--yes')
  expect([code, out.includes('- Namespace shop'), out.includes('forgotten')]).toEqual([0, true, false])
})

test('another mesh needs other marks: the namespace of another design is not taken from it', async () => {
  const project = await newProject({ 'one.yaml': design('one', 'istio'), 'two.yaml': design('two', 'linkerd') })
  await project.meshform('apply', '-f', 'one.yaml', '--yes')
  const { err, code } = await project.meshform('plan', '-f', 'two.yaml')
  expect(code).toBe(1)
  expect(err).toContain('error Namespace shop exists already and belongs to design "one" [MF2006]')
  expect(err).toContain('`onboard: workload`')
})
