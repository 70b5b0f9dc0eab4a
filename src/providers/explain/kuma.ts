import type { JsonObject } from '../../plan/json.ts'
import type { Manifest } from '../../plan/manifest.ts'
import { objectIn, objectsIn, stringIn } from '../json-view.ts'
import { settingWords } from './other-meshes.ts'
import { labelWords, scalarIn, sentence, shareWords } from './words.ts'

/** What an object of Kuma does: whom a policy is for, and its defaults in Kuma's own words. */
export function explainKuma({ kind, spec }: Manifest): readonly string[] {
  const to = objectsIn(spec, 'to').flatMap((item) => {
    const target = targetWords(objectIn(item, 'targetRef'))
    const rules = objectsIn(item, 'rules')
    if (rules.length === 0) return [`- ${sentence(`towards ${target}: ${settingWords(objectIn(item, 'default'))}`)}`]
    return rules.map((rule) => `- ${sentence(`towards ${target}: ${ruleWords(rule)}`)}`)
  })
  const rules = objectsIn(spec, 'rules').map((rule) => `- ${sentence(settingWords(objectIn(rule, 'default')))}`)
  const from = objectsIn(spec, 'from').map(
    (item) => `- ${sentence(`from ${targetWords(objectIn(item, 'targetRef'))}: ${settingWords(objectIn(item, 'default'))}`)}`,
  )
  const lines = [...to, ...rules, ...from]
  if (lines.length === 0) return [sentence(`it says ${settingWords(objectIn(spec))}`)]
  return [sentence(`${kind} holds for ${targetWords(objectIn(spec, 'targetRef'))}:`), ...lines]
}

function ruleWords(rule: JsonObject): string {
  const matches = objectsIn(rule, 'matches').map((match) => settingWords(match))
  const targets = objectsIn(rule, 'default', 'backendRefs').map((reference) => ({
    name: `${targetWords(reference)}${scalarIn(reference, 'port') === undefined ? '' : `:${scalarIn(reference, 'port')}`}`,
    weight: typeof reference.weight === 'number' ? reference.weight : undefined,
  }))
  const { backendRefs: _shared, ...others } = objectIn(rule, 'default')
  const parts = [targets.length === 0 ? '' : `requests go ${shareWords(targets)}`, settingWords(others)].filter(
    (part) => part !== '',
  )
  return `${matches.length === 0 ? '' : `where ${matches.join(' or ')}, `}${parts.join('; ')}`
}

function targetWords(reference: JsonObject): string {
  const kind = stringIn(reference, 'kind')
  if (kind === undefined || kind === 'Mesh') return 'the whole mesh'
  const name = stringIn(reference, 'name') ?? stringIn(reference, 'labels', 'kuma.io/display-name')
  if (name !== undefined) return `${kind} ${name}`
  const labels = labelWords(reference, 'labels') ?? labelWords(reference, 'tags')
  return `${kind}${labels === undefined ? '' : ` with ${labels}`}`
}
