import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { newProject, type Project } from './command-runner.ts'
import { asOther } from './other-hands.ts'
import { widgets } from './widget-kind.ts'

/** A kind that says of itself how it is, one object of it that is never ready, and a map that waits for it. */
function design(more = '', timeout = '1h'): string {
  return `apiVersion: meshform.dev/v1
kind: Design
metadata: {name: shop}
resources:
  ns: {manifest: {apiVersion: v1, kind: Namespace, metadata: {name: shop}}}
${widgets}  w:
    dependsOn: [resources.kind]
    timeouts: {apply: ${timeout}}
    lifecycle: {ignoreChanges: [status]}
    manifest: {apiVersion: example.org/v1, kind: Widget, metadata: {name: w, namespace: shop}, status: {conditions: [{type: Reconciling, status: "True", reason: Winding, message: being wound up}]}}
  after: {dependsOn: [resources.w], manifest: {apiVersion: v1, kind: ConfigMap, metadata: {name: after, namespace: shop}}}
${more}`
}

/** Runs a command, and interrupts it once its events say so. */
async function interrupted(project: Project, when: string, ...argv: string[]) {
  const interrupt = new AbortController()
  await project.write('events.json', '')
  const running = project.with({ signal: interrupt.signal })(...argv, '--yes', '--json-into', 'events.json')
  for (let tries = 0; tries < 5000; tries++) {
    if ((await readFile(join(project.folder, 'events.json'), 'utf8').catch(() => '')).includes(when)) break
    await new Promise((resolve) => setTimeout(resolve, 2))
  }
  interrupt.abort()
  return running
}

async function ready(project: Project): Promise<void> {
  await asOther(project, 'PATCH', '/apis/example.org/v1/namespaces/shop/widgets/w', { status: { conditions: [] } })
}

describe('an object that is not healthy', () => {
  test('is not waited for any longer after Ctrl-C, is recorded, and waited for by the next apply', async () => {
    const project = await newProject({ 'shop.yaml': design() })
    const stopped = await interrupted(project, 'being wound up', 'apply')
    expect(stopped.code).toBe(130)
    expect(stopped.err.slice(stopped.err.indexOf('note Interrupted'))).toMatchInlineSnapshot(`
      "note Interrupted: what is under way is finished and recorded, nothing more begins. Once more ends at once.
        · Widget shop/w  created, not waited for any longer
        · ConfigMap shop/after  skipped: stopped before it began
      warning 1 object was not waited for any longer [MF4012]
      │ Widget shop/w: Reconciling is True: Winding: being wound up
      │ → What was written is recorded. The next apply waits for what is not healthy by then.

      "
    `)
    expect(stopped.out.split('\n').at(-2)).toMatchInlineSnapshot(`"Apply interrupted in <s>: 3 created, 1 skipped."`)
    expect((await project.meshform('state', 'history')).out).toContain('interrupted')
    expect((await project.meshform('state', 'list')).out).not.toContain('after')
    // What waits for it has to wait again.
    const again = await interrupted(project, 'being wound up', 'apply')
    expect(again.code).toBe(130)
    expect((await project.meshform('state', 'list')).out).not.toContain('after')
    await ready(project)
    const done = await project.meshform('apply', '--yes')
    expect(done.code).toBe(0)
    expect(done.out.split('\n').at(-2)).toMatchInlineSnapshot(`"Apply complete in <s>: 1 created, 3 unchanged."`)
  })

  test('makes every apply fail until it is, changes or not', async () => {
    const project = await newProject({ 'shop.yaml': design('', '50ms') })
    const first = await project.meshform('apply', '--yes', '--json-into', 'events.json')
    expect(first.code).toBe(1)
    expect(first.out.split('\n').at(-2)).toMatchInlineSnapshot(`"Apply failed in <s>: 3 created, 1 not healthy, 1 skipped."`)
    const last = (await readFile(join(project.folder, 'events.json'), 'utf8'))
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line))
    expect(last.find(({ type }) => type === 'apply_errored').hook.written).toBe(true)
    expect(last.at(-1).changes).toMatchObject({ add: 3, failed: 1, unhealthy: 1, skipped: 1 })
    const again = await project.meshform('apply', '--yes')
    expect(again.code).toBe(1)
    expect(again.err).toMatchInlineSnapshot(`
      "warning 1 object is as designed and not healthy [MF4013]
      │ shop.yaml:20:15  resources.w
      │ 20 │     manifest: {apiVersion: example.org/v1, kind: Widget, metadata: {name: w, namespace: shop}, status: {conditions: [{type: Reconciling, status: "True", reas...
      │    │               ^
      │ Widget shop/w: Reconciling is True: Winding: being wound up
      │ → There is nothing to change about it: an apply waits until it is healthy, and fails where that takes too long.

        ✗ Widget shop/w  Widget shop/w is not healthy in time
        · ConfigMap shop/after  skipped: needs Widget shop/w
      error Widget shop/w is not healthy in time [MF4003]
      │ shop.yaml:20:15  resources.w
      │ 20 │     manifest: {apiVersion: example.org/v1, kind: Widget, metadata: {name: w, namespace: shop}, status: {conditions: [{type: Reconciling, status: "True", reas...
      │    │               ^
      │ Reconciling is True: Winding: being wound up
      │ → It is applied and recorded. Look at the cause, then run apply again: it waits for it again. \`timeouts.apply\` on the
      │   component gives it longer.

      "
    `)
    expect(again.out).toMatchInlineSnapshot(`
      "resources.after                                                                         shop.yaml:21
        + ConfigMap shop/after

      Plan: 1 to create; 3 unchanged.
      Apply failed in <s>: 1 not healthy, 1 skipped, 3 unchanged.
      "
    `)
    await ready(project)
    expect((await project.meshform('apply', '--yes')).code).toBe(0)
    // Nothing is left to do, and still it has to be well.
    await asOther(project, 'PATCH', '/apis/example.org/v1/namespaces/shop/widgets/w', {
      status: { conditions: [{ type: 'Stalled', status: 'True', reason: 'Broken', message: 'its spring is gone' }] },
    })
    expect((await project.meshform('plan', '--detailed-exitcode')).code).toBe(0)
  })
})

test('a delete that is held up is given up soon after Ctrl-C, and looked for by the next run', async () => {
  const held = `  held: {manifest: {apiVersion: v1, kind: ConfigMap, metadata: {name: held, namespace: shop, finalizers: [example.org/hold]}}}\n`
  const project = await newProject({ 'shop.yaml': design(held).replace('Reconciling, status: "True"', 'Ready, status: "True"') })
  expect((await project.meshform('apply', '--yes')).code).toBe(0)
  const stopped = await interrupted(project, 'example.org/hold', 'destroy')
  expect(stopped.code).toBe(130)
  expect(stopped.err.slice(stopped.err.indexOf('error '))).toMatchInlineSnapshot(`
    "error ConfigMap shop/held is still there after its delete [MF4004]
    │ resources.held
    │ it is being deleted and waits for example.org/hold
    │ → It is being deleted. The next run looks whether it is gone.

    "
  `)
  await asOther(project, 'PATCH', '/api/v1/namespaces/shop/configmaps/held', { metadata: { finalizers: null } })
  const done = await project.meshform('destroy', '--yes')
  expect(done.code).toBe(0)
  expect((await project.meshform('state', 'list')).out).toBe('')
})

test('a delete gets the time that its component said, when the component is gone as well', async () => {
  const held = `  held: {timeouts: {delete: 100ms}, manifest: {apiVersion: v1, kind: ConfigMap, metadata: {name: held, namespace: shop, finalizers: [example.org/hold]}}}\n`
  const well = design('#held').replace('Reconciling, status: "True"', 'Ready, status: "True"')
  const project = await newProject({ 'shop.yaml': well.replace('#held', held) })
  expect((await project.meshform('apply', '--yes')).code).toBe(0)
  await project.write('shop.yaml', well)
  const { code, err } = await project.meshform('apply', '--yes')
  expect(code).toBe(1)
  expect(err.slice(err.indexOf('error '))).toMatchInlineSnapshot(`
    "error ConfigMap shop/held is still there after its delete [MF4004]
    │ resources.held
    │ it is being deleted and waits for example.org/hold
    │ → A finalizer that nobody serves is the usual cause: look at \`metadata.finalizers\` of the object. \`timeouts.delete\` on
    │   the component gives it longer.

    "
  `)
})

test('what is interrupted before anything happened says so, and leaves the sandbox free', async () => {
  const project = await newProject({ 'shop.yaml': design() })
  for (const command of [['plan'], ['apply', '--yes'], ['refresh'], ['import', 'ConfigMap/shop/after']]) {
    const { code, out } = await project.with({ signal: AbortSignal.abort() })(...command)
    expect({ command, code, out }).toEqual({ command, code: 130, out: '' })
  }
  expect((await project.meshform('plan')).code).toBe(0)
})
