import type { ValuePath } from './source.ts'

/** The path as people read it: `spec.http[0].route[name=v1].weight`, keys with dots quoted. */
export function formatFieldPath(path: ValuePath): string {
  let text = ''
  for (const step of path) {
    if (typeof step === 'number') text += `[${step}]`
    else if (step.startsWith('[')) text += step
    else if (/^[A-Za-z0-9_$()-]+$/.test(step)) text += text === '' ? step : `.${step}`
    else text += `[${JSON.stringify(step)}]`
  }
  return text
}
