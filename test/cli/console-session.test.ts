import { PassThrough } from 'node:stream'
import { setImmediate } from 'node:timers/promises'
import { expect, test } from 'vitest'
import { readConsole } from '../../src/cli/console-session.ts'

const SCOPE = { inputs: { weight: 1, 'not-a-word': 2 }, locals: { rest: 2, rows: 3 } }

async function session(keys: readonly string[], isTerminal: boolean) {
  const input = new PassThrough()
  const terminal = isTerminal ? new PassThrough() : undefined
  const asked: (readonly [number, string])[] = []
  const ended = readConsole({
    input,
    terminal,
    scope: SCOPE,
    signal: new AbortController().signal,
    evaluate: (text, line) => asked.push([line, text]),
  })
  for (const key of keys) {
    input.write(key)
    await setImmediate()
  }
  input.end()
  await ended
  return { asked, shown: String(terminal?.read() ?? '') }
}

test('an expression goes on until it is whole, or until an empty line; each is told with the line that it begins in', async () => {
  const { asked } = await session(['1 + 1\n\n[1,\r\n  2]\n(1 +\n\n"""a\nb"""\nexit\n{"a":'], false)
  expect(asked).toEqual([
    [1, '1 + 1'],
    [3, '[1,\n  2]'],
    [5, '(1 +\n'],
    [7, '"""a\nb"""'],
    [9, 'exit'],
    [10, '{"a":'],
  ])
})

test('in a terminal: completion, history, Ctrl-C for what was typed, exit, Ctrl-D and Ctrl-C for the end', async () => {
  const up = '\u001b[A'
  const typed = await session(
    ['inputs.\t', '\r', 'locals.r', '\t', '\t', '\u0003', '(1 +\r', '\u0003', up, up, '\r', 'exit\r', '1\r'],
    true,
  )
  expect(typed.asked).toEqual([
    [1, 'inputs.weight'],
    [3, 'inputs.weight'],
  ])
  expect(typed.shown).toContain('locals.rest')
  expect(typed.shown).toContain('. ')
  expect((await session(['1\r', '\u0004', '2\r'], true)).asked).toEqual([[1, '1']])
  expect((await session(['1\r', '\u0003', '2\r'], true)).asked).toEqual([[1, '1']])
})
