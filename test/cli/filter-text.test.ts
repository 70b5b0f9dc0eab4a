import { expect, test } from 'vitest'
import { inspectionText } from '../../src/cli/filter/inspection-text.ts'
import { runReport } from '../../src/cli/filter/run-report.ts'
import { runText } from '../../src/cli/filter/run-text.ts'
import { inspectFilter } from '../../src/filters/inspect/inspect-filter.ts'
import { styleFor } from '../../src/views/terminal/style.ts'

const style = styleFor({ isTTY: false } as NodeJS.WriteStream, { NO_COLOR: '1' })

test('what a module logs, counts and is named after never steers the terminal', () => {
  const logs = [{ filter: 'odd', level: 'info', via: 'log', message: 'a\u001b[2Jb' }] as const
  const metrics = [{ name: 'm\u0007', type: 'counter', value: 1 }] as const
  const state = { logs, metrics, callouts: [] }
  const result = { kind: 'service', started: true, failures: [], warnings: ['w\u001b]0;x'], before: state } as const
  const text = runText(runReport('odd.wasm', new Uint8Array(), result), style)
  expect(text).toContain('a\ufffd[2Jb')
  expect(text).toContain('m\ufffd counter 1')
  expect(text).toContain('w\ufffd]0;x')

  const inspection = { ...inspectFilter('odd.wasm', new Uint8Array()), kind: 'proxy-wasm', rootIds: ['r\u001b[31m'] } as const
  expect(inspectionText(inspection, style)).toMatch(/^root ids {8}r\ufffd\[31m$/m)
})
