import { spawn, spawnSync } from 'node:child_process'
import { readdirSync } from 'node:fs'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { notTestedHere } from '../not-tested-here.ts'
import { COMMAND, Project } from './project.ts'

/** util-linux's `script` runs a command on a terminal of its own. */
const hasTerminal = spawnSync('script', ['-qec', 'true', '/dev/null']).status === 0

const WAITS = `apiVersion: meshform.dev/v1
kind: Design
metadata: {name: waits}
resources:
  slow:
    health: [{healthy: "false"}]
    manifest: {apiVersion: v1, kind: ConfigMap, metadata: {name: slow, namespace: default}, data: {k: v}}
  after:
    dependsOn: [resources.slow]
    manifest: {apiVersion: v1, kind: ConfigMap, metadata: {name: after, namespace: default}, data: {k: v}}
`
const QUESTION = '○ Yes / ● No'

/** What is done as soon as a text is on the terminal. */
type Reaction = { readonly seen: string } & ({ readonly keys: string } | { readonly signal: NodeJS.Signals })

let project: Project
beforeEach(() => {
  project = new Project({ 'design.yaml': WAITS })
})
afterEach(() => project.dispose())

/** Runs `meshform apply` on a terminal, reacts in turn, and tells how it ended and how it left the terminal. */
async function apply(reactions: readonly Reaction[]): Promise<{ readonly code: number | null; readonly shown: string }> {
  const run = `trap : INT; stty cols 60; sh -c 'echo pid $$; exec "${process.execPath}" "${COMMAND}" apply'`
  const child = spawn('script', ['-qec', `${run}; code=$?; stty -a | grep -o -- '-*icanon'; exit $code`, '/dev/null'], {
    cwd: project.directory,
    env: { PATH: process.env.PATH, HOME: project.directory, TERM: 'xterm', NO_COLOR: '1' },
    stdio: ['pipe', 'pipe', 'inherit'],
  })
  const left = [...reactions]
  let shown = ''
  let from = 0
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    shown += text
    const [next] = left
    if (next === undefined || !shown.slice(from).includes(next.seen)) return
    from = shown.length
    left.shift()
    if ('keys' in next) child.stdin.write(next.keys)
    else process.kill(Number(/pid (\d+)/.exec(shown)?.[1]), next.signal)
  })
  const code = await new Promise<number | null>((done) => child.once('close', done))
  expect(left).toEqual([])
  return { code, shown }
}

/** The terminal takes lines again and shows its cursor, nobody holds the lock, and what is recorded is what was done. */
async function expectSane(shown: string, plan: string): Promise<void> {
  expect(shown.trimEnd().endsWith('\nicanon')).toBe(true)
  expect(shown.lastIndexOf('\u001b[?25h')).toBeGreaterThan(shown.lastIndexOf('\u001b[?25l'))
  expect(readdirSync(project.path('.meshform/state/default')).filter((name) => name.includes('lock'))).toEqual([])
  expect((await project.run(['plan'])).stdout).toContain(plan)
}

const LEAVING: readonly { readonly how: string; readonly reaction: Reaction; readonly code: number }[] = [
  { how: 'Ctrl-C', reaction: { seen: QUESTION, keys: '\u0003' }, code: 130 },
  { how: 'Ctrl-D', reaction: { seen: QUESTION, keys: '\u0004' }, code: 1 },
  { how: 'SIGTERM', reaction: { seen: QUESTION, signal: 'SIGTERM' }, code: 130 },
  { how: 'SIGHUP', reaction: { seen: QUESTION, signal: 'SIGHUP' }, code: 130 },
]

describe.runIf(hasTerminal)('an apply on a terminal', () => {
  test.each(LEAVING)('whose question is left by $how changes nothing', async ({ reaction, code }) => {
    const left = await apply([reaction])
    expect(left).toMatchObject({ code, shown: expect.stringContaining('Nothing was changed.') })
    await expectSane(left.shown, 'Plan: 2 to create.')
  })

  test('asks anew when it was stopped and goes on, shows what it waits for, and Ctrl-C ends the wait', async () => {
    const { code, shown } = await apply([
      { seen: QUESTION, signal: 'SIGCONT' },
      { seen: QUESTION, keys: 'y' },
      { seen: 'ConfigMap default/slow: ', keys: '\u0003' },
    ])
    expect(code).toBe(130)
    expect(shown).toContain('Apply interrupted')
    await expectSane(shown, 'Plan: 1 to create; 1 unchanged.')
  })
})

if (!hasTerminal) notTestedHere('an apply on a terminal', 'there is no `script` of util-linux (apt-get install bsdutils)')
