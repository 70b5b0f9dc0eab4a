import { exactJsonText, parseExactJson } from '../exact-json.ts'
import type { SandboxAnswer, SandboxRequest } from './exchange.ts'

/** Tools that people look at answers with. */
const forPeople = /^(curl|Wget|Mozilla\/5\.0)/
const yes = new Set(['1', 't', 'T', 'true', 'True', 'TRUE'])

/** Whether an answer is to be indented: the query says so, or else who asks. OpenAPI documents never are. */
export function isForPeople({ path, headers }: SandboxRequest): boolean {
  if (path.startsWith('/openapi/')) return false
  if (/[;,]\s*pretty=1/.test(headers?.accept ?? '')) return true
  const asked = path.includes('pretty') ? new URL(path, 'http://sandbox').searchParams.get('pretty') : ''
  return asked === null || asked === '' ? forPeople.test(headers?.['user-agent'] ?? '') : yes.has(asked)
}

/** The same answer, indented. */
export function prettyAnswer(answer: SandboxAnswer): SandboxAnswer {
  if (!answer.headers['content-type']?.startsWith('application/json')) return answer
  let text: string | undefined
  return {
    ...answer,
    text: () => {
      text ??= exactJsonText(parseExactJson(answer.text()), 2)
      return text
    },
  }
}
