import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Writable } from 'node:stream'
import type { DesignTestSpec } from '../../design/schema/design-test.ts'
import { disconnectAll } from '../../engine/connect.ts'
import type { TestResult } from '../../filters/test/run-filter-tests.ts'
import { hasErrors } from '../../plan/diagnostic.ts'
import { isJsonObject, type JsonValue } from '../../plan/json.ts'
import { stateDiagnostic } from '../../state/state-diagnostic.ts'
import type { CommandIo } from '../command-io.ts'
import { type RunOptions, type SelectionOptions, WHOLE } from '../design-options.ts'
import { executeRun } from '../execute-run.ts'
import { openBackend } from '../open-backend.ts'
import { viewState } from '../open-state.ts'
import { planRun } from '../plan-run.ts'
import { readDesign } from '../read-design.ts'
import { checkExpectation, type DesignOutcome } from './check-expectation.ts'
import type { DesignSuite } from './read-design-tests.ts'

/** Designs may insist on an encrypted state; that of a test goes with it. */
const TEST_KEY = Buffer.alloc(32).toString('base64')

type TestOptions = RunOptions & SelectionOptions & { readonly offline: boolean }

/**
 * Runs the tests of one file in order. Each file has clusters and a state of its own, in a folder that goes afterwards: whatever
 * clusters the design names, none of them is reached.
 */
export async function runDesignTests(
  io: CommandIo,
  designFiles: readonly string[],
  suite: DesignSuite,
  wanted: (name: string) => boolean,
): Promise<readonly TestResult[]> {
  const folder = await mkdtemp(join(tmpdir(), 'meshform-test-'))
  try {
    const results: TestResult[] = []
    for (const test of suite.tests) {
      if (!wanted(test.name)) continue
      const problems = checkExpectation(test, await outcomeOf(io, folder, designFiles, test))
      results.push({ name: test.name, passed: problems.length === 0, problems })
    }
    return results
  } finally {
    await rm(folder, { recursive: true, force: true })
  }
}

async function outcomeOf(
  outer: CommandIo,
  folder: string,
  designFiles: readonly string[],
  test: DesignTestSpec,
): Promise<DesignOutcome> {
  const printed = new Printed()
  const io: CommandIo = {
    ...outer,
    stdout: printed,
    stderr: new Printed(),
    env: { ...outer.env, MESHFORM_SANDBOX: join(folder, 'sandbox'), MESHFORM_STATE_KEY: TEST_KEY },
    onlySandboxes: true,
    setExitCode: () => undefined,
  }
  const options = optionsOf(folder, designFiles, test)
  const { design, diagnostics } = await readDesign(io, options)
  if (design === undefined || hasErrors(diagnostics)) return { plan: undefined, manifests: new Map(), diagnostics }
  const opened = await openBackend(io, options, design)
  const viewed = opened.ok
    ? await viewState(opened.value, { design: design.name, workspace: options.workspace }, io.signal)
    : opened
  if (opened.ok) await opened.value.backend.close()
  if (!viewed.ok) return { plan: undefined, manifests: new Map(), diagnostics: [...diagnostics, stateDiagnostic(viewed.error)] }
  const { made, connections } = await planRun({
    io,
    options,
    design,
    state: viewed.value.state,
    mode: 'apply',
    askAboutCreates: true,
    diagnostics,
    emit: () => undefined,
  })
  await disconnectAll(connections.connections)
  const planned: DesignOutcome = { plan: made.plan, manifests: made.manifests, diagnostics: made.plan.diagnostics }
  if (test.run !== 'apply' || hasErrors(made.plan.diagnostics)) return planned
  const execution = { ...options, yes: true, parallelism: 32, onError: 'continue', json: true } as const
  await executeRun(io, { operation: 'apply', options: execution, planFile: undefined })
  return { ...planned, diagnostics: [...planned.diagnostics, ...printed.diagnostics()] }
}

function optionsOf(folder: string, file: readonly string[], { inputs = {}, run }: DesignTestSpec): TestOptions {
  const input = Object.entries(inputs).map(([name, value]) => `${name}=${inputText(value as JsonValue)}`)
  const state = join(folder, 'state')
  return { file, input, inputFile: [], workspace: 'default', state, lockTimeout: 0, ...WHOLE, offline: run !== 'apply' }
}

function inputText(value: JsonValue): string {
  return typeof value === 'string' ? value : JSON.stringify(value)
}

/** What a command prints, to be read by its test. */
class Printed extends Writable {
  #text = ''

  override _write(chunk: Buffer | string, _encoding: BufferEncoding, done: () => void): void {
    this.#text += chunk.toString()
    done()
  }

  /** The diagnostics among its events. */
  diagnostics(): DesignOutcome['diagnostics'] {
    return this.#text.split('\n').flatMap((line) => {
      if (line === '') return []
      const event = JSON.parse(line) as JsonValue
      return isJsonObject(event) && isJsonObject(event.diagnostic)
        ? [event.diagnostic as unknown as DesignOutcome['diagnostics'][number]]
        : []
    })
  }
}
