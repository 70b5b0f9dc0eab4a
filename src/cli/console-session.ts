import { createInterface } from 'node:readline'
import { type Completions, completeExpression } from '../design/complete-expression.ts'
import { compileExpression, isProblem } from '../design/expression.ts'
import type { JsonObject } from '../plan/json.ts'

/** Where the expressions of a console come from. */
export interface ConsoleSession {
  readonly input: NodeJS.ReadableStream
  /** Where prompts and what is typed are shown; undefined where nobody types. */
  readonly terminal: NodeJS.WritableStream | undefined
  readonly scope: JsonObject
  readonly signal: AbortSignal
  /** `line` counts from 1, over all that was read. */
  readonly evaluate: (expression: string, line: number) => void
}

const PROMPT = '> '
const GOES_ON = '. '

/**
 * Reads expressions until there are no more. One that is not complete goes on in the next line; an empty line ends it. In a terminal there
 * are a history and completion, Ctrl-C drops what was typed or, where nothing was, ends as Ctrl-D and `exit` do.
 */
export async function readConsole({ input, terminal, scope, signal, evaluate }: ConsoleSession): Promise<void> {
  const lines = createInterface({
    input,
    signal,
    crlfDelay: Number.POSITIVE_INFINITY,
    ...(terminal === undefined
      ? {}
      : {
          output: terminal,
          terminal: true,
          prompt: PROMPT,
          historySize: 1_000,
          completer: (line: string): [string[], string] => {
            const { chains, typed }: Completions = completeExpression(line, scope)
            return [[...chains], typed]
          },
        }),
  })
  let begun: string[] = []
  let count = 0
  const prompt = () => {
    if (terminal === undefined) return
    lines.setPrompt(begun.length === 0 ? PROMPT : GOES_ON)
    lines.prompt()
  }
  const finish = () => {
    const text = begun.join('\n')
    const line = count - begun.length + 1
    begun = []
    if (text.trim() !== '') evaluate(text, line)
  }
  lines.on('SIGINT', () => {
    if (begun.length === 0 && lines.line === '') {
      lines.close()
      return
    }
    begun = []
    terminal?.write('\n')
    // Forgets the rest of the line, which stays at the prompt otherwise.
    lines.write(null, { ctrl: true, name: 'e' })
    lines.write(null, { ctrl: true, name: 'u' })
    prompt()
  })
  prompt()
  for await (const line of lines) {
    count += 1
    if (terminal !== undefined && begun.length === 0 && /^(exit|quit)$/.test(line.trim())) break
    begun.push(line)
    if (line.trim() === '' || !isUnfinished(begun.join('\n'))) finish()
    prompt()
  }
  finish()
  lines.close()
  if (terminal !== undefined) terminal.write('\n')
}

function isUnfinished(text: string): boolean {
  const compiled = compileExpression(text)
  return isProblem(compiled) && compiled.unfinished === true
}
