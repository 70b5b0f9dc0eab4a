import { readFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import { SandboxedBench } from '../../src/filters/bench/sandboxed-bench.ts'
import { filterSettings } from '../../src/filters/host/filter-settings.ts'
import { inspectFilter } from '../../src/filters/inspect/inspect-filter.ts'
import { runOnce } from '../../src/filters/run/run-once.ts'
import { requestMessage, responseMessage } from '../../src/filters/test/test-messages.ts'
import { workerScript } from './worker-script.ts'

test.each([
  ['cpp-headers.wasm', '0.2.1'],
  ['cpp-headers-0.1.0.wasm', '0.1.0'],
])('%s, as a C++ compiler makes it, finds its root, is configured, changes a request and is ended', async (file, abi) => {
  const wasm = readFileSync(new URL(`../fixtures/filters/${file}`, import.meta.url))
  expect(inspectFilter(file, wasm)).toMatchObject({ kind: 'proxy-wasm', abi, loadable: true, sdk: { language: 'C++' } })
  const script = await workerScript()
  const result = await runOnce(
    {
      filter: filterSettings({ name: 'cpp', wasm, configuration: Buffer.from('configured ') }),
      kind: 'auto',
      request: requestMessage({ path: '/a' }),
      upstream: responseMessage(),
      connection: [],
      callouts: [],
      properties: {},
      logLevel: 0,
      advanceMilliseconds: 0,
    },
    () => new SandboxedBench({ signal: new AbortController().signal, workerScript: script }),
  )
  expect(result.problem).toBeUndefined()
  expect(result.warnings).toEqual([
    'without a root id it does nothing, so "cpp_root_id" was taken, which it registers: say so with --root-id',
  ])
  expect(result.exchange?.request.headers).toContainEqual(['x-cpp', 'configured /a'])
  expect(result.after?.logs.map((log) => log.message)).toEqual(['root done'])
})
