import type { JsonObject } from '../../plan/json.ts'
import type { Manifest } from '../../plan/manifest.ts'
import { objectIn, objectsIn, stringIn } from '../json-view.ts'
import { settingWords } from './other-meshes.ts'
import { labelWords, listed, scalarIn, sentence, shareWords } from './words.ts'

/** What an object of Kuma does: whom a policy is for, and its defaults in Kuma's own words. */
export function explainKuma({ kind, spec }: Manifest): readonly string[] {
  const to = objectsIn(spec, 'to').flatMap((item) => {
    const target = targetWords(objectIn(item, 'targetRef'))
    const rules = objectsIn(item, 'rules')
    if (rules.length === 0) return [`- ${sentence(`towards ${target}: ${settingWords(objectIn(item, 'default'))}`)}`]
    return rules.map((rule) => `- ${sentence(`towards ${target}: ${ruleWords(rule)}`)}`)
  })
  const words = kind === 'MeshTrafficPermission' ? permissionWords : settingWords
  const rules = objectsIn(spec, 'rules').map((rule) => `- ${sentence(words(objectIn(rule, 'default')))}`)
  const from = objectsIn(spec, 'from').map(
    (item) => `- ${sentence(`from ${targetWords(objectIn(item, 'targetRef'))}: ${settingWords(objectIn(item, 'default'))}`)}`,
  )
  const lines = [...to, ...rules, ...from]
  if (lines.length === 0) return [sentence(`it says ${settingWords(objectIn(spec))}`)]
  return [sentence(`${kind} holds for ${targetWords(objectIn(spec, 'targetRef'))}:`), ...lines]
}

/** Whom a permission lets in, and whom it refuses whatever lets them in. */
function permissionWords(permission: JsonObject): string {
  const identities = (key: string) =>
    objectsIn(permission, key).map((match) => {
      const value = stringIn(match, 'spiffeID', 'value') ?? ''
      return stringIn(match, 'spiffeID', 'type') === 'Prefix' ? `identities that begin with ${value}` : value
    })
  const [denied, allowed, shadow] = [identities('deny'), identities('allow'), identities('allowWithShadowDeny')]
  const parts = [
    ...(denied.length === 0 ? [] : [`refuses ${listed(denied)}, whatever else lets them in`]),
    ...(allowed.length === 0 ? [] : [`lets in ${listed(allowed)}`]),
    ...(shadow.length === 0 ? [] : [`lets in, and logs as refused, ${listed(shadow)}`]),
  ]
  return parts.length === 0 ? settingWords(permission) : parts.join('; ')
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
  const section = stringIn(reference, 'sectionName')
  const port = section === undefined ? '' : `port ${section} of `
  if (name !== undefined) return `${port}${kind} ${name}`
  const labels = labelWords(reference, 'labels') ?? labelWords(reference, 'tags')
  return `${port}${kind}${labels === undefined ? '' : ` with ${labels}`}`
}
