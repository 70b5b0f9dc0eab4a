import { refused, type StateResult } from '../../state-result.ts'
import { type HttpAnswer, httpRefusal } from './http-exchange.ts'

/** The word that a store has for an error, out of its XML; '' without one. */
export function xmlErrorCode({ bytes }: Pick<HttpAnswer, 'bytes'>): string {
  return wordOf(/<Code>([^<]*)<\/Code>/.exec(Buffer.from(bytes).toString('utf8'))?.[1] ?? '')
}

/** A word from elsewhere, fit for a terminal. */
export function wordOf(text: string): string {
  return text.replace(/\W/g, '').slice(0, 60)
}

/** Why a store refused, by the word that it has for it. Its sentences are not said: they may repeat what was signed. */
export function storeRefusal(what: string, answer: HttpAnswer, code: string): StateResult<never> {
  if (answer.status !== 401 && answer.status !== 403) return httpRefusal(what, { ...answer, bytes: Buffer.from(code) })
  const detail = code === '' ? '' : `, ${code}`
  return refused({
    kind: 'unauthorized',
    message: `${what}: the store refuses it to these credentials (status ${answer.status}${detail}).`,
  })
}
