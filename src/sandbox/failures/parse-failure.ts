import type { PodFailure, PodSelection } from '../controllers/failure-switches.ts'
import { FAILURES } from './failure-table.ts'
import type { RequestFailure } from './request-failures.ts'

/** A failure as it was asked for. */
export type ParsedFailure =
  | { readonly concerns: 'pods'; readonly failure: PodFailure; readonly pods: PodSelection }
  | { readonly concerns: 'requests'; readonly failure: RequestFailure }

/** The failure, or what is wrong with the text. */
export type FailureParse =
  | { readonly ok: true; readonly value: ParsedFailure }
  | { readonly ok: false; readonly problem: string; readonly hint: string }

/**
 * Reads `throttle=30` (percent or milliseconds by the failure), or `image-pull=shop/app=reviews,version=v2`: a namespace with
 * labels of its pods, a namespace alone, or nothing for all pods.
 */
export function parseFailure(text: string): FailureParse {
  const equals = text.indexOf('=')
  const name = equals < 0 ? text : text.slice(0, equals)
  const rest = equals < 0 ? '' : text.slice(equals + 1)
  const definition = FAILURES.find((each) => each.name === name)
  const names = FAILURES.map((each) => each.name).join(', ')
  if (definition === undefined) return { ok: false, problem: `There is no failure "${name}"`, hint: `There are ${names}.` }
  switch (definition.name) {
    case 'image-pull':
    case 'crash-loop':
    case 'rollout-stall': {
      const pods = selectionOf(rest)
      const hint = `Write ${name}=NAMESPACE/LABEL=VALUE,..., ${name}=NAMESPACE or ${name} alone.`
      if (pods === undefined) return { ok: false, problem: `"${rest}" selects no pods`, hint }
      return { ok: true, value: { concerns: 'pods', failure: definition.name, pods } }
    }
    case 'throttle':
    case 'server-error':
    case 'slow':
    case 'drop-watches': {
      const { unit, default: usual } = definition.amount ?? { unit: 'percent', default: 50 }
      const amount = rest === '' ? usual : Number(rest.replace(/(ms|%)$/, ''))
      const most = unit === 'percent' ? 100 : 600_000
      if (!Number.isFinite(amount) || amount < 0 || amount > most) {
        return { ok: false, problem: `"${rest}" is no number of ${unit}`, hint: `Write ${name}=${usual}: 0 to ${most} ${unit}.` }
      }
      return { ok: true, value: { concerns: 'requests', failure: { kind: definition.name, amount } } }
    }
  }
}

function selectionOf(text: string): PodSelection | undefined {
  const slash = text.indexOf('/')
  const namespace = slash < 0 ? text : text.slice(0, slash)
  const labels: { [key: string]: string } = {}
  for (const pair of slash < 0 ? [] : text.slice(slash + 1).split(',')) {
    const equals = pair.indexOf('=')
    if (equals <= 0) return undefined
    labels[pair.slice(0, equals)] = pair.slice(equals + 1)
  }
  return { namespace: namespace === '' ? undefined : namespace, labels }
}
