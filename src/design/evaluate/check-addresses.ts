import type { Diagnostic } from '../../plan/diagnostic.ts'
import type { JsonValue } from '../../plan/json.ts'
import { mistake } from '../mistake.ts'
import { type Entry, SECTIONS } from '../module/module-source.ts'
import { nearest } from '../nearest.ts'

/** Sections of addresses in a state: those of designs, and of namespaces that only come along with objects. */
const KNOWN: readonly string[] = [...SECTIONS, 'namespaces']
const STEP = /^([^.[\]\s"]+)\.([^.[\]\s"]+)(\["(?:[^"\\]|\\.)*"\])?(?:\.(?=.)|$)/

/**
 * What is wrong with the addresses of a `moved`, `removed` or `imports` entry: one that no component can have would have no effect, and
 * nobody would notice. They need not be in the design.
 */
export function checkAddresses(entry: Entry, fields: { readonly [name: string]: JsonValue | undefined }): readonly Diagnostic[] {
  return Object.entries(fields).flatMap(([name, address]): readonly Diagnostic[] => {
    const problem = typeof address === 'string' ? problemOf(address) : undefined
    if (problem === undefined) return []
    return [
      mistake('MF1301', entry.document.locate([...entry.path, name]), {
        summary: `${String(address)} is no address`,
        hint: problem,
      }),
    ]
  })
}

function problemOf(address: string): string | undefined {
  let rest = address
  let last = 'patterns'
  while (rest !== '') {
    const step = STEP.exec(rest)
    const [all, section = '', name = ''] = step ?? []
    if (all === undefined) {
      return rest.includes('[') && !rest.includes('["')
        ? 'Write the key of an item in quotes: `resources.map["a"]`.'
        : 'Write `<section>.<name>`, such as `resources.map`, and `["key"]` behind it for an item of forEach.'
    }
    if (last !== 'patterns') return `Only patterns have something inside: \`patterns.<name>.${section}.${name}\`.`
    if (!KNOWN.includes(section)) {
      const meant = nearest(section, KNOWN)
      return meant === undefined ? `Sections are ${SECTIONS.join(', ')}.` : `Did you mean "${meant}.${name}"?`
    }
    last = section
    rest = rest.slice(all.length)
  }
  return address === '' ? 'It is empty.' : undefined
}
