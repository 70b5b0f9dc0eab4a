import { describe, expect, test } from 'vitest'
import { newProject } from './command-runner.ts'
import { asOther } from './other-hands.ts'
import { widgets } from './widget-kind.ts'

/** Namespaces and definitions take along what is in them: nothing of that may go untold. */
const head = (name: string) => `apiVersion: meshform.dev/v1
kind: Design
metadata: {name: ${name}}
resources:
`
const ns = `  ns: {manifest: {apiVersion: v1, kind: Namespace, metadata: {name: shop}}}\n`
const map = (name: string, more = '') =>
  `  ${name}: {${more}manifest: {apiVersion: v1, kind: ConfigMap, metadata: {name: ${name}, namespace: shop}}}\n`
const widget = (more = '') =>
  `  w: {${more}manifest: {apiVersion: example.org/v1, kind: Widget, metadata: {name: w, namespace: shop}, size: 1}}\n`
const design = `${head('shop')}${ns}${map('a')}${map('b', 'dependsOn: [resources.a], ')}${map('c')}`

describe('a namespace', () => {
  test('stays with what the state was told to forget', async () => {
    const told = await newProject({ 'shop.yaml': design })
    await told.meshform('apply', '--yes')
    await told.meshform('state', 'rm', 'resources.a')
    const { err } = await told.meshform('destroy', '--yes')
    expect(err).toContain('warning Namespace shop is not deleted yet: what stays in it would go too [MF2016]')
    expect(err).toContain('ConfigMap shop/a, which this design made and its state does not know any more')
    const untold = await newProject({ 'shop.yaml': `${head('shop')}${map('a')}${map('c')}` })
    await untold.meshform('apply', '--yes')
    await untold.meshform('state', 'rm', 'resources.a')
    const { out, err: named } = await untold.meshform('destroy', '--yes')
    expect(out).toContain('. Namespace shop  forgotten, not deleted: others live in it')
    expect(named.slice(0, named.indexOf('✓')).trimEnd()).toMatchInlineSnapshot(`
      "info Namespace shop stays, since others live in it [MF2036]
      │ namespaces.shop
      │ ConfigMap shop/a, which this design made and its state does not know any more
      │ → Delete it by hand once these are gone."
    `)
    expect(await asOther(untold, 'GET', '/api/v1/namespaces/shop/configmaps/a')).toMatchObject({ kind: 'ConfigMap' })
  })

  test('that is replaced takes along what is in it, and the plan says so', async () => {
    const project = await newProject({ 'shop.yaml': design })
    await project.meshform('apply', '--yes')
    // Targets or not: what is inside goes with it.
    const targeted = await project.meshform('plan', '--replace', 'resources.ns', '--target', 'resources.ns')
    expect(targeted.out).toContain('Plan: 4 to REPLACE.')
    expect(await project.meshform('apply', '--yes', '--replace', 'resources.ns', '--max-deletes', '4')).toMatchInlineSnapshot(`
      {
        "code": 0,
        "err": "  ✓ Namespace shop  replaced in <s>
        ✓ ConfigMap shop/a  replaced in <s>
        ✓ ConfigMap shop/c  replaced in <s>
        ✓ ConfigMap shop/b  replaced in <s>
      ",
        "out": "resources.ns                                                                             shop.yaml:5
        ± Namespace shop  replace  as asked

      resources.a                                                                              shop.yaml:6
        ± ConfigMap shop/a  replace  goes with what holds it

      resources.b                                                                              shop.yaml:7
        ± ConfigMap shop/b  replace  goes with what holds it

      resources.c                                                                              shop.yaml:8
        ± ConfigMap shop/c  replace  goes with what holds it

      Plan: 4 to REPLACE.
      Replaced objects are deleted before they are made anew: in between they are gone.
      Apply complete in <s>: 4 replaced.
      ",
      }
    `)
    expect((await project.meshform('plan', '--detailed-exitcode')).code).toBe(0)
    expect((await project.meshform('plan', '--replace', 'resources.ns', '--exclude', 'resources.b')).err).toMatchInlineSnapshot(`
      "error Namespace shop would be replaced, and what is to stay as it is would go with it [MF2017]
      │ resources.ns
      │ ConfigMap shop/b
      │ → Move these elsewhere first, or keep the object as it is.

      "
    `)
  })

  test('is not replaced with what is protected in it', async () => {
    const project = await newProject({ 'shop.yaml': `${design}${map('d', 'lifecycle: {protect: true}, ')}` })
    await project.meshform('apply', '--yes')
    expect((await project.meshform('plan', '--replace', 'resources.ns')).err).toMatchInlineSnapshot(`
      "error ConfigMap shop/d is protected and would be replaced [MF2005]
      │ shop.yaml:9:45  resources.d
      │ 9 │   d: {lifecycle: {protect: true}, manifest: {apiVersion: v1, kind: ConfigMap, metadata: {name: d, namespace: shop}}}
      │   │                                             ^
      │ What holds it is replaced: its namespace, or the definition of its kind.
      │ → Take lifecycle.protect off, or keep the field as it is.

      "
    `)
  })

  test('stays while another design has something in it, and goes afterwards', async () => {
    const project = await newProject({ 'one.yaml': design, 'two.yaml': `${head('other')}${map('o')}` })
    const one = (...argv: string[]) => project.meshform(...argv, '-f', 'one.yaml')
    const two = (...argv: string[]) => project.meshform(...argv, '-f', 'two.yaml')
    await one('apply', '--yes')
    await two('apply', '--yes')
    expect((await one('plan', '--replace', 'resources.ns')).err).toMatchInlineSnapshot(`
      "error Namespace shop would be replaced, and what is to stay as it is would go with it [MF2017]
      │ resources.ns
      │ ConfigMap shop/o, of design "other"
      │ → Move these elsewhere first, or keep the object as it is.

      "
    `)
    expect(await one('destroy', '--yes')).toMatchInlineSnapshot(`
      {
        "code": 0,
        "err": "warning Namespace shop is not deleted yet: what stays in it would go too [MF2016]
      │ resources.ns
      │ ConfigMap shop/o, of design "other"
      │ → A plan deletes it once nothing is left in it. To give it up and leave it there, say so in a \`removed\` block.

        ✓ ConfigMap shop/b  deleted in <s>
        ✓ ConfigMap shop/c  deleted in <s>
        ✓ ConfigMap shop/a  deleted in <s>
      ",
        "out": "3 objects will be DELETED
        - ConfigMap shop/a  resources.a
        - ConfigMap shop/b  resources.b
        - ConfigMap shop/c  resources.c

      Plan: 3 to DELETE.
      Destroy complete in <s>: 3 deleted.
      ",
      }
    `)
    expect((await one('state', 'list')).out).toBe('resources.ns  Namespace shop  sandbox\n')
    expect((await two('plan', '--detailed-exitcode')).code).toBe(0)
    await two('destroy', '--yes')
    expect((await one('destroy', '--yes')).out).toContain('1 deleted')
  })

  test('is deleted with what nobody claims, and says what', async () => {
    const project = await newProject({ 'shop.yaml': design })
    await project.meshform('apply', '--yes')
    for (const name of ['by-hand', 'istio-ca-root-cert'])
      await asOther(project, 'POST', '/api/v1/namespaces/shop/configmaps', {
        apiVersion: 'v1',
        kind: 'ConfigMap',
        metadata: { name, namespace: 'shop' },
      })
    await asOther(project, 'POST', '/api/v1/namespaces/shop/secrets', {
      apiVersion: 'v1',
      kind: 'Secret',
      metadata: { name: 'default-token-abcde', annotations: { 'kubernetes.io/service-account.name': 'default' } },
    })
    // What the state knows is none of that, label or not.
    await asOther(project, 'PATCH', '/api/v1/namespaces/shop/configmaps/a', {
      metadata: { labels: { 'meshform.dev/design': null } },
    })
    expect((await project.meshform('destroy', '--yes')).err).toMatchInlineSnapshot(`
      "warning Namespace shop takes along what no design made [MF2018]
      │ resources.ns
      │ ConfigMap shop/by-hand
      │ → If one of them is still needed, move it elsewhere first, or give the object up in a \`removed\` block.

        ✓ ConfigMap shop/b  deleted in <s>
        ✓ ConfigMap shop/c  deleted in <s>
        ✓ ConfigMap shop/a  deleted in <s>
        ✓ Namespace shop  deleted in <s>
      "
    `)
  })
})

describe('a narrowed destroy', () => {
  test('takes along what leans on its targets, and leaves what the excluded leans on', async () => {
    const project = await newProject({ 'shop.yaml': design })
    await project.meshform('apply', '--yes')
    expect((await project.meshform('plan', '--destroy', '--target', 'resources.a')).out).toMatchInlineSnapshot(`
      "2 objects will be DELETED
        - ConfigMap shop/a  resources.a
        - ConfigMap shop/b  resources.b

      Plan: 2 to DELETE.
      "
    `)
    expect((await project.meshform('plan', '--destroy', '--exclude', 'resources.b')).out).toMatchInlineSnapshot(`
      "1 object will be DELETED
        - ConfigMap shop/c  resources.c

      Plan: 1 to DELETE.
      "
    `)
    expect((await project.meshform('plan', '--destroy', '--target', 'resources.ns')).out).toContain('4 to DELETE')
  })

  test('refuses replacements that it leaves out', async () => {
    const project = await newProject({ 'shop.yaml': design })
    await project.meshform('apply', '--yes')
    const { err, code } = await project.meshform('plan', '--replace', 'resources.c', '--target', 'resources.a')
    expect({ err, code }).toMatchInlineSnapshot(`
      {
        "code": 1,
        "err": "error --replace asks for resources.c, which the plan leaves out [MF2019]
      │ --target does not reach it, or --exclude leaves it out.
      │ → Give it to --target as well, or drop --replace.

      ",
      }
    `)
  })
})

describe('a definition', () => {
  const whole = `${head('shop')}${ns}${widgets}${widget('dependsOn: [resources.kind], ')}`

  test('that leaves the design stays while objects of its kind do', async () => {
    const project = await newProject({ 'shop.yaml': whole })
    await project.meshform('apply', '--yes')
    await project.write('shop.yaml', `${head('shop')}${ns}${widget()}`)
    const { err, out } = await project.meshform('apply', '--yes')
    expect(err).toMatchInlineSnapshot(`
      "warning CustomResourceDefinition widgets.example.org is not deleted yet: what stays in it would go too [MF2016]
      │ resources.kind
      │ Widget shop/w
      │ → A plan deletes it once nothing is left in it. To give it up and leave it there, say so in a \`removed\` block.

      "
    `)
    expect(out).toContain('No changes')
    await project.write('shop.yaml', `${head('shop')}${ns}`)
    expect((await project.meshform('apply', '--yes')).out).toContain('2 deleted')
  })

  test('that is replaced takes its objects along', async () => {
    const project = await newProject({ 'shop.yaml': whole })
    await project.meshform('apply', '--yes')
    const { out } = await project.meshform('apply', '--yes', '--replace', 'resources.kind')
    expect(out).toMatchInlineSnapshot(`
      "resources.kind                                                                           shop.yaml:8
        ± CustomResourceDefinition widgets.example.org  replace  as asked

      resources.w                                                                             shop.yaml:16
        ± Widget shop/w  replace  goes with what holds it

      Plan: 2 to REPLACE; 1 unchanged.
      Replaced objects are deleted before they are made anew: in between they are gone.
      Apply complete in <s>: 2 replaced, 1 unchanged.
      "
    `)
    expect((await project.meshform('plan', '--detailed-exitcode')).code).toBe(0)
  })
})
