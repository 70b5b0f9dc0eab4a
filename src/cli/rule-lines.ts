import type { DesiredObject } from '../planner/desired-object.ts'
import type { IgnoreRule } from '../providers/rules.ts'

/** What holds for an object beside what is built in, in words: fields that are left to others, and when it is healthy. */
export function ruleLines({ ignore, health }: Pick<DesiredObject, 'ignore' | 'health'>): readonly string[] {
  // A status is never ours anyway.
  const telling = ignore.filter(({ paths }) => paths.length === 0 || paths.some((path) => !/^status\b/.test(path)))
  const left = telling.map((rule) => `leaves to others: ${fieldsOf(rule)} (${rule.reason})`)
  const told = health.flatMap((rule) => {
    if (!('healthy' in rule)) return [`is healthy when condition ${rule.condition} is ${rule.status}`]
    const { healthy, failed, unblocks } = rule
    return [
      ...(healthy === undefined ? [] : [`is healthy when ${healthy.text}`]),
      ...(failed === undefined ? [] : [`has failed when ${failed.text}`]),
      ...(unblocks === undefined ? [] : [`lets others go on when ${unblocks.text}`]),
    ]
  })
  return [...left, ...told]
}

function fieldsOf({ paths, managers, where }: IgnoreRule): string {
  const which = paths.length === 0 ? 'all fields' : paths.join(', ')
  const owned = managers === undefined ? '' : ` while ${managers.join(' or ')} owns them`
  return `${which}${owned}${where === undefined ? '' : ` where ${where}`}`
}
