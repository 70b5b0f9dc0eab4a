/** Words of CEL that a field may have for its name; a rule writes them with underscores around. */
const reserved: ReadonlySet<string> = new Set([
  'true',
  'false',
  'null',
  'in',
  'as',
  'break',
  'const',
  'continue',
  'else',
  'for',
  'function',
  'if',
  'import',
  'let',
  'loop',
  'package',
  'namespace',
  'return',
  'var',
  'void',
  'while',
])

/** A field's name as rules write it. */
export function escapedName(name: string): string {
  if (reserved.has(name)) return `__${name}__`
  if (/^[A-Za-z_][A-Za-z0-9_]*$/.test(name) && !name.includes('__')) return name
  return name
    .replaceAll('__', '__underscores__')
    .replaceAll('.', '__dot__')
    .replaceAll('-', '__dash__')
    .replaceAll('/', '__slash__')
}

/** The same, or undefined for a name that rules can't write at all. */
export function escapedFieldName(name: string): string | undefined {
  return /^[A-Za-z_./-][A-Za-z0-9_./-]*$/.test(name) ? escapedName(name) : undefined
}

const unescapes: { readonly [sign: string]: string } = { underscores: '__', dot: '.', dash: '-', slash: '/' }

/** The field that rules mean by a name. */
export function unescapedName(name: string): string {
  if (!name.includes('__')) return name
  const word = /^__(\w+)__$/.exec(name)?.[1]
  if (word !== undefined && reserved.has(word)) return word
  return name.replaceAll(/__(underscores|dot|dash|slash)__/g, (_match, sign: string) => unescapes[sign] ?? '')
}
